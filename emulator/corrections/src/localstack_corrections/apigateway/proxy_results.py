"""Turn a function's result into the response of a REST API (``AWS_PROXY``)."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING, Any

from localstack_corrections.apis.function_results import MalformedResultError, header_text, shown, status_code
from localstack_corrections.correction import Correction

if TYPE_CHECKING:
    from types import ModuleType

LOG = logging.getLogger(__name__)
_KEYS = frozenset({"statusCode", "headers", "multiValueHeaders", "body", "isBase64Encoded"})
_SAID = {None: False, False: False, True: True, "false": False, "true": True}
"""The values of ``isBase64Encoded``."""


def _refuse_malformed(module: ModuleType) -> None:
    from localstack.services.apigateway.next_gen.execute_api.gateway_response import InternalServerError

    def parse(_: Any, payload: bytes) -> dict[str, Any]:
        try:
            return well_formed(json.loads(payload))
        except (ValueError, MalformedResultError) as error:
            LOG.warning("Execution failed due to configuration error: Malformed Lambda proxy response: %s", error)
            raise InternalServerError("Internal server error", status_code=502) from error

    module.RestApiAwsProxyIntegration.parse_lambda_response = parse


def well_formed(result: Any) -> dict[str, Any]:
    """Return the result, its values of the types that the integration expects.

    :raises MalformedResultError: it has not the documented format.
    """
    if not isinstance(result, dict):
        raise MalformedResultError(f"an object is expected, and it is {shown(result)}")
    if not result.keys() <= _KEYS:
        raise MalformedResultError(f"it has unknown keys: {', '.join(sorted(result.keys() - _KEYS))}")
    body = result.get("body")
    if body is not None and not isinstance(body, str):
        raise MalformedResultError(f"the body is no string: {shown(body)}; json.dumps makes one of any value")
    encoded = result.get("isBase64Encoded")
    if isinstance(encoded, list | dict) or encoded not in _SAID:
        raise MalformedResultError(f"isBase64Encoded is no boolean: {shown(encoded)}")
    result["isBase64Encoded"] = _SAID[encoded]
    if result.get("statusCode") is not None:
        result["statusCode"] = status_code(result["statusCode"])
    if (headers := result.get("headers")) is not None:
        result["headers"] = {name: header_text(name, value) for name, value in _items(headers)}
    if (headers := result.get("multiValueHeaders")) is not None:
        result["multiValueHeaders"] = {name: _headers(name, values) for name, values in _items(headers)}
    return result


def _items(headers: Any) -> Any:
    if not isinstance(headers, dict):
        raise MalformedResultError(f"the headers are no object: {shown(headers)}")
    return headers.items()


def _headers(name: str, values: Any) -> list[str]:
    if not isinstance(values, list):
        raise MalformedResultError(f"the values of the header {name} are no list: {shown(values)}")
    return [header_text(name, value) for value in values]


CORRECTION = Correction(
    name="proxy-results",
    localstack="Answers 500 to some malformed results of a function, sends others, and refuses a number among headers.",
    aws="Answers 502 to a result that has not the documented format, and sends numbers as text.",
    source="https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html",
    patches={"localstack.services.apigateway.next_gen.execute_api.integrations.aws": _refuse_malformed},
)
