"""Kinesis in LocalStack's process: records, iterators, shards."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from localdev.engines.clients import Clients


@pytest.fixture(scope="module")
def kinesis(aws: Clients) -> Any:
    """Client of the corrected Kinesis."""
    return aws.client("kinesis")


@pytest.fixture
def stream(kinesis: Any) -> Iterator[dict[str, Any]]:
    """Provide a stream with two shards, as it is described."""
    name = f"orders-{uuid.uuid4().hex[:8]}"
    kinesis.create_stream(StreamName=name, ShardCount=2)
    yield kinesis.describe_stream(StreamName=name)["StreamDescription"]
    kinesis.delete_stream(StreamName=name, EnforceConsumerDeletion=True)


def test_records_of_one_key_are_read_in_order_from_one_shard(kinesis: Any, stream: dict[str, Any]) -> None:
    orders = [b"margherita", b"funghi", b"\x00\xff"]
    put = kinesis.put_records(
        StreamName=stream["StreamName"], Records=[{"Data": order, "PartitionKey": "oven"} for order in orders]
    )
    shards = {record["ShardId"] for record in put["Records"]}
    iterator = kinesis.get_shard_iterator(
        StreamARN=stream["StreamARN"], ShardId=min(shards), ShardIteratorType="TRIM_HORIZON"
    )["ShardIterator"]

    first = kinesis.get_records(ShardIterator=iterator, Limit=1)
    rest = kinesis.get_records(ShardIterator=first["NextShardIterator"])

    assert len(shards) == 1
    assert [record["Data"] for record in (*first["Records"], *rest["Records"])] == orders
    assert kinesis.get_records(ShardIterator=rest["NextShardIterator"])["Records"] == []


def test_the_latest_iterator_sees_only_what_comes_later(kinesis: Any, stream: dict[str, Any]) -> None:
    name = stream["StreamName"]
    shard = kinesis.put_record(StreamName=name, Data=b"before", PartitionKey="oven")["ShardId"]
    latest = kinesis.get_shard_iterator(StreamName=name, ShardId=shard, ShardIteratorType="LATEST")["ShardIterator"]
    kinesis.put_record(StreamName=name, Data=b"after", PartitionKey="oven")

    assert [record["Data"] for record in kinesis.get_records(ShardIterator=latest)["Records"]] == [b"after"]


def test_a_stream_and_its_consumers_are_listed(kinesis: Any, stream: dict[str, Any]) -> None:
    consumer = kinesis.register_stream_consumer(StreamARN=stream["StreamARN"], ConsumerName="kitchen")["Consumer"]

    listed = kinesis.list_stream_consumers(StreamARN=stream["StreamARN"])["Consumers"]

    assert stream["StreamName"] in kinesis.list_streams()["StreamNames"]
    assert [each["ConsumerARN"] for each in listed] == [consumer["ConsumerARN"]]
    assert len(kinesis.list_shards(StreamName=stream["StreamName"])["Shards"]) == 2


def test_an_iterator_that_is_none_and_too_many_records_are_refused(kinesis: Any) -> None:
    with pytest.raises(kinesis.exceptions.InvalidArgumentException, match="Invalid ShardIterator"):
        kinesis.get_records(ShardIterator="abc")
    with pytest.raises(ClientError, match="Member must have value less than or equal to 10000"):
        kinesis.get_records(ShardIterator="abc", Limit=10001)
