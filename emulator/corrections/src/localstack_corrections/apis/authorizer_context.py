"""The ``context`` of a Lambda authorizer's answer, as integrations get it.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-output.html
"""

from __future__ import annotations

import json
from typing import Any


class MalformedContextError(ValueError):
    """A context that is no object of plain values."""


def any_values(context: Any) -> dict[str, Any]:
    """Return the context of an answer to an HTTP API, which may hold arrays and objects.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-lambda-authorizer.html

    :raises MalformedContextError: it is no object.
    """
    if context is None:
        return {}
    if not isinstance(context, dict):
        raise MalformedContextError("the context is no object")
    return dict(context)


def plain_values(context: Any) -> dict[str, Any]:
    """Return the context of an answer to a REST API, which holds strings, numbers and booleans only.

    :raises MalformedContextError: it holds an array or an object, or is none.
    """
    plain = any_values(context)
    for name, value in plain.items():
        if isinstance(value, list | dict):
            raise MalformedContextError(f"the value of {name} is neither a string, a number nor a boolean")
    return plain


def as_strings(context: dict[str, Any]) -> dict[str, str]:
    """Return the context's values as strings; one without a value is left out."""
    return {
        name: value if isinstance(value, str) else json.dumps(value)
        for name, value in context.items()
        if value is not None
    }
