"""A table's changes, sent to its Kinesis stream.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/kds_gettingstarted.html. The records have both images,
whatever the table's own stream has, and are there without one.
"""

from __future__ import annotations

import hashlib
import json
import logging
import queue
import threading
import time
import uuid
from functools import wraps
from typing import Any

from localstack_corrections.dynamodb.values import attributes_of

LOG = logging.getLogger(__name__)
_changes: queue.SimpleQueue[tuple[Any, str, dict[str, Any]]] = queue.SimpleQueue()
_sender: list[threading.Thread] = []
_begin = threading.Lock()


class Unlisted:
    """Stand in for the shard of a table without a stream of its own, so that moto reports each change."""

    label = None
    is_open = False

    def __init__(self, table: Any) -> None:
        """Belong to a table."""
        self.table = table

    def add(self, old: Any, new: Any, *, expired: bool = False) -> None:
        """Send a change."""
        send(self.table, _attributes(old), _attributes(new), expired=expired)


def _attributes(item: Any) -> dict[str, Any] | None:
    return attributes_of(item) if item is not None else None


def _destinations(table: Any) -> list[Any]:
    from localstack.services.dynamodb.models import dynamodb_stores

    store = dynamodb_stores[table.account_id][table.region_name]
    found = store.streaming_destinations.get(table.name) or []
    return [each for each in found if each["DestinationStatus"] == "ACTIVE"]


def send(table: Any, before: dict[str, Any] | None, after: dict[str, Any] | None, *, expired: bool = False) -> None:
    """Send a change to the table's destinations, in the order of the writes."""
    if before == after:
        return
    for destination in _destinations(table):
        precision = destination.get("ApproximateCreationDateTimePrecision", "MILLISECOND")
        record = _record(table, before, after, precision)
        if expired:
            record["userIdentity"] = {"type": "Service", "principalId": "dynamodb.amazonaws.com"}
        _changes.put((table, destination["StreamArn"], record))
        with _begin:
            if not _sender:
                _sender.append(threading.Thread(target=_work, name="dynamodb-kinesis-destination", daemon=True))
                _sender[0].start()


def _record(table: Any, before: dict[str, Any] | None, after: dict[str, Any] | None, precision: str) -> dict[str, Any]:
    item = after or before or {}
    change: dict[str, Any] = {
        "ApproximateCreationDateTime": int(time.time() * (1_000_000 if precision == "MICROSECOND" else 1000)),
        "Keys": {name: item[name] for name in table.table_key_attrs},
    }
    if after is not None:
        change["NewImage"] = after
    if before is not None:
        change["OldImage"] = before
    change["SizeBytes"] = len(json.dumps([change.get("NewImage"), change.get("OldImage")]))
    if precision == "MICROSECOND":
        change["ApproximateCreationDateTimePrecision"] = precision
    return {
        "awsRegion": table.region_name,
        "eventID": str(uuid.uuid4()),
        "eventName": "INSERT" if before is None else "REMOVE" if after is None else "MODIFY",
        "userIdentity": None,
        "recordFormat": "application/json",
        "tableName": table.name,
        "dynamodb": change,
        "eventSource": "aws:dynamodb",
    }


def _work() -> None:
    from localstack.aws.connect import connect_to

    while True:
        table, stream, record = _changes.get()
        key = hashlib.md5(json.dumps(record["dynamodb"]["Keys"]).encode(), usedforsecurity=False).hexdigest()
        try:
            client = connect_to(aws_access_key_id=table.account_id, region_name=table.region_name).kinesis
            client.put_record(StreamARN=stream, Data=json.dumps(record), PartitionKey=key)
        except Exception:
            LOG.exception("A change of table %s was not sent to %s", table.name, stream)


def replace_provider(module: Any) -> None:
    """Watch a table's writes from when it has a destination.

    :param module: ``localstack.services.dynamodb.v2.provider``
    """
    original = module.DynamoDBProvider.enable_kinesis_streaming_destination

    @wraps(original)
    def enable(self: Any, context: Any, table_name: str, *arguments: Any, **options: Any) -> Any:
        answer = original(self, context, table_name, *arguments, **options)
        from moto.dynamodb.models import dynamodb_backends

        table = dynamodb_backends[context.account_id][context.region].get_table(table_name)
        if table.stream_shard is None:
            table.stream_shard = Unlisted(table)
        return answer

    module.DynamoDBProvider.enable_kinesis_streaming_destination = enable
