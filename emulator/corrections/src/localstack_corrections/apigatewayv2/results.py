"""Turn a function's result into the response of an HTTP API.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
"""

from __future__ import annotations

import base64
import binascii
import json
from typing import Any

from localstack_corrections.apigatewayv2.invocation import HOP_BY_HOP, Answer, HttpApiError
from localstack_corrections.apis.function_results import MalformedResultError, header_text, status_code

_DEFAULT_TYPE = "text/plain;charset=UTF-8"


def malformed(why: str) -> HttpApiError:
    """Return the error for a result that is none of the format."""
    return HttpApiError(
        500, "Internal Server Error", reason=f"The response from the Lambda function is malformed: {why}"
    )


def answer_from(payload: bytes, version: str) -> Answer:
    """Return the answer that the function's result describes.

    :raises HttpApiError: it has not the format.
    """
    try:
        result = json.loads(payload)
    except ValueError as error:
        raise malformed("it is not JSON") from error
    if isinstance(result, dict) and "statusCode" in result:
        try:
            return _described(result)
        except MalformedResultError as error:
            raise malformed(str(error)) from error
    if version == "1.0":
        raise malformed("it is no object with a statusCode")
    return _inferred(result)


def _inferred(result: Any) -> Answer:
    """Format 2.0: a result without a status code is the body of a 200."""
    text = result if isinstance(result, str) else json.dumps(result, separators=(",", ":"), ensure_ascii=False)
    return Answer(200, text.encode(errors="replace"), [("content-type", "application/json")])


def _described(result: dict[str, Any]) -> Answer:
    answer = Answer(status_code(result["statusCode"]))
    answer.body = _body(result.get("body"), result.get("isBase64Encoded"))
    several = _object(result.get("multiValueHeaders"), "multiValueHeaders")
    for name, values in several.items():
        if not isinstance(values, list):
            raise malformed(f"the values of the header {name} are no list")
        answer.headers += [_named(name, value) for value in values]
    for name, value in _object(result.get("headers"), "headers").items():
        if name.lower() not in {known.lower() for known in several}:
            answer.headers.append(_named(name, value))
    for cookie in _list(result.get("cookies")):
        answer.headers.append(_named("set-cookie", cookie))
    answer.headers = [header for header in answer.headers if header[0].lower() not in {*HOP_BY_HOP, "content-length"}]
    if not answer.has("content-type"):
        answer.headers.append(("content-type", _DEFAULT_TYPE))
    return answer


def _body(body: Any, encoded: Any) -> bytes:
    if body is None:
        return b""
    if not isinstance(body, str):
        raise malformed("the body is no string")
    if encoded is not True:
        return body.encode(errors="replace")
    try:
        return base64.b64decode(body, validate=True)
    except binascii.Error as error:
        raise malformed("the body is not base64, but isBase64Encoded says that it is") from error


def _object(value: Any, name: str) -> dict[str, Any]:
    if value is not None and not isinstance(value, dict):
        raise malformed(f"{name} is no object")
    return value or {}


def _list(value: Any) -> list[Any]:
    if value is not None and not isinstance(value, list):
        raise malformed("cookies is no list")
    return value or []


def _named(name: str, value: Any) -> tuple[str, str]:
    return name, header_text(name, value)
