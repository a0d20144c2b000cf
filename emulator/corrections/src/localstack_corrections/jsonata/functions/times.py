"""Date and time functions."""

from __future__ import annotations

import datetime as dt
import math
import re
from typing import TYPE_CHECKING, Any

from jsonata.datetimeutils import DateTimeUtils

from localstack_corrections.jsonata.errors import JSONataError

if TYPE_CHECKING:
    from localstack_corrections.jsonata.evaluator import Evaluator

_ISO = re.compile(r"\d{4}(-[01]\d)*(-[0-3]\d)*(T[0-2]\d:[0-5]\d:[0-5]\d)*(\.\d+)?([+-][0-2]\d:?[0-5]\d|Z)?", re.ASCII)


def now(evaluator: Evaluator, picture: Any, timezone: Any) -> Any:
    """Return the time at which the evaluation began."""
    return DateTimeUtils.format_datetime(evaluator.millis, picture, timezone)


def millis(evaluator: Evaluator) -> int:
    """Return the same in milliseconds."""
    return evaluator.millis


def from_millis(_: Evaluator, value: Any, picture: Any, timezone: Any) -> Any:
    """Format a time."""
    return None if value is None else DateTimeUtils.format_datetime(int(value), picture, timezone)


def to_millis(_: Evaluator, text: Any, picture: Any) -> Any:
    """Read a time."""
    if text is None:
        return None
    if picture is not None:
        return _parsed(_three_digits_at_most(text), picture)
    if not _ISO.fullmatch(text):
        raise JSONataError("D3110", text)
    try:
        moment = dt.datetime.strptime(text, "%Y") if len(text) == 4 else dt.datetime.fromisoformat(text)  # noqa: DTZ007
    except ValueError:
        raise JSONataError("D3110", text) from None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=dt.UTC)
    return math.floor(moment.timestamp() * 1000)


def _parsed(text: str, picture: str) -> Any:
    try:
        return DateTimeUtils.parse_datetime(text, picture)
    except KeyError as error:
        raise JSONataError("D3132", error.args[0]) from None


def _three_digits_at_most(text: str) -> str:
    # the library takes a fraction's digits for milliseconds
    return re.sub(r"(\.\d{3})\d+", r"\1", text)
