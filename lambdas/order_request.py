"""Read an order from a request: a flavour, and perhaps a key under which it is ordered only once."""

import json
import unicodedata
from http import HTTPStatus
from typing import NoReturn

from problem import ProblemError
from proxy_event import ProxyEvent

DEFAULT_FLAVOUR = "pepperoni"
FLAVOUR_LENGTH = 64
KEY_LENGTH = 255
KEY_HEADER = "Idempotency-Key"

_CONTROL_AND_SURROGATE = ("Cc", "Cs")


def flavour_of(event: ProxyEvent) -> str:
    """Return the flavour that is ordered: the query's, else the body's, else pepperoni.

    :raises ProblemError: 400; it is no flavour, or the body is no JSON object.
    """
    ordered = _body_of(event)
    flavour = event.query("flavour")
    if flavour is None:
        flavour = ordered.get("flavour", DEFAULT_FLAVOUR)
    if not isinstance(flavour, str):
        _refuse("flavour", "The flavour must be a string.")
    return _checked("flavour", flavour, FLAVOUR_LENGTH)


def idempotency_key_of(event: ProxyEvent) -> str | None:
    """Return the client's own key for the order; ``None`` where it gives none.

    :raises ProblemError: 400; it is no key.
    """
    key = event.header(KEY_HEADER)
    return None if key is None else _checked(KEY_HEADER, key.strip(), KEY_LENGTH)


def _body_of(event: ProxyEvent) -> dict[str, object]:
    try:
        text = event.body()
        document = {} if text is None else json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):  # deeper than Python parses is no order either
        _refuse("body", "The body must be JSON.")
    if not isinstance(document, dict):
        _refuse("body", 'The body must be a JSON object such as {"flavour": "pepperoni"}.')
    return document


def _refuse_constant(constant: str) -> NoReturn:
    """Refuse NaN and Infinity: Python reads them, JSON does not have them."""
    raise ValueError(constant)


def _checked(field: str, value: str, length: int) -> str:
    if not value.strip():
        _refuse(field, f"The {field} must not be empty.")
    if len(value) > length:
        _refuse(field, f"The {field} must have at most {length} characters; it has {len(value)}.")
    if any(unicodedata.category(character) in _CONTROL_AND_SURROGATE for character in value):
        _refuse(field, f"The {field} must not contain control characters or halves of surrogate pairs.")
    return value


def _refuse(field: str, detail: str) -> NoReturn:
    raise ProblemError(HTTPStatus.BAD_REQUEST, detail, field=field)
