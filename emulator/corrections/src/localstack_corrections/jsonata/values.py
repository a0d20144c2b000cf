"""Values while an expression is evaluated, and what makes two of them equal, true or numbers.

``None`` is JSONata's undefined, ``NULL`` is JSON's null. A plain list is an array; a :class:`Sequence` is what a path
or a function has selected, which turns into its only item, or into undefined.
"""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

from jsonata.utils import Utils

if TYPE_CHECKING:
    from collections.abc import Iterable

NULL = Utils.NULL_VALUE
_LONG = 2**63


class Sequence(list[Any]):
    """A list with jsonata-js's flags."""

    __slots__ = ("cons", "keep", "outer", "sequence", "tuples")

    def __init__(self, items: Iterable[Any] = (), *, sequence: bool = True) -> None:
        super().__init__(items)
        self.sequence = sequence
        """Selected, not written: it is flattened into others and unwrapped."""
        self.keep = False
        """Not unwrapped although it has one item: ``path[]``."""
        self.tuples = False
        """A stream of bindings: ``@``, ``#`` and ``%``."""
        self.outer = False
        """The whole input, which is an array."""
        self.cons = False
        """Written as an array constructor inside a path: not flattened."""


class Callable:
    """Value that can be called: a lambda, a native function, a partial application, a regular expression."""

    __slots__ = ()
    arity = 1


def is_sequence(value: Any) -> bool:
    """Return whether a value is unwrapped when it has one item."""
    return isinstance(value, Sequence) and value.sequence


def is_number(value: Any) -> bool:
    """Return whether a value is of JavaScript's number type, finite or not."""
    kind = type(value)
    return kind is int or kind is float


def simplest(number: float) -> Any:
    """Return a whole number as an integer as long as it fits into 64 bits, as AWS does."""
    if type(number) is float and number.is_integer() and -_LONG <= number < _LONG:
        return int(number)
    return number


def equal(left: Any, right: Any) -> bool:
    """Return whether two values are the same, however deep."""
    if isinstance(left, list):
        return isinstance(right, list) and len(left) == len(right) and all(map(equal, left, right))
    if isinstance(left, dict):
        return isinstance(right, dict) and left.keys() == right.keys() and all(equal(left[k], right[k]) for k in left)
    return bool(left == right) and isinstance(left, bool) == isinstance(right, bool)


def truth(value: Any) -> bool:
    """Return the boolean that ``$boolean`` makes of a value; undefined is false."""
    if isinstance(value, list):
        return truth(value[0]) if len(value) == 1 else any(map(truth, value))
    if isinstance(value, Callable) or value is None or value is NULL:
        return False
    return bool(value) and not (isinstance(value, float) and math.isnan(value))


def with_nulls(value: Any) -> Any:
    """Return a JSON value with ``NULL`` where it has null; itself, when it has none."""
    if value is None:
        return NULL
    if not isinstance(value, dict | list) or "null" not in json.dumps(value, default=str):
        return value
    return _replaced(value)


def _replaced(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _replaced(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_replaced(item) for item in value]
    return NULL if value is None else value
