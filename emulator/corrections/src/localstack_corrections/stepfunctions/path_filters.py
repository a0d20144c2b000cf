"""Filters of JSONPath: ``[?(@.price > 10 && @.name =~ /a.*/i)]``, as Jayway's JsonPath has them."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from localstack_corrections.stepfunctions.path_errors import InvalidPathError

if TYPE_CHECKING:
    from collections.abc import Callable

_TOKEN = re.compile(
    r"\s*(?:(?P<string>'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\")|(?P<regex>/(?:[^/\\]|\\.)+/[imsxud]*)"
    r"|(?P<number>-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|(?P<operator>&&|\|\||===|!==|==|!=|<=|>=|=~|<|>|!|\(|\))"
    r"|(?P<word>[A-Za-z]+)|(?P<list>\[))"
)
_MISSING = object()
_CONSTANTS = {"true": True, "false": False, "null": None}


@dataclass(frozen=True)
class Filter:
    """A condition on an item."""

    accepts: Callable[[Any, Any], bool]
    """Called with the item and with the whole document."""


def parsed_filter(text: str, path: Callable[[str], Any]) -> Filter:
    """Parse a filter, brackets included; ``path`` parses the paths within it."""
    reader = _Reader(text, path)
    condition = reader.alternatives()
    if reader.rest():
        raise reader.error()
    return Filter(condition)


class _Reader:
    """Reads a filter from left to right."""

    def __init__(self, text: str, path: Callable[[str], Any]) -> None:
        self.text = text
        self.position = 0
        self.path = path

    def error(self) -> Exception:
        return InvalidPathError(f"Failed to parse filter: {self.text} at position {self.position}")

    def rest(self) -> str:
        return self.text[self.position :].strip()

    def _accept(self, *words: str) -> str | None:
        rest = self.text[self.position :].lstrip()
        for word in words:
            if rest[: len(word)].lower() == word and not (word.isalpha() and rest[len(word) : len(word) + 1].isalnum()):
                self.position = len(self.text) - len(rest) + len(word)
                return word
        return None

    def alternatives(self) -> Callable[[Any, Any], bool]:
        one = self._conjunction()
        while self._accept("||"):
            one = _either(one, self._conjunction())
        return one

    def _conjunction(self) -> Callable[[Any, Any], bool]:
        one = self._condition()
        while self._accept("&&"):
            one = _both(one, self._condition())
        return one

    def _condition(self) -> Callable[[Any, Any], bool]:
        if self._accept("!"):
            denied = self._condition()
            return lambda item, root: not denied(item, root)
        if self._accept("("):
            inner = self.alternatives()
            if not self._accept(")"):
                raise self.error()
            return inner
        left = self._operand()
        operator = self._accept(*_OPERATORS)
        if operator is None:
            return lambda item, root: left(item, root) is not _MISSING
        right, compare = self._operand(), _OPERATORS[operator]
        return lambda item, root: compare(left(item, root), right(item, root))

    def _operand(self) -> Callable[[Any, Any], Any]:
        rest = self.text[self.position :].lstrip()
        start = len(self.text) - len(rest)
        if rest[:1] in ("@", "$"):
            return self._path_operand(start)
        match = _TOKEN.match(self.text, self.position)
        if match is None or match.lastgroup == "operator":
            raise self.error()
        if match.lastgroup == "list":
            return self._list_operand(start)
        self.position = match.end()
        value = self._constant(match)
        return lambda _item, _root: value

    def _constant(self, match: re.Match[str]) -> Any:
        found, kind = match.group(match.lastgroup or 0), match.lastgroup
        if kind == "string":
            return re.sub(r"\\(.)", r"\1", found[1:-1])
        if kind == "regex":
            body, _, flags = found[1:].rpartition("/")
            return re.compile(body, re.IGNORECASE if "i" in flags else 0)
        if kind == "number":
            return json.loads(found)
        if found.lower() not in _CONSTANTS:
            raise self.error()
        return _CONSTANTS[found.lower()]

    def _path_operand(self, start: int) -> Callable[[Any, Any], Any]:
        end, depth = start + 1, 0
        while end < len(self.text) and (
            depth or self.text[end] not in " \t=!<>&|),]" or self.text[end : end + 2] == "()"
        ):
            depth += (self.text[end] == "[") - (self.text[end] == "]")
            end += 2 if self.text[end : end + 2] == "()" else 1
        self.position = end
        text = self.text[start:end]
        parsed, of_item = self.path(text), text[0] == "@"

        def value(item: Any, root: Any) -> Any:
            try:
                found = parsed.find(item if of_item else root)
            except LookupError:
                return _MISSING
            return found

        return value

    def _list_operand(self, start: int) -> Callable[[Any, Any], Any]:
        end = self.text.index("]", start) + 1
        self.position = end
        try:
            values = json.loads(self.text[start:end].replace("'", '"'))
        except ValueError:
            raise self.error() from None
        return lambda _item, _root: values


def _either(one: Callable[[Any, Any], bool], two: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    return lambda item, root: one(item, root) or two(item, root)


def _both(one: Callable[[Any, Any], bool], two: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    return lambda item, root: one(item, root) and two(item, root)


def _equal(left: Any, right: Any) -> bool:
    return bool(left == right) and isinstance(left, bool) == isinstance(right, bool)


def _ordered(compare: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    def ordered(left: Any, right: Any) -> bool:
        texts = isinstance(left, str) and isinstance(right, str)
        numbers = all(isinstance(each, int | float) and not isinstance(each, bool) for each in (left, right))
        return (texts or numbers) and compare(left, right)

    return ordered


def _matches(left: Any, right: Any) -> bool:
    pattern, text = (left, right) if isinstance(left, re.Pattern) else (right, left)
    return isinstance(pattern, re.Pattern) and isinstance(text, str) and pattern.fullmatch(text) is not None


def _within(left: Any, right: Any) -> bool:
    return isinstance(right, list) and any(_equal(left, item) for item in right)


_OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "===": _equal,
    "!==": lambda left, right: not _equal(left, right),
    "==": _equal,
    "!=": lambda left, right: not _equal(left, right),
    "<=": _ordered(lambda left, right: left <= right),
    ">=": _ordered(lambda left, right: left >= right),
    "=~": _matches,
    "<": _ordered(lambda left, right: left < right),
    ">": _ordered(lambda left, right: left > right),
    "nin": lambda left, right: not _within(left, right),
    "in": _within,
    "anyof": lambda left, right: isinstance(left, list) and any(_within(item, right) for item in left),
    "noneof": lambda left, right: isinstance(left, list) and not any(_within(item, right) for item in left),
    "subsetof": lambda left, right: isinstance(left, list) and all(_within(item, right) for item in left),
    "contains": lambda left, right: (
        right in left if isinstance(left, str) and isinstance(right, str) else _within(right, left)
    ),
    "size": lambda left, right: isinstance(left, str | list) and len(left) == right,
    "empty": lambda left, right: isinstance(left, str | list) and (not left) == right,
}
