"""What a REST API (``AWS_PROXY``) makes of a function's result, put right at run time for LocalStack 4.14.0.

Some malformed results were an internal error of LocalStack's or a response no client can read, others were sent; and
one with a number among its headers was refused.
https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html
"""

import json
import logging
import re
import sys
from typing import Any

LOG = logging.getLogger(__name__)
STATUS_CODES = range(100, 600)
"""As https://docs.aws.amazon.com/apigateway/latest/api/API_MethodResponse.html has them."""
_INTEGRATION = "localstack.services.apigateway.next_gen.execute_api.integrations.aws"
_KEYS = frozenset({"statusCode", "headers", "multiValueHeaders", "body", "isBase64Encoded"})
_SAID = {None: False, False: False, True: True, "false": False, "true": True}
"""The values of ``isBase64Encoded``."""
_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_NO_HEADER_VALUE = re.compile(r"[\r\n\0\u0100-\U0010ffff]")
"""Ends the header, or cannot be written in it."""
_done = False


class MalformedResultError(Exception):
    """What is wrong with a result."""


def refuse_malformed() -> None:
    """Make the change, once, as soon as the integration is there: who has no API need not load it."""
    global _done  # noqa: PLW0603 - the patched class is global, too
    if _done or _INTEGRATION not in sys.modules:
        return
    _done = True
    from localstack.services.apigateway.next_gen.execute_api.gateway_response import InternalServerError
    from localstack.services.apigateway.next_gen.execute_api.integrations.aws import RestApiAwsProxyIntegration

    def parse(_: Any, payload: bytes) -> dict[str, Any]:
        try:
            return well_formed(json.loads(payload))
        except (ValueError, MalformedResultError) as error:
            LOG.warning("Execution failed due to configuration error: Malformed Lambda proxy response: %s", error)
            raise InternalServerError("Internal server error", status_code=502) from error

    RestApiAwsProxyIntegration.parse_lambda_response = parse


def well_formed(result: Any) -> dict[str, Any]:
    """The result, its values of the types that the integration expects.

    :raises MalformedResultError: it has not the documented format.
    """
    if not isinstance(result, dict):
        raise MalformedResultError(f"an object is expected, and it is {_shown(result)}")
    if not result.keys() <= _KEYS:
        raise MalformedResultError(f"it has unknown keys: {', '.join(sorted(result.keys() - _KEYS))}")
    body = result.get("body")
    if body is not None and not isinstance(body, str):
        raise MalformedResultError(f"the body is no string: {_shown(body)}; json.dumps makes one of any value")
    encoded = result.get("isBase64Encoded")
    if isinstance(encoded, list | dict) or encoded not in _SAID:
        raise MalformedResultError(f"isBase64Encoded is no boolean: {_shown(encoded)}")
    result["isBase64Encoded"] = _SAID[encoded]
    if result.get("statusCode") is not None:
        result["statusCode"] = status_code(result["statusCode"])
    if (headers := result.get("headers")) is not None:
        result["headers"] = {name: header_text(name, value) for name, value in _items(headers)}
    if (headers := result.get("multiValueHeaders")) is not None:
        result["multiValueHeaders"] = {name: _headers(name, values) for name, values in _items(headers)}
    return result


def status_code(value: Any) -> int:
    """The number; it may be in a string.

    :raises MalformedResultError: it is none, or not one of HTTP's.
    """
    try:
        number = int(value)
    except (TypeError, ValueError, OverflowError):
        number = 0
    if number not in STATUS_CODES:
        raise MalformedResultError(f"the statusCode is no number from 100 to 599: {_shown(value)}")
    return number


def header_text(name: str, value: Any) -> str:
    """The value of a header as it is sent: the JSON text of a number or a boolean.

    :raises MalformedResultError: no header can be sent that has this name or value.
    """
    if value is None or isinstance(value, list | dict):
        raise MalformedResultError(f"the value of the header {name} is no string: {_shown(value)}")
    text = value if isinstance(value, str) else json.dumps(value)
    if not _HEADER_NAME.fullmatch(name) or _NO_HEADER_VALUE.search(text):
        raise MalformedResultError(f"HTTP has no such header: {_shown(name)}: {_shown(text)}")
    return text


def _items(headers: Any) -> Any:
    if not isinstance(headers, dict):
        raise MalformedResultError(f"the headers are no object: {_shown(headers)}")
    return headers.items()


def _headers(name: str, values: Any) -> list[str]:
    if not isinstance(values, list):
        raise MalformedResultError(f"the values of the header {name} are no list: {_shown(values)}")
    return [header_text(name, value) for value in values]


def _shown(value: object) -> str:
    text = json.dumps(value)
    return text if len(text) < 100 else f"{text[:100]}…"
