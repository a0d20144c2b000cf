"""DynamoDB and its streams in LocalStack's process: tables, writes, streams and expiry."""

from __future__ import annotations

import threading
import time
import uuid
from typing import TYPE_CHECKING, Any

import pytest
import requests
from botocore.exceptions import ClientError

from tests.emulator.deployed import Cloud

if TYPE_CHECKING:
    from collections.abc import Iterator

    from localdev.engines import EmbeddedEngine
    from localdev.engines.clients import Clients


@pytest.fixture(scope="module")
def elsewhere(corrected_engine: EmbeddedEngine) -> Any:
    """Client of DynamoDB in another region."""
    return Cloud(corrected_engine.endpoint_url).client("dynamodb", region="eu-west-1")


@pytest.fixture(scope="module")
def streams(aws: Clients) -> Any:
    """Client of its streams."""
    return aws.client("dynamodbstreams")


@pytest.fixture
def table(dynamodb: Any) -> Iterator[str]:
    """Provide a table of orders, whose stream has both images."""
    name = f"orders-{uuid.uuid4().hex[:8]}"
    dynamodb.create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[
            {"AttributeName": "id", "AttributeType": "S"},
            {"AttributeName": "customer", "AttributeType": "S"},
        ],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "by-customer",
                "KeySchema": [{"AttributeName": "customer", "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "ALL"},
            }
        ],
        BillingMode="PAY_PER_REQUEST",
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
    )
    yield name
    dynamodb.delete_table(TableName=name)


def key(name: str) -> dict[str, Any]:
    """Return an order's key."""
    return {"id": {"S": name}}


def records_of(dynamodb: Any, streams: Any, table: str) -> list[dict[str, Any]]:
    """Return all records of the table's stream."""
    arn = dynamodb.describe_table(TableName=table)["Table"]["LatestStreamArn"]
    shard = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"][0]["ShardId"]
    begin = streams.get_shard_iterator(StreamArn=arn, ShardId=shard, ShardIteratorType="TRIM_HORIZON")
    found: list[dict[str, Any]] = streams.get_records(ShardIterator=begin["ShardIterator"])["Records"]
    return found


def test_an_item_is_read_back_by_its_key_and_through_an_index(dynamodb: Any, table: str) -> None:
    item = {
        **key("1"),
        "customer": {"S": "Ada"},
        "toppings": {"L": [{"S": "olives"}, {"M": {"extra": {"BOOL": True}}}]},
    }
    dynamodb.put_item(TableName=table, Item=item)

    by_customer = dynamodb.query(
        TableName=table,
        IndexName="by-customer",
        KeyConditionExpression="customer = :c",
        ExpressionAttributeValues={":c": {"S": "Ada"}},
    )

    assert dynamodb.get_item(TableName=table, Key=key("1"))["Item"] == item
    assert by_customer["Items"] == [item]


def test_a_condition_that_does_not_hold_leaves_the_item(dynamodb: Any, table: str) -> None:
    dynamodb.put_item(TableName=table, Item={**key("1"), "pizzas": {"N": "1"}})

    with pytest.raises(ClientError, match="ConditionalCheckFailed"):
        dynamodb.put_item(TableName=table, Item=key("1"), ConditionExpression="attribute_not_exists(id)")

    assert dynamodb.get_item(TableName=table, Key=key("1"))["Item"]["pizzas"] == {"N": "1"}


def test_counters_that_many_callers_raise_at_once_lose_nothing(dynamodb: Any, table: str) -> None:
    def count() -> None:
        for _ in range(10):
            dynamodb.update_item(
                TableName=table,
                Key=key("count"),
                UpdateExpression="ADD pizzas :one",
                ExpressionAttributeValues={":one": {"N": "1"}},
            )

    callers = [threading.Thread(target=count) for _ in range(6)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()

    assert dynamodb.get_item(TableName=table, Key=key("count"))["Item"]["pizzas"] == {"N": "60"}


def test_each_write_leaves_one_record_with_the_images_of_before_and_after(
    dynamodb: Any, streams: Any, table: str
) -> None:
    update = {"UpdateExpression": "SET pizzas = :n", "ExpressionAttributeValues": {":n": {"N": "2"}}}
    dynamodb.put_item(TableName=table, Item={**key("1"), "pizzas": {"N": "1"}})
    dynamodb.update_item(TableName=table, Key=key("1"), **update)
    dynamodb.update_item(TableName=table, Key=key("new"), **update)
    dynamodb.delete_item(TableName=table, Key=key("1"))

    records = records_of(dynamodb, streams, table)

    images = [(record["dynamodb"].get("OldImage"), record["dynamodb"].get("NewImage")) for record in records]
    one, two = {**key("1"), "pizzas": {"N": "1"}}, {**key("1"), "pizzas": {"N": "2"}}
    assert [record["eventName"] for record in records] == ["INSERT", "MODIFY", "INSERT", "REMOVE"]
    assert images == [(None, one), (one, two), (None, {**key("new"), "pizzas": {"N": "2"}}), (two, None)]


def test_a_write_that_changes_nothing_leaves_no_record(dynamodb: Any, streams: Any, table: str) -> None:
    for _ in range(2):
        dynamodb.put_item(TableName=table, Item=key("1"))

    assert len(records_of(dynamodb, streams, table)) == 1


def test_sequence_numbers_rise_and_an_iterator_goes_on_where_it_was(dynamodb: Any, streams: Any, table: str) -> None:
    for order in range(3):
        dynamodb.put_item(TableName=table, Item=key(str(order)))
    numbers = [int(record["dynamodb"]["SequenceNumber"]) for record in records_of(dynamodb, streams, table)]
    arn = dynamodb.describe_table(TableName=table)["Table"]["LatestStreamArn"]
    shard = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"][0]["ShardId"]

    after_first = streams.get_shard_iterator(
        StreamArn=arn, ShardId=shard, ShardIteratorType="AFTER_SEQUENCE_NUMBER", SequenceNumber=str(numbers[0])
    )
    page = streams.get_records(ShardIterator=after_first["ShardIterator"], Limit=1)
    next_page = streams.get_records(ShardIterator=page["NextShardIterator"])

    assert numbers == sorted(numbers)
    read = [record["dynamodb"]["Keys"]["id"]["S"] for record in (*page["Records"], *next_page["Records"])]
    assert read == ["1", "2"]


def test_a_transaction_that_fails_changes_nothing_and_its_stream_goes_on(
    dynamodb: Any, streams: Any, table: str
) -> None:
    put = {"Put": {"TableName": table, "Item": key("in-transaction")}}
    fails = {"ConditionCheck": {"TableName": table, "Key": key("?"), "ConditionExpression": "attribute_exists(id)"}}

    with pytest.raises(ClientError, match="TransactionCanceledException"):
        dynamodb.transact_write_items(TransactItems=[put, fails])
    dynamodb.transact_write_items(TransactItems=[put])

    found = [record["dynamodb"]["Keys"]["id"]["S"] for record in records_of(dynamodb, streams, table)]
    assert found == ["in-transaction"]
    assert dynamodb.scan(TableName=table)["Items"] == [key("in-transaction")]


def test_an_update_that_fails_half_way_leaves_the_item(dynamodb: Any, table: str) -> None:
    dynamodb.put_item(TableName=table, Item={**key("1"), "pizzas": {"S": "many"}})

    with pytest.raises(ClientError):
        dynamodb.update_item(
            TableName=table,
            Key=key("1"),
            UpdateExpression="SET paid = :yes ADD pizzas :one",
            ExpressionAttributeValues={":yes": {"BOOL": True}, ":one": {"N": "1"}},
        )

    assert dynamodb.get_item(TableName=table, Key=key("1"))["Item"] == {**key("1"), "pizzas": {"S": "many"}}


def test_an_expired_item_is_removed_by_the_service(
    dynamodb: Any, streams: Any, table: str, corrected_engine: EmbeddedEngine
) -> None:
    dynamodb.update_time_to_live(TableName=table, TimeToLiveSpecification={"Enabled": True, "AttributeName": "expires"})
    now = int(time.time())
    for name, expires in (("old", now - 60), ("fresh", now + 3600)):
        dynamodb.put_item(TableName=table, Item={**key(name), "expires": {"N": str(expires)}})

    requests.delete(f"{corrected_engine.endpoint_url}/_aws/dynamodb/expired", timeout=60).raise_for_status()

    removed = records_of(dynamodb, streams, table)[-1]
    assert [item["id"]["S"] for item in dynamodb.scan(TableName=table)["Items"]] == ["fresh"]
    assert removed["dynamodb"]["Keys"] == key("old")
    assert removed["userIdentity"] == {"Type": "Service", "PrincipalId": "dynamodb.amazonaws.com"}


def test_a_disabled_stream_keeps_its_records_and_gets_no_more(dynamodb: Any, streams: Any, table: str) -> None:
    dynamodb.put_item(TableName=table, Item=key("1"))
    dynamodb.update_table(TableName=table, StreamSpecification={"StreamEnabled": False})
    dynamodb.put_item(TableName=table, Item=key("2"))

    arn = dynamodb.describe_table(TableName=table)["Table"]["LatestStreamArn"]
    assert streams.describe_stream(StreamArn=arn)["StreamDescription"]["StreamStatus"] == "DISABLED"
    assert len(records_of(dynamodb, streams, table)) == 1


def test_a_stream_that_does_not_exist_is_not_found(streams: Any, table: str) -> None:
    unknown = f"arn:aws:dynamodb:us-east-1:000000000000:table/{table}/stream/2020-01-01T00:00:00.000"

    with pytest.raises(streams.exceptions.ResourceNotFoundException, match="not found"):
        streams.describe_stream(StreamArn=unknown)


def test_tables_of_one_name_in_two_regions_are_two(dynamodb: Any, elsewhere: Any, table: str) -> None:
    assert table not in elsewhere.list_tables()["TableNames"]
    assert table in dynamodb.list_tables()["TableNames"]


def test_a_replica_shows_the_items_of_its_table(dynamodb: Any, elsewhere: Any, table: str) -> None:
    dynamodb.update_table(TableName=table, ReplicaUpdates=[{"Create": {"RegionName": "eu-west-1"}}])
    dynamodb.put_item(TableName=table, Item=key("1"))

    assert elsewhere.get_item(TableName=table, Key=key("1"))["Item"] == key("1")
    assert dynamodb.describe_table(TableName=table)["Table"]["Replicas"][0]["RegionName"] == "eu-west-1"


def test_a_table_made_anew_is_queried_by_its_new_index(dynamodb: Any) -> None:
    name = f"orders-{uuid.uuid4().hex[:8]}"
    for index in ("first", "second"):
        dynamodb.create_table(
            TableName=name,
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("id", "customer")],
            GlobalSecondaryIndexes=[
                {
                    "IndexName": index,
                    "KeySchema": [{"AttributeName": "customer", "KeyType": "HASH"}],
                    "Projection": {"ProjectionType": "ALL"},
                }
            ],
            BillingMode="PAY_PER_REQUEST",
        )
        found = dynamodb.query(
            TableName=name,
            IndexName=index,
            KeyConditionExpression="customer = :c",
            ExpressionAttributeValues={":c": {"S": "Ada"}},
        )
        assert found["Items"] == []
        dynamodb.delete_table(TableName=name)
