"""The grammar of conditions: filters, key conditions and condition expressions, as trees.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.OperatorsAndFunctions.html. moto reads them
without looking for mistakes: some pass, others end as internal errors, which SDKs retry.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_TOKEN = re.compile(r"\s*([A-Za-z_][A-Za-z0-9_]*|[#:][A-Za-z0-9_]+|\d+|<>|<=|>=|[=<>(),.\[\]])")
_NAME = re.compile(r"#?[A-Za-z_0-9]+")
_NUMBER = re.compile(r"\d+")
_COMPARATORS = frozenset({"=", "<>", "<", "<=", ">", ">="})
_KEYWORDS = frozenset({"AND", "OR", "NOT", "BETWEEN", "IN"})


@dataclass(frozen=True)
class Name:
    """A step of a path as it is written: a name, or a placeholder for one."""

    text: str


type Step = Name | int


@dataclass(frozen=True)
class Path:
    """The place of an attribute."""

    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Value:
    """A placeholder for a value, such as ``:v``."""

    text: str


@dataclass(frozen=True)
class Call:
    """An operator or a function with its operands; operands of ``AND``, ``OR`` and ``NOT`` are conditions."""

    operator: str
    operands: tuple[Node, ...]


type Node = Path | Value | Call


class ExpressionError(Exception):
    """What is wrong with an expression, in DynamoDB's words."""


def parse(expression: str, *, strict: bool = True) -> Node:
    """Return the tree of a condition. PartiQL, which is not strict, may have parentheses that say nothing.

    :raises ExpressionError: it is none.
    """
    return _Parser(expression, strict=strict).whole()


def paths_of(projection: str) -> list[Path]:
    """Return the paths of a projection, which are separated by commas.

    :raises ExpressionError: it is none.
    """
    return _Parser(projection, strict=True).paths()


def nodes(tree: Node) -> Iterator[Node]:
    """List a tree's nodes, from the left."""
    yield tree
    if isinstance(tree, Call):
        for operand in tree.operands:
            yield from nodes(operand)


class _Parser:
    def __init__(self, expression: str, *, strict: bool) -> None:
        if not expression.strip():
            raise ExpressionError("The expression can not be empty;")
        self._strict = strict
        self._expression = expression
        self._tokens = list(_tokens(expression))
        self._at = 0

    def whole(self) -> Node:
        tree = self._either()
        if self._at < len(self._tokens):
            raise self._unexpected()
        return tree

    def paths(self) -> list[Path]:
        found = [self._operand()]
        while self._take(","):
            found.append(self._operand())
        if self._at < len(self._tokens) or not all(isinstance(each, Path) for each in found):
            raise self._unexpected()
        return [each for each in found if isinstance(each, Path)]

    def _peek(self) -> str:
        """Return the next token, keywords in capitals; empty at the end."""
        if self._at >= len(self._tokens):
            return ""
        text = self._tokens[self._at].group(1)
        return text.upper() if text.upper() in _KEYWORDS else text

    def _take(self, text: str) -> bool:
        if self._peek() != text:
            return False
        self._at += 1
        return True

    def _need(self, text: str) -> None:
        if not self._take(text):
            raise self._unexpected()

    def _unexpected(self) -> ExpressionError:
        """Return the error about the next token, with what is around it."""
        before = self._tokens[max(0, self._at - 1)]
        if self._at >= len(self._tokens):
            return ExpressionError(f'Syntax error; token: "<EOF>", near: "{before.group(1)}"')
        after = self._tokens[min(len(self._tokens) - 1, self._at + 1)]
        near = self._expression[before.start(1) : after.end(1)]
        return ExpressionError(f'Syntax error; token: "{self._tokens[self._at].group(1)}", near: "{near}"')

    def _either(self) -> Node:
        return self._joined("OR", self._both)

    def _both(self) -> Node:
        return self._joined("AND", self._negation)

    def _joined(self, operator: str, part: Callable[[], Node]) -> Node:
        tree = part()
        while self._take(operator):
            tree = Call(operator, (tree, part()))
        return tree

    def _negation(self) -> Node:
        return Call("NOT", (self._negation(),)) if self._take("NOT") else self._condition()

    def _condition(self) -> Node:
        if self._take("("):
            is_doubled = self._peek() == "("
            begin = self._at
            tree = self._either()
            self._need(")")
            if self._strict and is_doubled and self._closes(begin) == self._at - 2:
                raise ExpressionError("The expression has redundant parentheses;")
            return tree
        left = self._operand()
        operator = self._peek()
        if operator in _COMPARATORS:
            self._at += 1
            return Call(operator, (left, self._operand()))
        if self._take("BETWEEN"):
            low = self._operand()
            self._need("AND")
            return Call("BETWEEN", (left, low, self._operand()))
        if self._take("IN"):
            self._need("(")
            return Call("IN", (left, *self._list()))
        if isinstance(left, Call):
            return left
        raise self._unexpected()

    def _closes(self, begin: int) -> int:
        """Return the place of the parenthesis that closes the one at ``begin``."""
        depth = 0
        for place in range(begin, len(self._tokens)):
            depth += {"(": 1, ")": -1}.get(self._tokens[place].group(1), 0)
            if depth == 0:
                return place
        return -1

    def _operand(self) -> Node:
        text = self._peek()
        if text.startswith(":"):
            self._at += 1
            return Value(text)
        if not _NAME.fullmatch(text) or _NUMBER.fullmatch(text) or text in _KEYWORDS:
            raise self._unexpected()
        self._at += 1
        if not text.startswith("#") and self._take("("):
            return Call(text, tuple(self._list()))
        return self._path(text)

    def _list(self) -> list[Node]:
        found = [self._operand()]
        while self._take(","):
            found.append(self._operand())
        self._need(")")
        return found

    def _path(self, first: str) -> Path:
        steps: list[Step] = [Name(first)]
        while self._peek() in (".", "["):
            if self._take("."):
                steps.append(Name(self._matching(_NAME)))
            else:
                self._need("[")
                steps.append(int(self._matching(_NUMBER)))
                self._need("]")
        return Path(tuple(steps))

    def _matching(self, pattern: re.Pattern[str]) -> str:
        text = self._peek()
        if not pattern.fullmatch(text):
            raise self._unexpected()
        self._at += 1
        return text


def _tokens(expression: str) -> Iterator[re.Match[str]]:
    at, end = 0, len(expression.rstrip())
    while at < end:
        match = _TOKEN.match(expression, at)
        if not match:
            text = expression[at:].lstrip()[0]
            near = expression[max(0, at - 1) : at + 3].strip()
            raise ExpressionError(f'Syntax error; token: "{text}", near: "{near}"')
        yield match
        at = match.end()
