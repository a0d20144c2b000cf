"""PartiQL statements in the in-process DynamoDB."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from collections.abc import Callable


ORDERS = [("1", "funghi", 9), ("2", "margherita", 7), ("3", "hawaiian", 11)]


@pytest.fixture
def table(dynamodb: Any, empty_table: str) -> str:
    """Provide a table of three orders."""
    for order, flavour, price in ORDERS:
        item = {"id": {"S": order}, "flavour": {"S": flavour}, "price": {"N": str(price)}}
        dynamodb.put_item(TableName=empty_table, Item=item)
    return empty_table


@pytest.fixture
def run(dynamodb: Any, table: str) -> Callable[..., list[dict[str, Any]]]:
    """Execute a statement on the table, which it names ``{}``."""

    def execute(statement: str, *parameters: dict[str, Any]) -> list[dict[str, Any]]:
        given = {"Parameters": list(parameters)} if parameters else {}
        found: list[dict[str, Any]] = dynamodb.execute_statement(Statement=statement.format(f'"{table}"'), **given)[
            "Items"
        ]
        return found

    return execute


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        ("id='1'", "1"),
        ("\"id\" = '1' OR price > 10", "13"),
        ("id IN ['1', '2']", "12"),
        ("price BETWEEN 7 AND 9", "12"),
        ("begins_with(flavour, 'ma')", "2"),
        ("NOT contains(flavour, 'a')", "1"),
        ("size(flavour) > 6 AND price <> 7", "3"),
        ("coupon IS MISSING AND price <= 7", "2"),
        ("flavour IS NOT MISSING", "123"),
    ],
)
def test_a_condition_finds_what_it_says(run: Callable[..., list[dict[str, Any]]], condition: str, found: str) -> None:
    items = run(f"SELECT * FROM {{}} WHERE {condition}")  # noqa: S608 - of this test's own table

    assert "".join(sorted(item["id"]["S"] for item in items)) == found


def test_columns_parameters_and_order(run: Callable[..., list[dict[str, Any]]]) -> None:
    items = run("SELECT id, price FROM {} WHERE price >= ? ORDER BY price DESC", {"N": "8"})

    assert items == [{"id": {"S": "3"}, "price": {"N": "11"}}, {"id": {"S": "1"}, "price": {"N": "9"}}]


def test_an_item_is_inserted_once(run: Callable[..., list[dict[str, Any]]]) -> None:
    statement = "INSERT INTO {} VALUE {{'id': ?, 'tags': ['a', 1], 'box': {{'large': true}}}}"
    run(statement, {"S": "4"})

    with pytest.raises(ClientError, match="DuplicateItemException"):
        run(statement, {"S": "4"})
    assert run("SELECT tags, box FROM {} WHERE id = '4'") == [
        {"tags": {"L": [{"S": "a"}, {"N": "1"}]}, "box": {"M": {"large": {"BOOL": True}}}}
    ]


def test_an_item_is_updated_and_deleted_by_its_key(run: Callable[..., list[dict[str, Any]]]) -> None:
    run("UPDATE {} SET price = price + ? SET paid=true REMOVE flavour WHERE id = '1'", {"N": "3"})
    run("DELETE FROM {} WHERE id = ?", {"S": "2"})

    assert run("SELECT * FROM {} WHERE id = '1'") == [{"id": {"S": "1"}, "price": {"N": "12"}, "paid": {"BOOL": True}}]
    assert run("SELECT * FROM {} WHERE id = '2'") == []


@pytest.mark.parametrize(
    ("statement", "problem"),
    [
        ("UPDATE {} SET price = 1 WHERE flavour = 'funghi'", "mandatory equality on all key attributes"),
        ("UPDATE {} SET price = 1 WHERE id = '9'", "ConditionalCheckFailed"),
        ("MERGE INTO {}", "wasn't well formed"),
        ("SELECT * FROM {} WHERE id = ?", "Number of parameters"),
    ],
)
def test_a_statement_that_cannot_be_executed_is_refused(
    run: Callable[..., list[dict[str, Any]]], statement: str, problem: str
) -> None:
    with pytest.raises(ClientError, match=problem):
        run(statement)


def test_a_transaction_of_statements_happens_whole_or_not_at_all(dynamodb: Any, table: str) -> None:
    insert = {"Statement": f"INSERT INTO \"{table}\" VALUE {{'id': '8'}}"}
    fails = {"Statement": f"UPDATE \"{table}\" SET price = 1 WHERE id = '9'"}  # noqa: S608 - the same

    with pytest.raises(ClientError, match="TransactionCanceledException"):
        dynamodb.execute_transaction(TransactStatements=[insert, fails])
    assert "Item" not in dynamodb.get_item(TableName=table, Key={"id": {"S": "8"}})

    dynamodb.execute_transaction(TransactStatements=[insert])
    assert dynamodb.get_item(TableName=table, Key={"id": {"S": "8"}})["Item"] == {"id": {"S": "8"}}


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("UPDATE {} SET price=8 WHERE id='2' RETURNING MODIFIED OLD *", {"price": {"N": "7"}}),
        ("UPDATE {} SET price=price+1 WHERE id='2' RETURNING MODIFIED NEW *", {"price": {"N": "8"}}),
        ("UPDATE {} SET t=set_add(t, <<'hot'>>) WHERE id='2' RETURNING MODIFIED NEW *", {"t": {"SS": ["hot"]}}),
        ("DELETE FROM {} WHERE id='1' RETURNING ALL OLD *",
         {"id": {"S": "1"}, "flavour": {"S": "funghi"}, "price": {"N": "9"}}),
    ],
)  # fmt: skip
def test_a_change_returns_what_it_was_asked_for(
    run: Callable[..., list[dict[str, Any]]], statement: str, found: dict[str, Any]
) -> None:
    assert run(statement) == [found]


def test_a_limit_gives_pages(dynamodb: Any, table: str) -> None:
    statement = f'SELECT * FROM "{table}"'  # noqa: S608 - of this test's own table
    first = dynamodb.execute_statement(Statement=statement, Limit=2)
    rest = dynamodb.execute_statement(Statement=statement, Limit=2, NextToken=first["NextToken"])
    assert (len(first["Items"]), len(rest["Items"])) == (2, 1)
    assert "NextToken" not in rest


def test_statements_of_a_batch_succeed_or_fail_one_by_one(dynamodb: Any, table: str) -> None:
    statements = [
        f"SELECT * FROM \"{table}\" WHERE id='1'",  # noqa: S608 - of this test's own table
        f"INSERT INTO \"{table}\" VALUE {{'id': '1'}}",
        f'SELECT * FROM "{table}" WHERE price=9',  # noqa: S608
    ]
    answer = dynamodb.batch_execute_statement(Statements=[{"Statement": each} for each in statements])["Responses"]
    assert answer[0]["Item"]["flavour"] == {"S": "funghi"}
    assert [each["Error"]["Code"] for each in answer[1:]] == ["DuplicateItem", "ValidationError"]


def test_a_cancelled_transaction_has_a_reason_for_each_statement(dynamodb: Any, table: str) -> None:
    statements = [
        f"EXISTS(SELECT * FROM \"{table}\" WHERE id='1' AND price=9)",  # noqa: S608 - of this test's own table
        f"INSERT INTO \"{table}\" VALUE {{'id': '1'}}",
    ]
    with pytest.raises(dynamodb.exceptions.TransactionCanceledException) as raised:
        dynamodb.execute_transaction(TransactStatements=[{"Statement": each} for each in statements])
    reasons = raised.value.response["CancellationReasons"]
    assert [reason["Code"] for reason in reasons] == ["None", "DuplicateItem"]
