"""The words of PartiQL statements, and the expressions of DynamoDB that are made of them."""

from __future__ import annotations

import itertools
import re
from typing import Any

_TOKEN = re.compile(
    r"""\s*(?:(?P<text>'(?:[^']|'')*')|(?P<quoted>"(?:[^"]|"")*")|(?P<number>-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)"""
    r"""|(?P<word>[A-Za-z_][\w$-]*)|(?P<sign><<|>>|<>|!=|<=|>=|[=<>(){}\[\],:.?*+-]))"""
)
_FUNCTIONS = {
    "begins_with", "contains", "attribute_type", "size", "attribute_exists", "list_append", "if_not_exists",
    "set_add", "set_delete",
}  # fmt: skip
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

    def skip(self) -> None:
        """Go past the next token, whatever it is."""
        self._at += 1

    def enclose(self) -> None:
        """Make the last parenthesis, which closes a statement around this one, a word of its own: ``END``."""
        if self._tokens and self._tokens[-1][1] == ")":
            self._tokens[-1] = ("word", "END")

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
