"""The lines of an execution log.

https://docs.aws.amazon.com/apigateway/latest/developerguide/view-cloudwatch-log-events-in-cloudwatch-console.html and
https://repost.aws/knowledge-center/api-gateway-logs
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from localstack_corrections.apigateway.measured import measured_of

if TYPE_CHECKING:
    from collections.abc import Iterator

_LONGEST = 1024
"""Bytes that a line has of a body."""


def lines(context: Any, response: Any, *, with_data: bool) -> Iterator[str]:
    """Yield the steps of an invocation, with headers and bodies where the stage traces data."""
    known, request = context.context_variables, context.invocation_request
    yield f"Extended Request Id: {known['extendedRequestId']}"
    yield from _authorizer_lines(context)
    yield from _usage_plan_lines(context)
    yield f"Starting execution for request: {known['requestId']}"
    yield f"HTTP Method: {request['http_method']}, Resource Path: {context.resource['path']}"
    yield f"Method request path: {_map(request.get('path_parameters'))}"
    yield f"Method request query string: {_map(request['query_string_parameters'])}"
    if with_data:
        yield f"Method request headers: {_headers(request['headers'])}"
        yield f"Method request body before transformations: {_text(request['body'])}"
    yield from _integration_lines(context, with_data=with_data)
    answered = context.invocation_response
    if with_data and answered:
        yield f"Method response body after transformations: {_text(answered['body'])}"
        yield f"Method response headers: {_headers(response.headers)}"
    error = (known.get("error") or {}).get("message")
    yield "Successfully completed execution" if answered else f"Execution failed due to configuration error: {error}"
    yield f"Method completed with status: {response.status_code}"


def _authorizer_lines(context: Any) -> Iterator[str]:
    status = measured_of(context).get("authorizer.status")
    if status is None:
        return
    request_id = context.context_variables["requestId"]
    yield f"Starting authorizer: {context.resource_method.get('authorizerId')} for request: {request_id}"
    authorized = status == 200 and context.context_variables.get("authorizer")
    yield "Successfully completed authorizer execution" if authorized else f"Unauthorized request: {request_id}"


def _usage_plan_lines(context: Any) -> Iterator[str]:
    key, stage = context.context_variables["identity"].get("apiKey"), f"{context.api_id}/{context.stage}"
    shown = f"******{key[-6:]}" if key else ""
    yield (
        f"Verifying Usage Plan for request: {context.context_variables['requestId']}. "
        f"API Key: {shown} API Stage: {stage}"
    )
    if not context.resource_method.get("apiKeyRequired"):
        method = f"{context.invocation_request['http_method']} {context.resource['path']}"
        yield (
            f"API Key {shown} authorized because method '{method}' does not require API Key. "
            "Request will not contribute to throttle or quota limits"
        )
    if context.integration_request:
        yield f"Usage Plan check succeeded for API Key {shown} and API Stage {stage}"


def _integration_lines(context: Any, *, with_data: bool) -> Iterator[str]:
    """Yield the request to the integration and its response; a mock has neither."""
    sent, answered = context.integration_request, context.endpoint_response
    if not sent or context.integration["type"] == "MOCK":
        return
    if with_data:
        yield f"Endpoint request URI: {sent['uri']}"
        yield f"Endpoint request headers: {_headers(sent['headers'])}"
        yield f"Endpoint request body after transformations: {_text(sent['body'])}"
    yield f"Sending request to {sent['uri']}"
    if not answered:
        return
    latency = measured_of(context).get("integrationLatency", 0)
    yield f"Received response. Status: {answered['status_code']}, Integration latency: {latency} ms"
    if with_data:
        yield f"Endpoint response headers: {_headers(answered['headers'])}"
        yield f"Endpoint response body before transformations: {_text(answered['body'])}"


def _map(values: Any) -> str:
    return f"{{{', '.join(f'{name}={value}' for name, value in dict(values or {}).items())}}}"


def _headers(headers: Any) -> str:
    return _map({name: ",".join(headers.getlist(name)) for name in headers.keys()})  # noqa: SIM118 - pairs else


def _text(body: bytes | str | None) -> str:
    text = body.decode(errors="replace") if isinstance(body, bytes) else body or ""
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]} [TRUNCATED]"
