"""Stream records as DynamoDB writes them.

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_Record.html: an image is there only where
the item was or is; a write that changes nothing leaves no record; an item that expired is removed by the service.
"""

from __future__ import annotations

import itertools
import secrets
import time
import uuid
from typing import Any

from localstack_corrections.dynamodb import kinesis_destination
from localstack_corrections.dynamodb.values import attributes_of

RETENTION_SECONDS = 24 * 60 * 60
_SEQUENCE = itertools.count(100_000_000_000_000_000_000)
"""Sequence numbers rise over all streams, as AWS's do; 21 digits."""
_EXPIRED = {"Type": "Service", "PrincipalId": "dynamodb.amazonaws.com"}


class StreamShard:
    """The one shard of a table's stream, in place of moto's class of that name."""

    def __init__(self, account_id: str, table: Any) -> None:
        """Begin the stream that a table's specification asks for."""
        from moto.core.utils import utcnow

        self.account_id = account_id
        self.table = table
        self.view_type = table.stream_specification["StreamViewType"]
        self.label = table.latest_stream_label
        self.id = f"shardId-{int(time.time() * 1000):020d}-{secrets.token_hex(4)}"
        self.created_on = utcnow()
        self.starting_sequence_number = next(_SEQUENCE)
        self.next_sequence_number = self.starting_sequence_number + 1
        self.items: list[dict[str, Any]] = []
        self.is_open = True

    def to_json(self) -> dict[str, Any]:
        """Return the shard as DescribeStream shows it."""
        numbers = {"StartingSequenceNumber": str(self.starting_sequence_number)}
        if not self.is_open:
            numbers["EndingSequenceNumber"] = str(self.next_sequence_number)
        return {"ShardId": self.id, "SequenceNumberRange": numbers}

    def add(self, old: Any, new: Any, *, expired: bool = False) -> None:
        """Append the record of one write, unless it changed nothing."""
        before, after = _attributes(old), _attributes(new)
        if before == after:
            return
        kinesis_destination.send(self.table, before, after, expired=expired)
        number = next(_SEQUENCE)
        self.next_sequence_number = number + 1
        record = {
            "eventID": uuid.uuid4().hex,
            "eventName": "INSERT" if before is None else "REMOVE" if after is None else "MODIFY",
            "eventVersion": "1.1",
            "eventSource": "aws:dynamodb",
            "awsRegion": self.table.region_name,
            "dynamodb": self._change(before, after, number),
        }
        if expired:
            record["userIdentity"] = _EXPIRED
        self._trim()
        self.items.append(record)

    def _change(self, before: dict[str, Any] | None, after: dict[str, Any] | None, number: int) -> dict[str, Any]:
        table, item = self.table, after or before or {}
        change: dict[str, Any] = {
            "ApproximateCreationDateTime": int(time.time()),
            "Keys": {name: item[name] for name in (table.hash_key_attr, table.range_key_attr) if name},
            "SequenceNumber": str(number),
            "StreamViewType": self.view_type,
        }
        if after is not None and self.view_type in ("NEW_IMAGE", "NEW_AND_OLD_IMAGES"):
            change["NewImage"] = after
        if before is not None and self.view_type in ("OLD_IMAGE", "NEW_AND_OLD_IMAGES"):
            change["OldImage"] = before
        change["SizeBytes"] = sum(_size(change[part]) for part in ("Keys", "NewImage", "OldImage") if part in change)
        return change

    def _trim(self) -> None:
        oldest = time.time() - RETENTION_SECONDS
        while self.items and self.items[0]["dynamodb"]["ApproximateCreationDateTime"] < oldest:
            del self.items[0]

    def read(self, number: int, limit: int) -> list[dict[str, Any]]:
        """Return at most ``limit`` records whose sequence numbers are ``number`` or higher."""
        later = (record for record in self.items if int(record["dynamodb"]["SequenceNumber"]) >= number)
        return list(itertools.islice(later, limit))


def _attributes(item: Any) -> dict[str, Any] | None:
    return attributes_of(item) if item is not None else None


def _size(attributes: dict[str, Any]) -> int:
    """Return the bytes of an item: its names and values, as the limits count them."""
    return sum(len(name.encode()) + _value_size(value) for name, value in attributes.items())


def _value_size(value: dict[str, Any]) -> int:
    kind, content = next(iter(value.items()))
    if kind == "M":
        return 3 + _size(content)
    if kind == "L":
        return 3 + sum(1 + _value_size(each) for each in content)
    if kind in ("SS", "NS", "BS"):
        return sum(len(each) for each in content)
    return len(str(content).encode()) if kind in ("S", "N", "B") else 1


def replace(module: Any) -> None:
    """Put the shard in the place of moto's, and end it when the stream is disabled.

    :param module: ``moto.dynamodb.models.table``
    """
    module.StreamShard = StreamShard
    original = module.Table.set_stream_specification

    def set_stream_specification(self: Any, streams: dict[str, Any] | None) -> None:
        shard = getattr(self, "stream_shard", None)
        original(self, streams)
        if self.stream_specification["StreamEnabled"]:
            _shorten_label(self)
        if isinstance(shard, StreamShard):
            shard.is_open = False
            self.__dict__.setdefault("ended_shards", {})[shard.label] = shard
        if not self.stream_specification["StreamEnabled"]:
            self.stream_shard = kinesis_destination.Unlisted(self) if shard is not None else None

    module.Table.set_stream_specification = set_stream_specification


def allow_again(module: Any) -> None:
    """Let a stream be enabled again after it was disabled.

    :param module: ``moto.dynamodb.models``
    """
    original = module.DynamoDBBackend.update_table_streams

    def update_table_streams(self: Any, table: Any, stream_specification: dict[str, Any]) -> None:
        if (table.stream_specification or {}).get("StreamEnabled"):
            original(self, table, stream_specification)
        else:
            table.set_stream_specification(stream_specification)

    module.DynamoDBBackend.update_table_streams = update_table_streams


def _shorten_label(table: Any) -> None:
    """Name a stream by its time in milliseconds, as AWS does."""
    table.latest_stream_label = table.stream_shard.label = table.latest_stream_label[:23]
