"""Calls of intrinsic functions: ``States.Format('{} of {}', $.a, States.ArrayLength($.b))``."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

_NAME = re.compile(r"\s*(States\.\w+)\s*\(")
_LITERAL = re.compile(r"-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null")
_DEEPEST = 10


class InvalidCallError(ValueError):
    """A text that is no call of an intrinsic function."""


@dataclass(frozen=True)
class Text:
    """A string literal, its escapes not yet removed: ``States.Format`` tells an escaped brace from a place."""

    escaped: str

    @property
    def value(self) -> str:
        """Return it without escapes."""
        return re.sub(r"\\(.)", r"\1", self.escaped)


@dataclass(frozen=True)
class Literal:
    """A number, a boolean or null."""

    value: Any


@dataclass(frozen=True)
class Reference:
    """A path, a path of the context object or of a variable."""

    path: str


@dataclass(frozen=True)
class Call:
    """A function with its arguments."""

    name: str
    arguments: tuple[Any, ...]
    text: str

    def references(self) -> list[str]:
        """Return the paths in it, those of nested calls included."""
        found: list[str] = []
        for argument in self.arguments:
            if isinstance(argument, Reference):
                found.append(argument.path)
            elif isinstance(argument, Call):
                found += argument.references()
        return found


@lru_cache(4096)
def parsed(text: str) -> Call:
    """Parse a call, once. Raise InvalidCallError."""
    call, end = _call(text, 0, 1)
    if text[end:].strip():
        raise _error(text, end)
    return call


def _error(text: str, position: int) -> InvalidCallError:
    return InvalidCallError(f"Invalid intrinsic function at {position}: {text}")


def _call(text: str, start: int, depth: int) -> tuple[Call, int]:
    match = _NAME.match(text, start)
    if match is None or depth > _DEEPEST:
        raise _error(text, start)
    arguments: list[Any] = []
    position = _skip(text, match.end())
    while text[position : position + 1] != ")":
        argument, position = _argument(text, position, depth)
        arguments.append(argument)
        position = _skip(text, position)
        if text[position : position + 1] == ",":
            position = _skip(text, position + 1)
        elif text[position : position + 1] != ")":
            raise _error(text, position)
    whole = text[match.start(1) : position + 1]
    return Call(match.group(1), tuple(arguments), whole), position + 1


def _skip(text: str, position: int) -> int:
    while position < len(text) and text[position].isspace():
        position += 1
    return position


def _argument(text: str, position: int, depth: int) -> tuple[Any, int]:
    first = text[position : position + 1]
    if first == "'":
        end = _end_of_text(text, position)
        return Text(text[position + 1 : end]), end + 1
    if first == "$":
        end = _end_of_path(text, position)
        return Reference(text[position:end]), end
    literal = _LITERAL.match(text, position)
    if literal:
        return Literal(json.loads(literal.group())), literal.end()
    return _call(text, position, depth + 1)


def _end_of_text(text: str, start: int) -> int:
    position = start + 1
    while position < len(text):
        if text[position] == "\\":
            position += 1
        elif text[position] == "'":
            return position
        position += 1
    raise _error(text, start)


def _end_of_path(text: str, start: int) -> int:
    position, depth, quote = start, 0, ""
    while position < len(text):
        char = text[position]
        if quote:
            quote = "" if char == quote else quote
        elif char in "'\"":
            quote = char
        elif depth == 0 and (char in ",)" or char.isspace()):
            return position
        else:
            depth += (char in "[(") - (char in "])")
        position += 1
    raise _error(text, start)
