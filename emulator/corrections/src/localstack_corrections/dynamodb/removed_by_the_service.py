"""A function that a table's stream invokes sees which items DynamoDB removed because they expired."""

from __future__ import annotations

from typing import Any

from localstack_corrections.correction import Correction


def _keep_identity(module: Any) -> None:
    original = module.DynamoDBPoller.transform_into_events

    def transform_into_events(self: Any, records: list[dict[str, Any]], shard_id: str) -> list[dict[str, Any]]:
        events: list[dict[str, Any]] = original(self, records, shard_id)
        for record, event in zip(records, events, strict=True):
            if identity := record.get("userIdentity"):
                event["userIdentity"] = {"type": identity["Type"], "principalId": identity["PrincipalId"]}
        return events

    module.DynamoDBPoller.transform_into_events = transform_into_events


REMOVED_BY_THE_SERVICE = Correction(
    name="removed-by-the-service",
    localstack="A stream's event has no userIdentity, so that filters for expired items match nothing.",
    aws="The event of an item that expired has the service as its userIdentity.",
    source="https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/time-to-live-ttl-streams.html",
    patches={"localstack.services.lambda_.event_source_mapping.pollers.dynamodb_poller": _keep_identity},
)
