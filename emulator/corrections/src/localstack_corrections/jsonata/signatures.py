"""Signatures of functions, such as ``<s-n?:s>``: what may be passed, and what the context stands in for."""

from __future__ import annotations

import re
from typing import Any

from jsonata.signature import Signature as LibrarySignature

from localstack_corrections.jsonata.errors import JSONataError
from localstack_corrections.jsonata.values import NULL, Callable, is_number

_KINDS: tuple[tuple[Any, str], ...] = ((str, "s"), (bool, "b"), (list, "a"), (dict, "o"), (Callable, "f"))


def symbol_of(value: Any) -> str:
    """Return the letter of a value's type: ``l`` for null, ``m`` for undefined."""
    if value is None:
        return "m"
    if value is NULL:
        return "l"
    for kind, letter in _KINDS:
        if isinstance(value, kind):
            return letter
    return "n" if is_number(value) else "m"


class Signature:
    """One signature, parsed once."""

    def __init__(self, parsed: LibrarySignature) -> None:
        self._params = parsed._params
        self._pattern = re.compile("".join(f"({param.regex})" for param in self._params))

    @classmethod
    def of(cls, text: str) -> Signature:
        """Parse one that is not part of an expression."""
        return cls(LibrarySignature(text, ""))

    def validate(self, name: str, arguments: list[Any], context: Any) -> list[Any]:
        """Return the arguments as the function takes them, or raise T0410, T0411 or T0412."""
        supplied = "".join(map(symbol_of, arguments))
        match = self._pattern.fullmatch(supplied)
        if match is None:
            raise JSONataError("T0410", self._first_wrong(supplied), name)
        valid: list[Any] = []
        position = 0
        for param, letters in zip(self._params, match.groups(), strict=True):
            if not letters:
                if param.context:
                    valid.append(self._context(param, context, position, name))
                else:  # as jsonata-js does: what follows is passed, and not to the next parameter
                    valid.append(_at(arguments, position))
                    position += 1
                continue
            for letter in letters:
                valid.append(self._argument(param, letter, _at(arguments, position), position, name))
                position += 1
        return valid

    def _first_wrong(self, supplied: str) -> int:
        partial, good = "", 0
        for param in self._params:
            partial += param.regex
            match = re.match(partial, supplied)
            if match is None:
                break
            good = match.end()
        return good + 1

    @staticmethod
    def _context(param: Any, context: Any, position: int, name: str) -> Any:
        if re.fullmatch(param.regex.removesuffix("?"), symbol_of(context)) is None:
            raise JSONataError("T0411", position + 1, name)
        return context

    @staticmethod
    def _argument(param: Any, letter: str, argument: Any, position: int, name: str) -> Any:
        if param.type != "a" or letter == "m":
            return argument
        if param.subtype is not None and not _holds(param.subtype, letter, argument):
            raise JSONataError("T0412", position + 1, name, param.subtype)
        return argument if letter == "a" else [argument]


def _at(arguments: list[Any], position: int) -> Any:
    return arguments[position] if position < len(arguments) else None


def _holds(subtype: str, letter: str, argument: Any) -> bool:
    """Return whether an array has only items of a type; a single value stands for an array of it."""
    if letter != "a":
        return letter == subtype
    wanted = subtype[0]
    return all(symbol_of(item) == wanted for item in argument)
