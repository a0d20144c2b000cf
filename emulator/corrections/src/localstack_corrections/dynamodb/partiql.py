"""PartiQL statements, as operations on moto's tables.

moto's own parser understands a part of the language, and answers some of the rest wrongly (``IN``, ``BETWEEN``). Here a
statement becomes the expressions that DynamoDB has for the same thing, which moto knows well.
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ql-reference.html
"""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

_TOKEN = re.compile(
    r"""\s*(?:(?P<text>'(?:[^']|'')*')|(?P<quoted>"(?:[^"]|"")*")|(?P<number>-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)"""
    r"""|(?P<word>[A-Za-z_][\w$-]*)|(?P<sign><<|>>|<>|!=|<=|>=|[=<>(){}\[\],:.?*+-]))"""
)
_FUNCTIONS = {"begins_with", "contains", "attribute_type", "size", "attribute_exists", "list_append", "if_not_exists"}
_KEPT_WORDS = {"AND", "OR", "NOT", "BETWEEN"}
_LITERALS: dict[str, dict[str, Any]] = {"TRUE": {"BOOL": True}, "FALSE": {"BOOL": False}, "NULL": {"NULL": True}}

type Token = tuple[str, str]


def invalid(message: str) -> Exception:
    """Return the error of a statement that cannot be executed."""
    from moto.dynamodb.exceptions import MockValidationException

    error: Exception = MockValidationException(message)
    return error


class Reader:
    """The tokens of a statement, read from left to right, and the expressions that are made of them."""

    def __init__(self, statement: str, parameters: list[dict[str, Any]]) -> None:
        """:raises MockValidationException: a character belongs to no token."""
        self._tokens = _tokens(statement)
        self._at = 0
        self._parameters = iter(parameters)
        self._numbers = itertools.count()
        self.names: dict[str, str] = {}
        self.values: dict[str, dict[str, Any]] = {}
        self.equal: dict[str, dict[str, Any]] = {}
        """Attributes that the condition compares with a value for equality."""

    def peek(self) -> str:
        """Return the next token, words in capitals; empty at the end."""
        if self._at >= len(self._tokens):
            return ""
        kind, text = self._tokens[self._at]
        return text.upper() if kind == "word" else text if kind == "sign" else f"a {kind}"

    def take(self, *expected: str) -> bool:
        """Go past these tokens, if they are next."""
        begin = self._at
        for word in expected:
            if self.peek() != word:
                self._at = begin
                return False
            self._at += 1
        return True

    def need(self, *expected: str) -> None:
        """Go past these tokens.

        :raises MockValidationException: something else is next.
        """
        if not self.take(*expected):
            raise invalid(f"Statement wasn't well formed, can't be processed: expected {' '.join(expected)}")

    def name(self) -> str:
        """Return the next name, quoted or not."""
        if self.peek() == "" or self._tokens[self._at][0] not in ("word", "quoted"):
            raise invalid("Statement wasn't well formed, can't be processed: expected a name")
        kind, text = self._tokens[self._at]
        self._at += 1
        return text[1:-1].replace('""', '"') if kind == "quoted" else text

    def path(self) -> str:
        """Return the next path with placeholders for its names, such as ``#n0.#n1[2]``."""
        parts = self._placeholder(self.name())
        while self.peek() in (".", "["):
            if self.take("."):
                parts += f".{self._placeholder(self.name())}"
            else:
                self.need("[")
                parts += f"[{self._tokens[self._at][1]}]"
                self._at += 1
                self.need("]")
        return parts

    def value(self) -> dict[str, Any]:
        """Return the next value as DynamoDB writes it."""
        if self.take("?"):
            try:
                return next(self._parameters)
            except StopIteration as error:
                raise invalid("Number of parameters in request and statement don't match.") from error
        if self.peek() in _LITERALS:
            return _LITERALS[self._word()]
        if self.peek() in ("[", "{", "<<"):
            return self._collection()
        if self.peek() not in ("a text", "a number"):
            raise invalid("Statement wasn't well formed, can't be processed: expected a value")
        kind, text = self._tokens[self._at]
        self._at += 1
        return {"N": text} if kind == "number" else {"S": text[1:-1].replace("''", "'")}

    def _collection(self) -> dict[str, Any]:
        begin = self._sign()
        end = {"[": "]", "{": "}", "<<": ">>"}[begin]
        pairs: list[tuple[str, dict[str, Any]]] = []
        while not self.take(end):
            key = ""
            if begin == "{":
                key = str(self.value().get("S"))
                self.need(":")
            pairs.append((key, self.value()))
            self.take(",")
        if begin == "{":
            return {"M": dict(pairs)}
        if begin == "[":
            return {"L": [value for _, value in pairs]}
        kind = next(iter(pairs[0][1]))
        return {f"{kind}S": [value[kind] for _, value in pairs]}

    def _word(self) -> str:
        self._at += 1
        return self._tokens[self._at - 1][1].upper()

    def _sign(self) -> str:
        self._at += 1
        return self._tokens[self._at - 1][1]

    def _placeholder(self, name: str) -> str:
        for placeholder, known in self.names.items():
            if known == name:
                return placeholder
        placeholder = f"#n{next(self._numbers)}"
        self.names[placeholder] = name
        return placeholder

    def held(self, value: dict[str, Any]) -> str:
        """Return a placeholder for a value."""
        placeholder = f":v{next(self._numbers)}"
        self.values[placeholder] = value
        return placeholder

    def expression(self, *ends: str) -> str:
        """Return what comes until one of the ends as an expression of DynamoDB."""
        parts: list[str] = []
        while self.peek() and self.peek() not in ends:
            parts.append(self._part(parts))
        return " ".join(parts)

    def _part(self, before: list[str]) -> str:
        word = self.peek()
        if word in _KEPT_WORDS:
            return self._word()
        if word == "IS":
            return self._test_of(before)
        if word == "IN":
            return self._choice()
        if word.lower() in _FUNCTIONS:
            return self._word().lower()
        if word in ("(", ")", ",", "=", "<>", "!=", "<", "<=", ">", ">=", "+", "-"):
            return {"!=": "<>"}.get(sign := self._sign(), sign)
        if word in ("?", "[", "{", "<<", "a text", "a number") or word in _LITERALS:
            value = self.value()
            if len(before) > 1 and before[-1] == "=" and before[-2] in self.names:
                self.equal[self.names[before[-2]]] = value
            return self.held(value)
        return self.path()

    def _choice(self) -> str:
        """Parse ``IN [a, b]`` and ``IN (a, b)``."""
        self._word()
        values, end = [], {"[": "]", "(": ")"}.get(self._sign(), ")")
        while not self.take(end):
            values.append(self.held(self.value()))
            self.take(",")
        return f"IN ({', '.join(values)})"

    def _test_of(self, before: list[str]) -> str:
        """``x IS [NOT] MISSING`` and ``x IS [NOT] NULL``."""
        self.need("IS")
        negated, subject = self.take("NOT"), before.pop()
        if self.take("MISSING"):
            return f"attribute_{'exists' if negated else 'not_exists'} ( {subject} )"
        self.need("NULL")
        return f"{'NOT ' if negated else ''}attribute_type ( {subject} , {self.held({'S': 'NULL'})} )"


def _tokens(statement: str) -> list[Token]:
    found: list[Token] = []
    at, statement = 0, statement.strip().rstrip(";").rstrip()
    while at < len(statement):
        match = _TOKEN.match(statement, at)
        if not match:
            raise invalid(f"Statement wasn't well formed, can't be processed: Unexpected character at {at}")
        found.append((str(match.lastgroup), match[str(match.lastgroup)]))
        at = match.end()
    return found


def execute(backend: Any, statement: str, parameters: list[dict[str, Any]] | None) -> list[dict[str, Any]]:
    """Execute a statement on moto's tables. Return the items that it has."""
    reader = Reader(statement, parameters or [])
    kinds: dict[str, Callable[[Any, Reader], list[dict[str, Any]]]] = {
        "SELECT": _select,
        "INSERT": _insert,
        "UPDATE": _update,
        "DELETE": _delete,
    }
    run = kinds.get(reader.peek())
    if not run:
        raise invalid("Statement wasn't well formed, can't be processed: expected SELECT, INSERT, UPDATE or DELETE")
    reader.need(reader.peek())
    return run(backend, reader)


def _select(backend: Any, reader: Reader) -> list[dict[str, Any]]:
    from moto.dynamodb.comparisons import get_filter_expression

    columns: list[str] = []
    if not reader.take("*"):
        columns.append(reader.path())
        while reader.take(","):
            columns.append(reader.path())
    reader.need("FROM")
    table = backend.get_table(reader.name())
    schema = _index(table, reader.name()) if reader.take(".") else table.schema
    condition = reader.expression("ORDER") if reader.take("WHERE") else None
    holds = get_filter_expression(condition, reader.names, reader.values)
    keys = [key["AttributeName"] for key in schema]
    found = [item for item in table.all_items() if all(key in item.attrs for key in keys) and holds.expr(item)]
    if reader.take("ORDER", "BY"):
        name = reader.name()
        found.sort(key=lambda item: item.attrs[name].cast_value, reverse=reader.take("DESC"))
    if columns:
        paths = [[reader.names.get(part, part) for part in column.split(".")] for column in columns]
        found = [item.project(paths) for item in found]
    return [item.to_json()["Attributes"] for item in found]


def _index(table: Any, name: str) -> Any:
    for index in table.all_indexes():
        if index.name == name:
            return index.schema
    raise invalid("The table does not have the specified index")


def _insert(backend: Any, reader: Reader) -> list[dict[str, Any]]:
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


def _update(backend: Any, reader: Reader) -> list[dict[str, Any]]:
    name = reader.name()
    clauses: dict[str, list[str]] = {"SET": [], "REMOVE": []}
    while reader.peek() in clauses:
        kind = reader.peek()
        reader.need(kind)
        clauses[kind].append(reader.expression("WHERE", "SET", "REMOVE"))
    change = " ".join(f"{kind} {', '.join(parts)}" for kind, parts in clauses.items() if parts)
    reader.equal.clear()
    reader.need("WHERE")
    condition = reader.expression("RETURNING")
    table = backend.get_table(name)
    key = _key_of(table, reader)
    backend.update_item(name, key, change, reader.names, reader.values, condition_expression=condition)
    return []


def _delete(backend: Any, reader: Reader) -> list[dict[str, Any]]:
    reader.need("FROM")
    name = reader.name()
    reader.need("WHERE")
    condition = reader.expression("RETURNING")
    table = backend.get_table(name)
    key = _key_of(table, reader)
    item = table.get_item(*backend.get_keys_value(table, key))
    if item is not None:
        backend.delete_item(name, key, reader.names, reader.values, condition)
    return []


def _key_of(table: Any, reader: Reader) -> dict[str, Any]:
    if any(name not in reader.equal for name in table.table_key_attrs):
        raise invalid("Where clause does not contain a mandatory equality on all key attributes")
    return {name: reader.equal[name] for name in table.table_key_attrs}


def replace(module: Any) -> None:
    """Execute statements here.

    :param module: ``moto.dynamodb.models``
    """
    module.DynamoDBBackend.execute_statement = execute
