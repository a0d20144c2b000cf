"""The answer of a function's own URL, put right at run time for LocalStack 4.14.0.

A malformed result was an internal error of LocalStack's, and so was an invocation that Lambda refuses; what has no
status code was taken for a response all the same, cookies were dropped, and the trace was made up.
https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html
"""

import base64
import json
from dataclasses import dataclass
from functools import wraps
from http import HTTPStatus
from typing import Any

from localstack.aws.api import ServiceException
from localstack.http import Response
from localstack.services.lambda_ import urlrouter
from localstack.services.lambda_.invocation.lambda_models import InvocationResult
from localstack.services.lambda_.invocation.lambda_service import LambdaService
from localstack.utils.xray.trace_header import TraceHeader

from localstack_process_executor.patches.function_url_events import TRACE_HEADER
from localstack_process_executor.patches.proxy_results import MalformedResultError, header_text, status_code
from localstack_process_executor.patches.refusals import NO_CONTEXT

_streamed_response = urlrouter.lambda_result_to_response
"""LocalStack's own, for what is no JSON: a runtime may send a response as a stream, whatever the URL's mode."""


@dataclass(frozen=True)
class _Answer:
    """What LocalStack's router takes for the result of an invocation, to make a response of it."""

    response: Response
    is_error: bool = False


def answer_as_aws() -> None:
    """Answer a request to a function's URL as AWS does, errors and cookies included."""
    invoke = LambdaService.invoke

    @wraps(invoke)
    def invoke_or_answer(self: LambdaService, *arguments: Any, **options: Any) -> Any:
        # the router is the only one that names no trace
        if options.get("client_context") != NO_CONTEXT or "trace_context" in options:
            return invoke(self, *arguments, **options)
        trace = json.loads(options["payload"])["headers"][TRACE_HEADER]
        context = {"aws_trace_header": TraceHeader.from_header_str(trace)}
        try:
            response = answer(invoke(self, *arguments, **options, trace_context=context))
        except ServiceException as error:
            response = refusal(error)
        response.headers["x-amzn-requestid"] = options["request_id"]
        response.headers[TRACE_HEADER] = context["aws_trace_header"].ensure_sampled_exists(0).to_header_str()
        return _Answer(response)

    LambdaService.invoke = invoke_or_answer
    urlrouter.lambda_result_to_response = lambda answered: answered.response


def answer(result: InvocationResult) -> Response:
    """The response to an invocation that took place."""
    if result.is_error:
        return _bad_gateway()
    try:
        try:
            value = json.loads(result.payload or b"")
        except ValueError:
            return _streamed_response(result)
        return response_to(value)
    except (MalformedResultError, TypeError, ValueError, AttributeError):
        return _bad_gateway()


def response_to(value: Any) -> Response:
    """The response that a function has returned; what has no status code is the body of one.

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
    """The response where Lambda does not invoke the function, e.g. since it has no concurrency left."""
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
