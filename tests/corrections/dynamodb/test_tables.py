"""What tables answer beside single items: pages, updates' values, exports, and their Kinesis stream."""

from __future__ import annotations

import json
import uuid
from typing import TYPE_CHECKING, Any

import pytest

from localdev.system.waiting import wait_until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from localdev.engines.clients import Clients


@pytest.fixture(scope="module")
def bucket(aws: Clients) -> Any:
    """Client of S3, and a bucket."""
    s3, name = aws.client("s3"), f"exports-{uuid.uuid4().hex[:8]}"
    s3.create_bucket(Bucket=name)
    return s3, name


@pytest.fixture
def table(dynamodb: Any) -> Iterator[str]:
    """Provide a table with two items."""
    name = f"orders-{uuid.uuid4().hex[:8]}"
    create(dynamodb, name)
    for number in "12":
        dynamodb.put_item(
            TableName=name, Item={"id": {"S": number}, "lines": {"L": [{"S": "a"}, {"M": {"b": {"B": b"c"}}}]}}
        )
    yield name
    dynamodb.delete_table(TableName=name)


def create(dynamodb: Any, name: str) -> None:
    """Create a table whose key is text."""
    dynamodb.create_table(
        TableName=name, BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
    )  # fmt: skip


def ended(describe: Callable[[], dict[str, Any]], status: str) -> dict[str, Any]:
    """Wait for an export or an import to succeed, and return its description."""

    def probe() -> dict[str, Any] | None:
        found = describe()
        return None if found[status] == "IN_PROGRESS" else found

    found = wait_until(probe, what="an export or import", seconds=30)
    assert found[status] == "COMPLETED", found.get("FailureMessage")
    return found


def test_a_full_page_names_its_last_item_though_nothing_follows(dynamodb: Any, table: str) -> None:
    page = dynamodb.scan(TableName=table, Limit=2)
    assert page["LastEvaluatedKey"] == {"id": {"S": "2"}}
    rest = dynamodb.scan(TableName=table, Limit=2, ExclusiveStartKey=page["LastEvaluatedKey"])
    assert (rest["Count"], "LastEvaluatedKey" in rest) == (0, False)


def test_a_projection_keeps_the_types_and_the_order_of_lists(dynamodb: Any, table: str) -> None:
    item = dynamodb.get_item(
        TableName=table, Key={"id": {"S": "1"}}, ProjectionExpression="#l[1].b, #l[0]",
        ExpressionAttributeNames={"#l": "lines"},
    )["Item"]  # fmt: skip
    assert item == {"lines": {"L": [{"S": "a"}, {"M": {"b": {"B": b"c"}}}]}}


def test_an_update_returns_what_it_names_though_unchanged(dynamodb: Any, table: str) -> None:
    for expected in ({"N": "0.3"}, {"N": "0.3"}):
        answer = dynamodb.update_item(
            TableName=table, Key={"id": {"S": "1"}}, UpdateExpression="SET price = :p",
            ExpressionAttributeValues={":p": {"N": "0.3"}}, ReturnValues="UPDATED_NEW",
        )  # fmt: skip
        assert answer["Attributes"] == {"price": expected}
    answer = dynamodb.update_item(
        TableName=table, Key={"id": {"S": "1"}}, UpdateExpression="SET price = price - :p",
        ExpressionAttributeValues={":p": {"N": "0.1"}}, ReturnValues="UPDATED_NEW",
    )  # fmt: skip
    assert answer["Attributes"] == {"price": {"N": "0.2"}}


def test_a_new_index_leaves_the_keys_types(dynamodb: Any, table: str) -> None:
    created = {
        "IndexName": "by-town",
        "KeySchema": [{"AttributeName": "town", "KeyType": "HASH"}],
        "Projection": {"ProjectionType": "ALL"},
    }
    changed = dynamodb.update_table(
        TableName=table, AttributeDefinitions=[{"AttributeName": "town", "AttributeType": "S"}],
        GlobalSecondaryIndexUpdates=[{"Create": created}],
    )["TableDescription"]  # fmt: skip
    assert {each["AttributeName"] for each in changed["AttributeDefinitions"]} == {"id", "town"}
    dynamodb.put_item(TableName=table, Item={"id": {"S": "3"}, "town": {"S": "Rome"}})


def test_an_export_is_in_its_bucket_and_can_be_imported(dynamodb: Any, bucket: Any, table: str) -> None:
    s3, name = bucket
    arn = dynamodb.describe_table(TableName=table)["Table"]["TableArn"]
    dynamodb.update_continuous_backups(
        TableName=table, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
    )
    export = dynamodb.export_table_to_point_in_time(TableArn=arn, S3Bucket=name)["ExportDescription"]["ExportArn"]
    assert (
        ended(lambda: dynamodb.describe_export(ExportArn=export)["ExportDescription"], "ExportStatus")["ItemCount"] == 2
    )
    folder = f"AWSDynamoDB/{export.rpartition('/')[2]}/data"
    copy = f"{table}-copy"
    imported = dynamodb.import_table(
        S3BucketSource={"S3Bucket": name, "S3KeyPrefix": folder},
        InputFormat="DYNAMODB_JSON", InputCompressionType="GZIP",
        TableCreationParameters={
            "TableName": copy, "BillingMode": "PAY_PER_REQUEST",
            "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
            "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
        },
    )["ImportTableDescription"]["ImportArn"]  # fmt: skip
    ended(lambda: dynamodb.describe_import(ImportArn=imported)["ImportTableDescription"], "ImportStatus")
    assert dynamodb.scan(TableName=copy)["Items"] == dynamodb.scan(TableName=table)["Items"]
    assert {each["Key"].rpartition("/")[2] for each in s3.list_objects_v2(Bucket=name)["Contents"]} >= {
        "manifest-summary.json"
    }


def test_changes_are_sent_to_the_tables_kinesis_stream(dynamodb: Any, aws: Clients, table: str) -> None:
    kinesis, name = aws.client("kinesis"), f"changes-{uuid.uuid4().hex[:8]}"
    kinesis.create_stream(StreamName=name, ShardCount=1)
    kinesis.get_waiter("stream_exists").wait(StreamName=name, WaiterConfig={"Delay": 1})
    stream = kinesis.describe_stream_summary(StreamName=name)["StreamDescriptionSummary"]["StreamARN"]
    dynamodb.enable_kinesis_streaming_destination(TableName=table, StreamArn=stream)
    dynamodb.put_item(TableName=table, Item={"id": {"S": "3"}})
    dynamodb.delete_item(TableName=table, Key={"id": {"S": "3"}})
    shard = kinesis.list_shards(StreamName=name)["Shards"][0]["ShardId"]

    def two_records() -> list[dict[str, Any]] | None:
        begin = kinesis.get_shard_iterator(StreamName=name, ShardId=shard, ShardIteratorType="TRIM_HORIZON")
        found = kinesis.get_records(ShardIterator=begin["ShardIterator"])["Records"]
        return [json.loads(record["Data"]) for record in found] if len(found) == 2 else None

    inserted, removed = wait_until(two_records, what="two records", seconds=30)
    assert (inserted["eventName"], inserted["dynamodb"]["NewImage"]) == ("INSERT", {"id": {"S": "3"}})
    assert (removed["eventName"], removed["tableName"]) == ("REMOVE", table)
