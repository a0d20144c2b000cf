"""Event sources that have been empty for long: what is written reaches its function at once."""

from __future__ import annotations

import time
import uuid
from typing import TYPE_CHECKING, Any

import pytest

from localdev.system.waiting import wait_until
from localstack_corrections.lambda_.woken_pollers import Interruptible
from tests.emulator.deployed import ROLE, Cloud, Function, zipped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from localdev.engines import EmbeddedEngine

SECONDS = 60
IDLE_SECONDS = 9
"""After so long the released LocalStack waits for five seconds and more."""
WOKEN_SECONDS = 3
"""Less than the released LocalStack's pause; a loaded machine takes more than the second of a quiet one."""
HANDLER = """
    import time
    def handler(event, context):
        for record in event["Records"]:
            print("got", time.time(), record["eventSource"])
"""


@pytest.fixture(scope="module")
def cloud(corrected_engine: EmbeddedEngine) -> Cloud:
    """Provide the corrected LocalStack."""
    return Cloud(corrected_engine.endpoint_url)


@pytest.fixture
def function(cloud: Cloud) -> Iterator[Function]:
    """Provide a function that prints when it got each record."""
    name = f"kitchen-{uuid.uuid4().hex[:8]}"
    cloud.client("lambda").create_function(
        FunctionName=name, Runtime="python3.13", Role=ROLE, Handler="kitchen.handler", Timeout=20,
        Code={"ZipFile": zipped({"kitchen.py": HANDLER})},
    )  # fmt: skip
    function = Function(cloud, name)
    function.wait_until_active()
    yield function
    cloud.client("lambda").delete_function(FunctionName=name)


def queue(cloud: Cloud, name: str) -> tuple[str, Callable[[], Any]]:
    """Create a queue. Return its ARN and what writes to it."""
    sqs = cloud.client("sqs")
    url = sqs.create_queue(QueueName=name)["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    return arn, lambda: sqs.send_message(QueueUrl=url, MessageBody="order")


def kinesis_stream(cloud: Cloud, name: str) -> tuple[str, Callable[[], Any]]:
    """Create a stream of four shards. Return its ARN and what writes to one of them."""
    kinesis = cloud.client("kinesis")
    kinesis.create_stream(StreamName=name, ShardCount=4)
    arn = kinesis.describe_stream_summary(StreamName=name)["StreamDescriptionSummary"]["StreamARN"]
    return arn, lambda: kinesis.put_record(StreamName=name, Data=b"order", PartitionKey=name)


def table(cloud: Cloud, name: str) -> tuple[str, Callable[[], Any]]:
    """Create a table. Return its stream's ARN and what writes to the table."""
    dynamodb = cloud.client("dynamodb")
    made = dynamodb.create_table(
        TableName=name, BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"},
    )  # fmt: skip
    return made["TableDescription"]["LatestStreamArn"], lambda: dynamodb.put_item(
        TableName=name, Item={"id": {"S": uuid.uuid4().hex}}
    )


@pytest.mark.parametrize("make", [queue, kinesis_stream, table])
def test_what_is_written_to_an_idle_source_reaches_its_function_before_the_next_poll(
    cloud: Cloud, function: Function, make: Callable[[Cloud, str], tuple[str, Callable[[], Any]]]
) -> None:
    arn, write = make(cloud, f"orders-{uuid.uuid4().hex[:8]}")
    position = {} if ":sqs:" in arn else {"StartingPosition": "TRIM_HORIZON"}
    mapping = cloud.client("lambda").create_event_source_mapping(
        FunctionName=function.name, EventSourceArn=arn, **position
    )["UUID"]
    write()
    _times(function, 1)
    written = []
    # each write comes when the source has been idle for longer than the pollers wait at first
    for count in (2, 3):
        time.sleep(IDLE_SECONDS)
        written.append(time.time())
        write()
        _times(function, count)
    cloud.client("lambda").delete_event_source_mapping(UUID=mapping)

    got = _times(function, 3)[1:]
    assert min(at - since for at, since in zip(got, written, strict=True)) < WOKEN_SECONDS


def _times(function: Function, count: int) -> list[float]:
    def probe() -> list[float] | None:
        lines = [line for stream in function.streams() for line in function.events(stream) if line.startswith("got ")]
        return sorted(float(line.split()[1]) for line in lines) if len(lines) >= count else None

    return wait_until(probe, what=f"{count} records to reach the function", seconds=SECONDS)


def test_a_wake_before_the_wait_ends_the_wait() -> None:
    waiting = Interruptible()
    waiting.wake()

    began = time.monotonic()
    assert waiting.wait(30) is False
    assert time.monotonic() - began < 20


def test_a_set_event_ends_every_wait() -> None:
    waiting = Interruptible()
    waiting.set()

    assert waiting.wait(30)
    assert waiting.wait(30)
    waiting.clear()
    assert not waiting.wait(0.01)
