"""Numbers and JSON texts as JavaScript writes them."""

from __future__ import annotations

import json
import math
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from localstack_corrections.jsonata.errors import JSONataError
from localstack_corrections.jsonata.values import NULL, Callable, is_number

if TYPE_CHECKING:
    from collections.abc import Iterator

    from localstack_corrections.jsonata.bounds import Budget

_LONG = 2**63
_NO_EXPONENT_FROM, _NO_EXPONENT_TO = 1e-6, 1e21


def number_text(number: float) -> str:
    """Return a number as ``$string`` does: whole numbers in full below 1e21, 15 digits of others."""
    if isinstance(number, int):
        if -_LONG <= number < _LONG:
            return str(number)
        number = float(number)
    if number.is_integer() or not math.isfinite(number):
        return _javascript(number)
    return _javascript(float(f"{number:.15g}"))


def _javascript(number: float) -> str:
    if number == 0:
        return "0"
    if not math.isfinite(number):
        return "NaN" if math.isnan(number) else "Infinity" if number > 0 else "-Infinity"
    if _NO_EXPONENT_FROM <= abs(number) < _NO_EXPONENT_TO:
        text = format(Decimal(repr(number)), "f")
        return text.removesuffix(".0")
    digits, _, exponent = f"{Decimal(repr(number)).normalize():e}".partition("e")
    return f"{digits}e{'+' if int(exponent) > 0 else '-'}{abs(int(exponent))}"


def json_text(value: Any, budget: Budget, *, pretty: bool = False) -> str:
    """Return a value as ``$string`` does; an infinite number inside it is an error."""
    parts: list[str] = []
    size = 0
    for part in _parts(value, "\n" if pretty else ""):
        size += len(part)
        budget.tick()
        budget.fits(size, 1)
        parts.append(part)
    return "".join(parts)


def _parts(value: Any, line: str) -> Iterator[str]:
    if isinstance(value, dict):
        yield from _object(value, line)
    elif isinstance(value, list):
        yield from _array(value, line)
    else:
        yield _scalar(value)


def _scalar(value: Any) -> str:
    if value is NULL or value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if is_number(value):
        if not math.isfinite(value):
            raise JSONataError("D1001", _javascript(value))
        return number_text(value)
    return '""' if isinstance(value, Callable) else json.dumps(value, ensure_ascii=False)


def _object(value: dict[str, Any], line: str) -> Iterator[str]:
    deeper, colon = (line + "  ", ": ") if line else ("", ":")
    separator = "{" + deeper
    for key, item in value.items():
        yield separator + json.dumps(key, ensure_ascii=False) + colon
        yield from _parts(item, deeper)
        separator = "," + deeper
    yield line + "}" if value else "{}"


def _array(value: list[Any], line: str) -> Iterator[str]:
    deeper = line + "  " if line else ""
    separator = "[" + deeper
    for item in value:
        yield separator
        yield from _parts(item, deeper)
        separator = "," + deeper
    yield line + "]" if value else "[]"
