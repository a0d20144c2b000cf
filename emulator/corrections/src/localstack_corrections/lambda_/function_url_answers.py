"""The answer of a function's own URL.

LocalStack answers 500 to a malformed result and to an invocation that Lambda refuses, takes what has no status code for
a response all the same, drops cookies, and makes up the trace.
https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html
"""

from __future__ import annotations

import base64
import json
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from localstack.http import Response

from localstack_corrections.apis.function_results import MalformedResultError, header_text, status_code

if TYPE_CHECKING:
    from collections.abc import Callable

    from localstack.aws.api import ServiceException
    from localstack.services.lambda_.invocation.lambda_models import InvocationResult


def answer(result: InvocationResult, streamed: Callable[[InvocationResult], Response]) -> Response:
    """Return the response to an invocation that took place.

    ``streamed`` is LocalStack's own way, for what is no JSON: a runtime may send a response as a stream, whatever the
    URL's mode.
    """
    if result.is_error:
        return _bad_gateway()
    try:
        try:
            value = json.loads(result.payload or b"")
        except ValueError:
            return streamed(result)
        return response_to(value)
    except (MalformedResultError, TypeError, ValueError, AttributeError):
        return _bad_gateway()


def response_to(value: Any) -> Response:
    """Return the response that a function has described; what has no status code is the body of one.

    :raises MalformedResultError: it has not the documented format.
    :raises ValueError: the body is no base64.
    """
    if isinstance(value, str):
        return _response(value.encode(errors="replace"))
    if not isinstance(value, dict) or "statusCode" not in value:
        return _response(_json(value))
    response = _response(_body(value), status_code(value["statusCode"]))
    headers, cookies = value.get("headers"), value.get("cookies")
    for name, given in headers.items() if isinstance(headers, dict) else ():
        values = given if isinstance(given, list) else [given]
        response.headers.setlist(name, [header_text(name, each) for each in values if each is not None])
    for cookie in cookies if isinstance(cookies, list) else ():
        response.headers.add("Set-Cookie", header_text("Set-Cookie", cookie))
    return response


def refusal(error: ServiceException) -> Response:
    """Return the response where Lambda does not invoke the function, e.g. since it has no concurrency left."""
    response = _response(_json({"message": error.message}), error.status_code)
    response.headers["x-amzn-ErrorType"] = error.code
    return response


def _body(value: dict[str, Any]) -> bytes:
    body = value.get("body")
    if body is None:
        return b""
    if isinstance(body, dict | list):
        return _json(body)
    if not isinstance(body, str):
        raise MalformedResultError("the body is neither text nor a document")
    return base64.b64decode(body) if value.get("isBase64Encoded") else body.encode(errors="replace")


def _response(body: bytes, status: int = HTTPStatus.OK) -> Response:
    return Response(body, status, {"Content-Type": "application/json", "Connection": "keep-alive"})


def _bad_gateway() -> Response:
    return Response("Internal Server Error", HTTPStatus.BAD_GATEWAY)


def _json(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode(errors="replace")
