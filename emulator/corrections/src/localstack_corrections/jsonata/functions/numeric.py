"""Numeric and aggregation functions."""

from __future__ import annotations

import math
import random
import re
from decimal import ROUND_HALF_EVEN, Decimal
from typing import TYPE_CHECKING, Any

from jsonata.datetimeutils import DateTimeUtils
from jsonata.functions import Functions as Library

from localstack_corrections.jsonata.errors import JSONataError
from localstack_corrections.jsonata.pictures import checked
from localstack_corrections.jsonata.values import is_number, simplest

if TYPE_CHECKING:
    from localstack_corrections.jsonata.evaluator import Evaluator

_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?([Ee][-+]?[0-9]+)?")
_BASED = re.compile(r"0[xX][0-9A-Fa-f]+|0[oO][0-7]+|0[bB][01]+")


def sum_(_: Evaluator, numbers: list[Any] | None) -> Any:
    """Add up."""
    return None if numbers is None else simplest(float(sum(numbers)))


def count(_: Evaluator, items: list[Any] | None) -> int:
    """Count items; undefined has none."""
    return 0 if items is None else len(items)


def max_(_: Evaluator, numbers: list[Any] | None) -> Any:
    """Return the largest."""
    return max(numbers) if numbers else None


def min_(_: Evaluator, numbers: list[Any] | None) -> Any:
    """Return the smallest."""
    return min(numbers) if numbers else None


def average(_: Evaluator, numbers: list[Any] | None) -> Any:
    """Return the mean."""
    return simplest(sum(numbers) / len(numbers)) if numbers else None


def number(_: Evaluator, value: Any) -> Any:
    """Return a string or a boolean as a number."""
    if value is None or is_number(value):
        return value
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, str) and _NUMBER.fullmatch(value) and math.isfinite(float(value)):
        return simplest(float(value))
    if isinstance(value, str) and _BASED.fullmatch(value):
        return int(value, 0)
    raise JSONataError("D3030", value)


def abs_(_: Evaluator, value: Any) -> Any:
    """Return without the sign."""
    return None if value is None else abs(value)


def floor(_: Evaluator, value: Any) -> Any:
    """Round down."""
    return None if value is None else math.floor(value)


def ceil(_: Evaluator, value: Any) -> Any:
    """Round up."""
    return None if value is None else math.ceil(value)


def round_(_: Evaluator, value: Any, precision: Any) -> Any:
    """Round to that many decimals, halves to the even one."""
    if value is None:
        return None
    places = Decimal(1).scaleb(-int(precision or 0))
    try:
        return simplest(float(Decimal(repr(value)).quantize(places, ROUND_HALF_EVEN)))
    except ArithmeticError:  # more digits than a decimal has: there is nothing to round
        return value


def sqrt(_: Evaluator, value: Any) -> Any:
    """Return the square root."""
    if value is None:
        return None
    if value < 0:
        raise JSONataError("D3060", value)
    return simplest(math.sqrt(value))


def power(_: Evaluator, base: Any, exponent: Any) -> Any:
    """Raise to a power."""
    if base is None:
        return None
    try:
        result = float(base) ** float(exponent)
    except ArithmeticError:
        result = math.inf
    if isinstance(result, complex) or not math.isfinite(result):
        raise JSONataError("D3061", base, exponent)
    return simplest(result)


def random_(_: Evaluator) -> float:
    """Return a number from 0 to 1."""
    return random.random()  # noqa: S311 - no secret


def format_number(_: Evaluator, value: Any, picture: str, options: Any) -> Any:
    """Format by a picture such as ``#,##0.00``."""
    if value is None:
        return None
    return Library.format_number(value, checked(picture, options or {}), options)


def format_base(_: Evaluator, value: Any, radix: Any) -> Any:
    """Write in a base from 2 to 36."""
    if value is None:
        return None
    base = 10 if radix is None else int(round_(_, radix, 0))
    if not 2 <= base <= 36:
        raise JSONataError("D3100", base)
    return Library.base_repr(int(round_(_, value, 0)), base).lower()


def format_integer(_: Evaluator, value: Any, picture: Any) -> Any:
    """Write an integer by a picture: digits, letters, roman numbers, words."""
    return None if value is None else DateTimeUtils.format_integer(_integer(value), picture)


def _integer(value: float) -> int:
    # the digits that JavaScript shows of a double, not those that it stands for
    return int(Decimal(repr(value))) if isinstance(value, float) else value


def parse_integer(_: Evaluator, value: Any, picture: Any) -> Any:
    """Read what ``$formatInteger`` writes."""
    if value is None:
        return None
    found = DateTimeUtils.parse_integer(value, picture)
    return math.nan if found is None else simplest(float(found))
