"""Transactions: reasons, tokens, and what they read."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from botocore.exceptions import ClientError


@pytest.fixture
def table(dynamodb: Any, empty_table: str) -> str:
    """Provide a table with one order."""
    dynamodb.put_item(TableName=empty_table, Item={"id": {"S": "1"}, "count": {"N": "0.3"}})
    return empty_table


def put(table: str, name: str, **more: Any) -> dict[str, Any]:
    """Return an item of a transaction that puts an order."""
    return {"Put": {"TableName": table, "Item": {"id": {"S": name}}, **more}}


def update(table: str, expression: str, **values: str) -> dict[str, Any]:
    """Return an item of a transaction that updates the order."""
    given = {f":{name}": {"N": value} for name, value in values.items()}
    key = {"id": {"S": "1"}}
    return {
        "Update": {"TableName": table, "Key": key, "UpdateExpression": expression, "ExpressionAttributeValues": given}
    }


def test_each_item_has_a_reason_and_the_failed_one_its_item(dynamodb: Any, table: str) -> None:
    absent = {"ConditionExpression": "attribute_not_exists(id)", "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}
    items = [put(table, "2"), put(table, "1", **absent), put(table, "3")]
    with pytest.raises(dynamodb.exceptions.TransactionCanceledException) as raised:
        dynamodb.transact_write_items(TransactItems=items)
    nothing, failed, _ = raised.value.response["CancellationReasons"]
    assert nothing == {"Code": "None"}
    assert failed["Code"] == "ConditionalCheckFailed"
    assert failed["Item"] == {"id": {"S": "1"}, "count": {"N": "0.3"}}
    assert "Item" not in dynamodb.get_item(TableName=table, Key={"id": {"S": "2"}})


def test_an_update_that_the_item_does_not_allow_cancels(dynamodb: Any, table: str) -> None:
    with pytest.raises(dynamodb.exceptions.TransactionCanceledException) as raised:
        dynamodb.transact_write_items(TransactItems=[put(table, "2"), update(table, "SET x = nowhere + :n", n="1")])
    message = "The provided expression refers to an attribute that does not exist in the item"
    assert raised.value.response["CancellationReasons"][1] == {"Code": "ValidationError", "Message": message}


def test_a_token_is_executed_once_and_for_one_request(dynamodb: Any, table: str) -> None:
    token = str(uuid.uuid4())
    for _ in range(2):
        dynamodb.transact_write_items(TransactItems=[update(table, "ADD amount :n", n="1")], ClientRequestToken=token)
    item = dynamodb.get_item(TableName=table, Key={"id": {"S": "1"}})["Item"]
    assert item["amount"] == {"N": "1"}
    with pytest.raises(ClientError) as raised:
        dynamodb.transact_write_items(TransactItems=[put(table, "2")], ClientRequestToken=token)
    assert raised.value.response["Error"]["Code"] == "IdempotentParameterMismatchException"


def test_a_transaction_reads_what_it_asks_for(dynamodb: Any, table: str) -> None:
    get = {"TableName": table, "Key": {"id": {"S": "1"}}, "ProjectionExpression": "id"}
    missing = {"TableName": table, "Key": {"id": {"S": "none"}}}
    found = dynamodb.transact_get_items(TransactItems=[{"Get": get}, {"Get": missing}])["Responses"]
    assert found == [{"Item": {"id": {"S": "1"}}}, {}]
