"""The four operations of DynamoDB Streams, on the shards of :mod:`.stream_records`.

Iterators hold their own position, as the service's do: reading a stream for a day leaves nothing behind.
https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Operations_Amazon_DynamoDB_Streams.html
"""

from __future__ import annotations

import base64
import binascii
import json
from typing import Any

_MAX_RECORDS = 1000


class _Iterator:
    """A position in a shard, as moto's response class expects it."""

    def __init__(self, stream_arn: str, shard: Any, number: int) -> None:
        position = base64.urlsafe_b64encode(json.dumps([shard.id, number]).encode()).decode()
        self.arn = f"{stream_arn}|1|{position}"


def replace(module: Any) -> None:
    """Read streams by the label in their ARN, also after they were disabled.

    :param module: ``moto.dynamodbstreams.models``
    """
    backend = module.DynamoDBStreamsBackend
    backend.describe_stream = _describe_stream
    backend.get_shard_iterator = _get_shard_iterator
    backend.get_records = _get_records


def _shard_of(backend: Any, arn: str) -> Any:
    """Return the shard of a stream. The resource of a stream's ARN is ``table/NAME/stream/LABEL``."""
    from moto.dynamodb.exceptions import ResourceNotFoundException

    parts = arn.split(":", 5)[-1].split("/")
    table = backend.dynamodb.tables.get(parts[1]) if len(parts) == 4 else None
    if table is not None:
        for shard in (table.stream_shard, *getattr(table, "ended_shards", {}).values()):
            if shard is not None and shard.label == parts[3]:
                return shard
    raise ResourceNotFoundException(f"Requested resource not found: Stream: {arn} not found")


def _describe_stream(self: Any, arn: str) -> dict[str, Any]:
    shard = _shard_of(self, arn)
    return {
        "StreamArn": arn,
        "StreamLabel": shard.label,
        "StreamStatus": "ENABLED" if shard.is_open else "DISABLED",
        "StreamViewType": shard.view_type,
        "CreationRequestDateTime": shard.created_on,
        "TableName": shard.table.name,
        "KeySchema": shard.table.schema,
        "Shards": [shard.to_json()],
    }


def _get_shard_iterator(
    self: Any, arn: str, shard_id: str, shard_iterator_type: str, sequence_number: int | None = None
) -> _Iterator:
    from moto.dynamodb.exceptions import MockValidationException, ResourceNotFoundException

    shard = _shard_of(self, arn)
    if shard.id != shard_id:
        raise ResourceNotFoundException(f"Requested resource not found: Shard: {shard_id} in Stream: {arn} not found")
    match shard_iterator_type:
        case "TRIM_HORIZON":
            return _Iterator(arn, shard, shard.starting_sequence_number)
        case "LATEST":
            return _Iterator(arn, shard, shard.next_sequence_number)
    if sequence_number is None:
        raise MockValidationException(
            f"One or more parameter values were invalid: {shard_iterator_type} requires SequenceNumber"
        )
    return _Iterator(arn, shard, sequence_number + (shard_iterator_type == "AFTER_SEQUENCE_NUMBER"))


def _get_records(self: Any, iterator_arn: str, limit: int) -> dict[str, Any]:
    stream_arn, shard_id, number = _parsed(iterator_arn)
    shard = _shard_of(self, stream_arn)
    if shard.id != shard_id:
        raise _bad_iterator()
    records = shard.read(number, min(limit, _MAX_RECORDS))
    if records:
        number = int(records[-1]["dynamodb"]["SequenceNumber"]) + 1
    answer: dict[str, Any] = {"Records": records}
    if shard.is_open or shard.read(number, 1):
        answer["NextShardIterator"] = _Iterator(stream_arn, shard, number).arn
    return answer


def _parsed(iterator: str) -> tuple[str, str, int]:
    try:
        stream_arn, _, position = iterator.split("|")
        shard_id, number = json.loads(base64.urlsafe_b64decode(position))
    except (ValueError, binascii.Error) as error:
        raise _bad_iterator() from error
    return stream_arn, str(shard_id), int(number)


def _bad_iterator() -> Any:
    from moto.dynamodb.exceptions import MockValidationException

    return MockValidationException("Invalid ShardIterator")
