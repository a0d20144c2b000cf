"""Requests that DynamoDB refuses, and in which words.

AWS documents the rules, and few of the words: most are as people quote them from the service, none was measured here.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from localdev.engines import EmbeddedEngine

KEY = {"id": {"S": "1"}, "nr": {"N": "1"}}
INVALID = "One or more parameter values were invalid: "
OPERAND = "Incorrect operand type for operator or function; "
BY_ID = {"KeyConditionExpression": "id = :id"}
MISMATCH = "The provided key element does not match the schema"
EMPTY_KEY = (
    "One or more parameter values are not valid. "
    "The AttributeValue for a key attribute cannot contain an empty string value. Key: id"
)
TOO_MANY_TYPES = (
    "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes"
)


@pytest.fixture(scope="module")
def dynamodb(corrected_engine: EmbeddedEngine) -> Any:
    """Client of DynamoDB that sends what it is given."""
    return boto3.client(
        "dynamodb",
        endpoint_url=corrected_engine.endpoint_url,
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",  # noqa: S106 - LocalStack takes anything
        config=Config(parameter_validation=False, retries={"max_attempts": 1}),
    )


@pytest.fixture(scope="module")
def table(dynamodb: Any) -> Iterator[str]:
    """Provide a table with one item and two indexes."""
    name = f"orders-{uuid.uuid4().hex[:8]}"
    dynamodb.create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}, {"AttributeName": "nr", "KeyType": "RANGE"}],
        AttributeDefinitions=[
            {"AttributeName": attribute, "AttributeType": kind}
            for attribute, kind in (("id", "S"), ("nr", "N"), ("town", "S"))
        ],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "by-town",
                "KeySchema": [{"AttributeName": "town", "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "KEYS_ONLY"},
            }
        ],
    )
    dynamodb.put_item(TableName=name, Item={**KEY, "note": {"S": "a"}, "amount": {"N": "5"}})
    yield name
    dynamodb.delete_table(TableName=name)


def refusal(dynamodb: Any, operation: str, table: str, **request: Any) -> str:
    """Return the message of the validation error."""
    with pytest.raises(ClientError) as raised:
        getattr(dynamodb, operation)(TableName=table, **request)
    assert raised.value.response["Error"]["Code"] == "ValidationException"
    return str(raised.value.response["Error"]["Message"])


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({"N": "abc"}, "The parameter cannot be converted to a numeric value: abc"),
        ({"N": "1" * 39}, "Attempting to store more than 38 significant digits in a Number"),
        ({"N": "1e126"}, "Number overflow. Attempting to store a number with magnitude larger than supported range"),
        ({"N": "1e-131"}, "Number underflow. Attempting to store a number with magnitude smaller than supported range"),
        ({"S": "a", "N": "1"}, TOO_MANY_TYPES),
        ({}, "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes"),
        ({"SS": ["a", "a"]}, f"{INVALID}Input collection [a, a] contains duplicates."),
        ({"NS": ["1", "1.0"]}, f"{INVALID}Input collection [1, 1.0] contains duplicates."),
        ({"SS": []}, f"{INVALID}An string set  may not be empty"),
        ({"NULL": False}, f"{INVALID}Null attribute value types must have the value of true"),
    ],
)
def test_a_value_that_cannot_be_kept_is_refused(dynamodb: Any, table: str, value: Any, message: str) -> None:
    assert refusal(dynamodb, "put_item", table, Item={**KEY, "x": value}) == message


def test_numbers_are_kept_without_zeros_and_are_one_key(dynamodb: Any, table: str) -> None:
    key = {"id": {"S": "numbers"}, "nr": {"N": "4"}}
    dynamodb.put_item(TableName=table, Item={**key, "x": {"N": "001.500"}, "y": {"N": "1e3"}, "z": {"N": "-0"}})
    item = dynamodb.get_item(TableName=table, Key={**key, "nr": {"N": "4.0"}})["Item"]
    assert (item["x"], item["y"], item["z"]) == ({"N": "1.5"}, {"N": "1000"}, {"N": "0"})


@pytest.mark.parametrize(
    ("operation", "request_", "message"),
    [
        ("get_item", {"Key": {"id": {"N": "1"}, "nr": {"N": "1"}}}, MISMATCH),
        ("get_item", {"Key": {"id": {"S": "1"}}}, MISMATCH),
        ("delete_item", {"Key": {**KEY, "z": {"S": "1"}}}, MISMATCH),
        ("get_item", {"Key": {**KEY, "id": {"S": ""}}}, EMPTY_KEY),
        ("put_item", {"Item": {"id": {"S": "1"}}}, f"{INVALID}Missing the key nr in the item"),
        ("put_item", {"Item": {**KEY, "id": {"N": "1"}}}, f"{INVALID}Type mismatch for key id expected: S actual: N"),
        (
            "put_item",
            {"Item": {**KEY, "town": {"N": "1"}}},
            f"{INVALID}Type mismatch for Index Key town Expected: S Actual: N IndexName: by-town",
        ),
        (
            "update_item",
            {"Key": KEY, "UpdateExpression": "SET town = :t", "ExpressionAttributeValues": {":t": {"N": "1"}}},
            f"{INVALID}Type mismatch for key town expected: S actual: N",
        ),
    ],
)
def test_a_key_that_is_none_is_refused(
    dynamodb: Any, table: str, operation: str, request_: dict[str, Any], message: str
) -> None:
    assert refusal(dynamodb, operation, table, **request_) == message


@pytest.mark.parametrize(
    ("condition", "message"),
    [
        ("", "The expression can not be empty;"),
        ("note = ", 'Syntax error; token: "<EOF>", near: "="'),
        ("status = :a", "Attribute name is a reserved keyword; reserved keyword: status"),
        ("#x = :a", "An expression attribute name used in the document path is not defined; attribute name: #x"),
        ("note = :z", "An expression attribute value used in expression is not defined; attribute value: :z"),
        ("foo(note, :a)", "Invalid function name; function: foo"),
        (
            "attribute_exists(note, :a)",
            (
                "Incorrect number of operands for operator or function; "
                "operator or function: attribute_exists, number of operands: 2"
            ),
        ),
        ("begins_with(note, :n)", f"{OPERAND}operator or function: begins_with, operand type: N"),
        (
            "note = note",
            (
                "The first operand must be distinct from the remaining operands for this operator or function; "
                "operator: =, first operand: [note]"
            ),
        ),
        ("((note = :a))", "The expression has redundant parentheses;"),
        (
            "note BETWEEN :b AND :a",
            (
                "The BETWEEN operator requires upper bound to be greater than or equal to lower bound; "
                "lower bound operand: AttributeValue: {S:b}, upper bound operand: AttributeValue: {S:a}"
            ),
        ),
        ("size(note)", "The function is not allowed to be used this way in an expression; function: size"),
    ],
)
def test_a_condition_with_a_mistake_is_refused(dynamodb: Any, table: str, condition: str, message: str) -> None:
    values = {":a": {"S": "a"}, ":b": {"S": "b"}, ":n": {"N": "1"}}
    found = refusal(
        dynamodb, "put_item", table, Item=KEY, ConditionExpression=condition, ExpressionAttributeValues=values
    )
    assert found == f"Invalid ConditionExpression: {message}"


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ("note < :n", False),
        ("nowhere <> :a", True),
        ("note = :n OR note = :a AND NOT attribute_exists(nowhere)", True),
        ("amount BETWEEN :n AND :n", True),
        ("size(note) = :one", True),
        ("note IN (:n, :a)", True),
        ("contains(note, :a) AND attribute_type(amount, :type)", True),
    ],
)
def test_a_condition_holds_or_not(dynamodb: Any, table: str, condition: str, holds: bool) -> None:
    values = {":a": {"S": "a"}, ":n": {"N": "5"}, ":one": {"N": "1"}, ":type": {"S": "N"}}
    used = {name: value for name, value in values.items() if name in condition}
    found = dynamodb.query(
        TableName=table,
        KeyConditionExpression="id = :id",
        FilterExpression=condition,
        Select="COUNT",
        ExpressionAttributeValues={":id": {"S": "1"}, **used},
    )
    assert found["Count"] == int(holds)


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        ({"KeyConditionExpression": "nr = :n"}, "Query condition missed key schema element: id"),
        ({"KeyConditionExpression": "id > :id"}, "Query key condition not supported"),
        ({"KeyConditionExpression": "id = :id OR nr = :n"}, "Invalid operator used in KeyConditionExpression: OR"),
        (
            {"KeyConditionExpression": "id = :id AND nr > :n AND nr < :n"},
            "KeyConditionExpressions must only contain one condition per key",
        ),
        ({"KeyConditionExpression": "id = :n"}, f"{INVALID}Condition parameter type does not match schema type"),
        (
            {**BY_ID, "FilterExpression": "nr > :n"},
            "Filter Expression can only contain non-primary key attributes: Primary key attribute: nr",
        ),
        ({**BY_ID, "IndexName": "none"}, "The table does not have the specified index: none"),
        ({**BY_ID, "ExclusiveStartKey": {"id": {"S": "1"}}}, "The provided starting key is invalid"),
        (
            {**BY_ID, "Limit": 0},
            (
                "1 validation error detected: Value '0' at 'limit' failed "
                "to satisfy constraint: Member must have value greater than or equal to 1"
            ),
        ),
        ({}, "Either the KeyConditions or KeyConditionExpression parameter must be specified in the request."),
    ],
)
def test_a_query_that_cannot_be_executed_is_refused(
    dynamodb: Any, table: str, request_: dict[str, Any], message: str
) -> None:
    values = {":id": {"S": "1"}, ":n": {"N": "1"}}
    text = str(request_)
    used = {name: value for name, value in values.items() if name in text}
    assert (
        refusal(dynamodb, "query", table, **request_, **({"ExpressionAttributeValues": used} if used else {}))
        == message
    )


@pytest.mark.parametrize(
    ("update", "message"),
    [
        ("ADD note :a", f"{OPERAND}operator: ADD, operand type: STRING, typeSet: ALLOWED_FOR_ADD_OPERAND"),
        ("SET #x = :a", "An expression attribute name used in the document path is not defined; attribute name: #x"),
        (
            "SET x = :a, x = :a",
            (
                "Two document paths overlap with each other; "
                "must remove or rewrite one of these paths; path one: [x], path two: [x]"
            ),
        ),
    ],
)
def test_an_update_with_a_mistake_is_refused(dynamodb: Any, table: str, update: str, message: str) -> None:
    found = refusal(
        dynamodb, "update_item", table, Key=KEY, UpdateExpression=update, ExpressionAttributeValues={":a": {"S": "a"}}
    )
    assert found == f"Invalid UpdateExpression: {message}"


def test_a_batch_has_limits_and_no_item_twice(dynamodb: Any, table: str) -> None:
    put = {"PutRequest": {"Item": KEY}}
    with pytest.raises(ClientError, match="Provided list of item keys contains duplicates"):
        dynamodb.batch_write_item(RequestItems={table: [put, {"DeleteRequest": {"Key": KEY}}]})
    many = [{"PutRequest": {"Item": {**KEY, "nr": {"N": str(number)}}}} for number in range(26)]
    with pytest.raises(ClientError, match="Member must have length less than or equal to 25"):
        dynamodb.batch_write_item(RequestItems={table: many})


def test_only_a_time_to_live_that_is_another_is_set(dynamodb: Any, table: str) -> None:
    off = {"Enabled": False, "AttributeName": "until"}
    assert (
        refusal(dynamodb, "update_time_to_live", table, TimeToLiveSpecification=off) == "TimeToLive is already disabled"
    )


def test_an_update_of_nothing_is_refused(dynamodb: Any, table: str) -> None:
    assert refusal(dynamodb, "update_table", table).startswith("At least one of ProvisionedThroughput, BillingMode")
