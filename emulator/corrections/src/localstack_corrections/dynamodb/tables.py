"""What DynamoDB says of tables: limits, changes that are refused, and what a table that was restored has."""

from __future__ import annotations

import json
from functools import wraps
from typing import Any

_NOTHING = (
    "At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled, GlobalSecondaryIndexUpdates or"
    " SSESpecification or ReplicaUpdates is required"
)
_PROTECTED = (
    "Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first."
)
_LIMITS = {"AccountMaxReadCapacityUnits": 80000, "AccountMaxWriteCapacityUnits": 80000} | {
    "TableMaxReadCapacityUnits": 40000,
    "TableMaxWriteCapacityUnits": 40000,
}
"""https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html"""


def replace(module: Any) -> None:
    """Refuse what DynamoDB refuses.

    :param module: ``moto.dynamodb.models``
    """
    backend = module.DynamoDBBackend
    update, delete = backend.update_table, backend.delete_table

    @wraps(update)
    def update_table(self: Any, *arguments: Any, **options: Any) -> Any:
        from moto.dynamodb.exceptions import MockValidationException

        table = self.get_table(options.get("name") or arguments[0])
        _check_indexes(table, options.get("global_index") or [])
        stream = options.get("stream_spec") or {}
        has_stream = bool((table.stream_specification or {}).get("StreamEnabled"))
        if stream.get("StreamEnabled") and has_stream:
            raise MockValidationException(f"Table already has an enabled stream: TableName: {table.name}")
        if stream.get("StreamEnabled") is False and not has_stream:
            raise MockValidationException(f"Table has no stream to disable: TableName: {table.name}")
        known = {each["AttributeName"]: each for each in table.attr}
        changed = update(self, *arguments, **options)
        # moto forgets those of before; DynamoDB forgets those of no key any more
        known |= {each["AttributeName"]: each for each in changed.attr}
        changed.attr = [each for name, each in known.items() if name in _names_of_keys(changed)]
        return changed

    @wraps(delete)
    def delete_table(self: Any, name: str) -> Any:
        from moto.dynamodb.exceptions import MockValidationException

        if self.get_table(name).deletion_protection_enabled:
            raise MockValidationException(_PROTECTED)
        return delete(self, name)

    backend.update_table, backend.delete_table = update_table, delete_table


def replace_handler(module: Any) -> None:
    """Refuse an update of nothing, and give a new account's limits.

    :param module: ``moto.dynamodb.responses``
    """
    handler = module.DynamoHandler
    update = handler.update_table

    @wraps(update)
    def update_table(self: Any) -> Any:
        from moto.dynamodb.exceptions import MockValidationException

        if not self.body.keys() - {"TableName", "AttributeDefinitions"}:
            raise MockValidationException(_NOTHING)
        return update(self)

    create = handler.create_table

    @wraps(create)
    def create_table(self: Any) -> Any:
        _check_local_indexes(self.body)
        return create(self)

    handler.update_table, handler.create_table = update_table, create_table
    handler.describe_limits = lambda _self: json.dumps(_LIMITS)


def replace_provider(module: Any) -> None:
    """Change a table's time to live only to what it is not, and leave the check of an index to :mod:`.key_conditions`.

    :param module: ``localstack.services.dynamodb.v2.provider``
    """
    module.is_index_query_valid = lambda *_: True
    provider = module.DynamoDBProvider
    original = provider.update_time_to_live

    @wraps(original)
    def update_time_to_live(
        self: Any, context: Any, table_name: str, time_to_live_specification: Any, **options: Any
    ) -> Any:
        store = module.get_store(context.account_id, context.region)
        known = store.ttl_specifications.get(table_name) or {}
        wanted = bool(time_to_live_specification.get("Enabled"))
        if self.table_exists(context.account_id, context.region, table_name) and wanted is bool(known.get("Enabled")):
            raise module.ValidationException(f"TimeToLive is already {'enabled' if wanted else 'disabled'}")
        return original(self, context, table_name, time_to_live_specification, **options)

    provider.update_time_to_live = update_time_to_live
    provider.update_contributor_insights = update_contributor_insights
    provider.describe_contributor_insights = module.handler("DescribeContributorInsights")(
        describe_contributor_insights
    )


def replace_resource(module: Any) -> None:
    """Have CloudFormation switch a new table's time to live on once: a second request is refused.

    :param module: ``localstack.services.dynamodb.resource_providers.aws_dynamodb_table``
    """
    create = module.DynamoDBTableProvider.create

    @wraps(create)
    def create_once(self: Any, request: Any) -> Any:
        if not request.custom_context.get(module.REPEATED_INVOCATION):
            return create(self, request)
        model = request.desired_state
        expiry = model.pop("TimeToLiveSpecification", None)
        try:
            return create(self, request)
        finally:
            if expiry is not None:
                model["TimeToLiveSpecification"] = expiry

    module.DynamoDBTableProvider.create = create_once


_insights: dict[tuple[str, str, str, str | None], str] = {}


def update_contributor_insights(
    _self: Any, context: Any, table_name: str, contributor_insights_action: str, index_name: str | None = None, **_: Any
) -> dict[str, Any]:
    """Keep the choice for a table or an index; there are no insights here."""
    status = f"{contributor_insights_action}D"
    _insights[context.account_id, context.region, table_name, index_name] = status
    return _insight(table_name, index_name, status)


def describe_contributor_insights(
    _self: Any, context: Any, table_name: str, index_name: str | None = None, **_: Any
) -> dict[str, Any]:
    """Return what was chosen."""
    status = _insights.get((context.account_id, context.region, table_name, index_name), "DISABLED")
    return _insight(table_name, index_name, status)


def _insight(table_name: str, index_name: str | None, status: str) -> dict[str, Any]:
    index = {"IndexName": index_name} if index_name else {}
    return {"TableName": table_name, "ContributorInsightsStatus": status, **index}


def _names_of_keys(table: Any) -> set[str]:
    schemas = [table.schema, *(index.schema for index in [*table.indexes, *table.global_indexes])]
    return {key["AttributeName"] for schema in schemas for key in schema}


def _check_local_indexes(request: dict[str, Any]) -> None:
    from moto.dynamodb.exceptions import MockValidationException

    invalid = "One or more parameter values were invalid: "
    for index in request.get("LocalSecondaryIndexes") or []:
        if len(request["KeySchema"]) == 1:
            rule = "Table KeySchema does not have a range key, which is required when specifying a LocalSecondaryIndex"
            raise MockValidationException(invalid + rule)
        if len(index["KeySchema"]) == 1:
            rule = f"Index KeySchema does not have a range key for index: {index['IndexName']}"
            raise MockValidationException(invalid + rule)


def _check_indexes(table: Any, changes: list[dict[str, Any]]) -> None:
    from moto.dynamodb.exceptions import ResourceNotFoundException

    known = {index.name for index in table.global_indexes}
    for change in changes:
        for kind in ("Delete", "Update"):
            if kind in change and change[kind]["IndexName"] not in known:
                raise ResourceNotFoundException("Requested resource not found")
