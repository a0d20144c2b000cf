"""PartiQL statements, as operations on moto's tables.

moto's own parser understands a part of the language, and answers some of the rest wrongly (``IN``, ``BETWEEN``). Here a
statement becomes the expressions that DynamoDB has for the same thing, which moto knows well.
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ql-reference.html
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from localstack_corrections.dynamodb.partiql_words import Reader, invalid
from localstack_corrections.dynamodb.projections import Projection, project
from localstack_corrections.dynamodb.transactions import code_of
from localstack_corrections.dynamodb.updates import targets
from localstack_corrections.dynamodb.values import attributes_of, plain

if TYPE_CHECKING:
    from collections.abc import Callable

type Items = list[dict[str, Any]]

_SET_CHANGE = re.compile(r"\S+ = set_(add|delete) \( (\S+) , (\S+) \)")
_SET_ACTIONS = {"add": "ADD", "delete": "DELETE"}


@dataclass
class Page:
    """How many items a statement may look at, from which on, and where it stopped."""

    limit: int | None = None
    start: int = 0
    following: int | None = None

    @classmethod
    def of(cls, request: dict[str, Any]) -> Page:
        """Return the page that a request asks for."""
        token = request.get("NextToken")
        try:
            return cls(request.get("Limit"), int(base64.urlsafe_b64decode(token)) if token else 0)
        except (ValueError, binascii.Error) as error:
            raise invalid("Invalid NextToken") from error

    def token(self) -> str | None:
        """Return what asks for the following page."""
        return base64.urlsafe_b64encode(str(self.following).encode()).decode() if self.following is not None else None

    def cut(self, items: list[Any]) -> list[Any]:
        """Return the part of the items that is on this page."""
        if self.limit is not None and self.start + self.limit < len(items):
            self.following = self.start + self.limit
        return items[self.start : self.following]


def execute(backend: Any, statement: str, parameters: Items | None = None, page: Page | None = None) -> Items:
    """Execute a statement on moto's tables. Return the items that it has."""
    reader = Reader(statement, parameters or [])
    kinds: dict[str, Callable[[Any, Reader], Items]] = {
        "SELECT": lambda backend, reader: _select(backend, reader, page or Page()),
        "INSERT": _insert,
        "UPDATE": _update,
        "DELETE": _delete,
        "EXISTS": _exists,
    }
    run = kinds.get(reader.peek())
    if not run:
        raise invalid("Statement wasn't well formed, can't be processed: expected SELECT, INSERT, UPDATE or DELETE")
    reader.need(reader.peek())
    return run(backend, reader)


def _select(backend: Any, reader: Reader, page: Page) -> Items:
    from moto.dynamodb.comparisons import get_filter_expression

    columns: list[str] = []
    if not reader.take("*"):
        columns.append(reader.path())
        while reader.take(","):
            columns.append(reader.path())
    reader.need("FROM")
    table = backend.get_table(reader.name())
    schema = _index(table, reader.name()) if reader.take(".") else table.schema
    condition = reader.expression("ORDER", "END") if reader.take("WHERE") else None
    holds = get_filter_expression(condition, reader.names, reader.values)
    keys = [key["AttributeName"] for key in schema]
    # a limit counts the items that are looked at: those of a partition where the condition names one
    partition = None if {"OR", "NOT"} & set((condition or "").split()) else reader.equal.get(keys[0])
    looked_at = [item for item in table.all_items() if _is_looked_at(item, keys, partition)]
    found = [item for item in page.cut(looked_at) if holds.expr(item)]
    if reader.take("ORDER", "BY"):
        name = reader.name()
        found.sort(key=lambda item: item.attrs[name].cast_value, reverse=reader.take("DESC"))
    if columns:
        paths = Projection(", ".join(columns), reader.names).parse()
        found = [item.project(paths) for item in found]
    return [attributes_of(item) for item in found]


def _is_looked_at(item: Any, keys: list[str], partition: dict[str, Any] | None) -> bool:
    return all(key in item.attrs for key in keys) and partition in (None, plain(item.attrs[keys[0]]))


def _exists(backend: Any, reader: Reader) -> Items:
    """Check a condition of a transaction: ``EXISTS(SELECT * FROM … WHERE …)``."""
    from moto.dynamodb.exceptions import ConditionalCheckFailed

    reader.need("(", "SELECT")
    reader.enclose()
    if not _select(backend, reader, Page()):
        raise ConditionalCheckFailed
    return []


def _index(table: Any, name: str) -> Any:
    for index in table.all_indexes():
        if index.name == name:
            return index.schema
    raise invalid("The table does not have the specified index")


def _insert(backend: Any, reader: Reader) -> Items:
    from moto.core.exceptions import JsonRESTError

    reader.need("INTO")
    table = backend.get_table(reader.name())
    reader.need("VALUE")
    item = reader.value().get("M")
    if item is None or any(key not in item for key in table.table_key_attrs):
        raise invalid("One or more parameter values were invalid: Missing the key in the item")
    if table.get_item(*backend.get_keys_value(table, item)) is not None:
        raise JsonRESTError("DuplicateItemException", "Duplicate primary key exists in table")
    table.put_item(item)
    return []


def _update(backend: Any, reader: Reader) -> Items:
    name = reader.name()
    clauses: dict[str, list[str]] = {"SET": [], "REMOVE": [], "ADD": [], "DELETE": []}
    while (kind := reader.peek()) in ("SET", "REMOVE"):
        reader.need(kind)
        clause = reader.expression("WHERE", "SET", "REMOVE", "RETURNING")
        if change := _SET_CHANGE.fullmatch(clause):
            clauses[_SET_ACTIONS[change[1]]].append(f"{change[2]} {change[3]}")
        else:
            clauses[kind].append(clause)
    update = " ".join(f"{kind} {', '.join(parts)}" for kind, parts in clauses.items() if parts)
    reader.equal.clear()
    reader.need("WHERE")
    condition = reader.expression("RETURNING")
    which, when = _returning(reader)
    table = backend.get_table(name)
    key = _key_of(table, reader)
    before = _attributes(table.get_item(*backend.get_keys_value(table, key)))
    after = backend.update_item(name, key, update, reader.names, reader.values, condition_expression=condition)
    found = before if when == "OLD" else _attributes(after)
    if which == "MODIFIED":
        found = project(found, targets(update), {"ExpressionAttributeNames": reader.names})
    return [found] if which and found else []


def _delete(backend: Any, reader: Reader) -> Items:
    reader.need("FROM")
    name = reader.name()
    reader.need("WHERE")
    condition = reader.expression("RETURNING")
    which, _ = _returning(reader)
    table = backend.get_table(name)
    key = _key_of(table, reader)
    item = table.get_item(*backend.get_keys_value(table, key))
    if item is None:
        return []
    before = _attributes(item)
    backend.delete_item(name, key, reader.names, reader.values, condition)
    return [before] if which else []


def _returning(reader: Reader) -> tuple[str, str]:
    """Parse ``RETURNING ALL NEW *``; both words are empty where there is none."""
    if not reader.take("RETURNING"):
        return "", ""
    which = "ALL" if reader.take("ALL") else "MODIFIED"
    if which == "MODIFIED":
        reader.need("MODIFIED")
    when = "OLD" if reader.take("OLD") else "NEW"
    if when == "NEW":
        reader.need("NEW")
    reader.need("*")
    return which, when


def _attributes(item: Any) -> dict[str, Any]:
    return attributes_of(item) if item is not None else {}


def _key_of(table: Any, reader: Reader) -> dict[str, Any]:
    if any(name not in reader.equal for name in table.table_key_attrs):
        raise invalid("Where clause does not contain a mandatory equality on all key attributes")
    return {name: reader.equal[name] for name in table.table_key_attrs}


def replace(module: Any) -> None:
    """Execute statements here.

    :param module: ``moto.dynamodb.models``
    """
    module.DynamoDBBackend.execute_statement = execute
    module.DynamoDBBackend.batch_execute_statement = _batch


def replace_handler(module: Any) -> None:
    """Answer with pages.

    :param module: ``moto.dynamodb.responses``
    """

    def execute_statement(self: Any) -> str:
        page = Page.of(self.body)
        items = execute(self.dynamodb_backend, self.body["Statement"], self.body.get("Parameters"), page)
        token = page.token()
        return json.dumps({"Items": items, **({"NextToken": token} if token else {})})

    module.DynamoHandler.execute_statement = execute_statement


def _batch(self: Any, statements: Items) -> Items:
    """Execute each statement by itself: one that fails says why."""
    from moto.core.exceptions import JsonRESTError

    answers: Items = []
    for each in statements:
        try:
            items = _single(self, each)
            answers.append({"TableName": _table_of(each["Statement"]), **({"Item": items[0]} if items else {})})
        except JsonRESTError as error:
            answers.append({"Error": {"Code": code_of(error), "Message": str(error.message)}})
    return answers


def _single(backend: Any, each: dict[str, Any]) -> Items:
    """Execute a statement that may read one item only."""
    statement, parameters = each["Statement"], each.get("Parameters")
    if statement.lstrip()[:6].upper() == "SELECT":
        table = backend.get_table(_table_of(statement))
        reader = Reader(statement, parameters or [])
        while reader.peek() and not reader.take("WHERE"):
            reader.skip()
        reader.expression("ORDER")
        if any(name not in reader.equal for name in table.table_key_attrs):
            rule = "must specify the primary key in the where clause."
            raise invalid(f"Select statements within BatchExecuteStatement {rule}")
    return execute(backend, statement, parameters)


def _table_of(statement: str) -> str:
    reader = Reader(statement, [])
    while reader.peek() and not any(reader.take(word) for word in ("FROM", "INTO", "UPDATE")):
        reader.skip()
    return reader.name()
