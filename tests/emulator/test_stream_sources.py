"""A function that streams invoke, with partial batch answers: section 7.

The streams are kept in LocalStack's process: see ``localstack_corrections``.
"""

from __future__ import annotations

import json
import uuid
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from localdev.system.waiting import wait_until
from tests.emulator.deployed import receive

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from tests.emulator.deployed import Cloud, Function, MakeDeployed

SECONDS = 40
ORDERS = ("margherita", "funghi", "burnt", "marinara")
NAMES = """
    import base64
    def name_of(record):
        if record["eventSource"] == "aws:kinesis":
            return base64.b64decode(record["kinesis"]["data"]).decode()
        return record["dynamodb"]["Keys"]["order"]["S"]
    def number_of(record):
        return record.get("kinesis", {}).get("sequenceNumber") or record["dynamodb"]["SequenceNumber"]
"""
PARTIAL = f"""{NAMES}
    seen = set()
    def handler(event, context):
        names = [name_of(record) for record in event["Records"]]
        print("batch", ",".join(names))
        failed = [] if "burnt" in seen else [number_of(r) for r in event["Records"] if name_of(r) == "burnt"]
        seen.update(names)
        return {{"batchItemFailures": [{{"itemIdentifier": number}} for number in failed]}}
"""
RAISES = f"""{NAMES}
    def handler(event, context):
        print("batch", ",".join(name_of(record) for record in event["Records"]))
        raise RuntimeError("cold")
"""


@dataclass(frozen=True)
class Stream:
    """A stream with one shard, in which all orders are."""

    arn: str
    batch_info: str
    """What its failed batches are described by."""


@pytest.fixture(params=["kinesis", "dynamodb"])
def stream(request: pytest.FixtureRequest, cloud: Cloud) -> Iterator[Stream]:
    """Provide one of either kind."""
    make: dict[str, Callable[[Cloud, str], Any]] = {"kinesis": kinesis_stream, "dynamodb": table_with_stream}
    with make[request.param](cloud, f"orders-{uuid.uuid4().hex[:8]}") as stream:
        yield stream


@contextmanager
def kinesis_stream(cloud: Cloud, name: str) -> Iterator[Stream]:
    """Make a stream of Kinesis."""
    kinesis = cloud.client("kinesis")
    kinesis.create_stream(StreamName=name, ShardCount=1)
    try:

        def arn() -> str | None:
            about = kinesis.describe_stream_summary(StreamName=name)["StreamDescriptionSummary"]
            return str(about["StreamARN"]) if about["StreamStatus"] == "ACTIVE" else None

        found = wait_until(arn, what="the stream to be active", seconds=SECONDS)
        kinesis.put_records(
            StreamName=name, Records=[{"Data": order.encode(), "PartitionKey": "oven"} for order in ORDERS]
        )
        yield Stream(found, "KinesisBatchInfo")
    finally:
        kinesis.delete_stream(StreamName=name, EnforceConsumerDeletion=True)


@contextmanager
def table_with_stream(cloud: Cloud, name: str) -> Iterator[Stream]:
    """Make a table's stream."""
    dynamodb = cloud.client("dynamodb")
    table = dynamodb.create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "order", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "order", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
    )["TableDescription"]
    arn, streams = table["LatestStreamArn"], cloud.client("dynamodbstreams")

    def shard() -> str | None:
        about = streams.describe_stream(StreamArn=arn)["StreamDescription"]
        return str(about["Shards"][0]["ShardId"]) if about["StreamStatus"] == "ENABLED" else None

    try:
        where = {"StreamArn": arn, "ShardId": wait_until(shard, what="the stream to be enabled", seconds=SECONDS)}
        for order in ORDERS:
            dynamodb.put_item(TableName=name, Item={"order": {"S": order}})
        begin = streams.get_shard_iterator(**where, ShardIteratorType="TRIM_HORIZON")["ShardIterator"]

        def complete() -> bool | None:
            return len(streams.get_records(ShardIterator=begin)["Records"]) == len(ORDERS) or None

        wait_until(complete, what="all orders to be in the stream", seconds=SECONDS)
        yield Stream(arn, "DDBStreamBatchInfo")
    finally:
        dynamodb.delete_table(TableName=name)


@contextmanager
def invoked_by(function: Function, stream: Stream, **options: Any) -> Iterator[None]:
    """Invoke the function with the stream's records, from the first one on."""
    mapping = function.client.create_event_source_mapping(
        FunctionName=function.name, EventSourceArn=stream.arn, StartingPosition="TRIM_HORIZON", **options
    )["UUID"]
    try:
        yield
    finally:
        function.client.delete_event_source_mapping(UUID=mapping)


def batches(function: Function, until: Callable[[Sequence[str]], bool]) -> list[str]:
    """Return the batches the function has seen so far, once they are what is waited for."""

    def probe() -> list[str] | None:
        seen = [line.split()[1] for line in function.logged("batch") if line.startswith("batch ")]
        return seen if until(seen) else None

    return wait_until(probe, what="the batches", seconds=SECONDS)


def test_a_stream_is_read_again_from_the_record_that_failed(deploy: MakeDeployed, stream: Stream) -> None:
    function = deploy(PARTIAL)

    with invoked_by(function, stream, FunctionResponseTypes=["ReportBatchItemFailures"]):
        seen = batches(function, lambda seen: ",".join(seen).endswith("burnt,marinara") and len(seen) > 1)

    assert seen == ["margherita,funghi,burnt,marinara", "burnt,marinara"]


def test_a_batch_that_is_given_up_reaches_the_destination_for_failures(
    deploy: MakeDeployed, cloud: Cloud, queue: str, stream: Stream
) -> None:
    function = deploy(RAISES)
    options = {"MaximumRetryAttempts": 1, "DestinationConfig": {"OnFailure": {"Destination": queue}}}

    with invoked_by(function, stream, **options):
        record = json.loads(receive(cloud, queue)["Body"])

    assert batches(function, bool) == ["margherita,funghi,burnt,marinara"] * 2
    assert record["requestContext"]["condition"] == "RetryAttemptsExhausted"
    assert record["requestContext"]["approximateInvokeCount"] == 2
    assert record["responseContext"] == {
        "statusCode": 200,
        "executedVersion": "$LATEST",
        "functionError": "Unhandled",
    }
    assert record[stream.batch_info]["batchSize"] == len(ORDERS)
    assert record[stream.batch_info]["streamArn"] == stream.arn


def test_a_batch_that_fails_is_split_until_the_bad_record_is_alone(
    deploy: MakeDeployed, cloud: Cloud, queue: str, stream: Stream
) -> None:
    function = deploy(f"""{NAMES}
    def handler(event, context):
        names = [name_of(record) for record in event["Records"]]
        print("batch", ",".join(names))
        assert "burnt" not in names
    """)
    failures = {"DestinationConfig": {"OnFailure": {"Destination": queue}}}

    with invoked_by(function, stream, BisectBatchOnFunctionError=True, MaximumRetryAttempts=1, **failures):
        record = json.loads(receive(cloud, queue)["Body"])
        seen = batches(function, lambda seen: "marinara" in seen)

    assert seen == [
        "margherita,funghi,burnt,marinara", "margherita,funghi", "burnt,marinara", "burnt", "burnt", "marinara",
    ]  # fmt: skip
    assert record[stream.batch_info]["batchSize"] == 1
