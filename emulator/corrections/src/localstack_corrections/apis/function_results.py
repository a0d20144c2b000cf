"""The values that a function's result may have to be a response: of REST APIs, HTTP APIs and function URLs."""

from __future__ import annotations

import json
import re
from typing import Any

STATUS_CODES = range(100, 600)
"""As https://docs.aws.amazon.com/apigateway/latest/api/API_MethodResponse.html has them."""
_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_NO_HEADER_VALUE = re.compile(r"[\r\n\0\u0100-\U0010ffff]")
"""Ends the header, or cannot be written in it."""
_LONGEST_SHOWN = 100


class MalformedResultError(Exception):
    """Error in a function's result."""


def status_code(value: Any) -> int:
    """Return the number; it may be in a string.

    :raises MalformedResultError: it is none, or not one of HTTP's.
    """
    try:
        number = int(value)
    except (TypeError, ValueError, OverflowError):
        number = 0
    if number not in STATUS_CODES:
        raise MalformedResultError(f"the statusCode is no number from 100 to 599: {shown(value)}")
    return number


def header_text(name: str, value: Any) -> str:
    """Return the value of a header as it is sent: the JSON text of a number or a boolean.

    :raises MalformedResultError: no header can be sent that has this name or value.
    """
    if value is None or isinstance(value, list | dict):
        raise MalformedResultError(f"the value of the header {name} is no string: {shown(value)}")
    text = value if isinstance(value, str) else json.dumps(value)
    if not _HEADER_NAME.fullmatch(name) or _NO_HEADER_VALUE.search(text):
        raise MalformedResultError(f"HTTP has no such header: {shown(name)}: {shown(text)}")
    return text


def shown(value: object) -> str:
    """Return a value as a message shows it."""
    text = json.dumps(value)
    return text if len(text) < _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"
