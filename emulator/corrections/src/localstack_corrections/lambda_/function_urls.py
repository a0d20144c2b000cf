"""Requests to a function's own URL: the event that describes them, and their answers."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, Any

from localstack_corrections.correction import Correction
from localstack_corrections.lambda_.function_url_paths import serve_below_the_endpoint
from localstack_corrections.lambda_.refused_events import NO_CONTEXT

if TYPE_CHECKING:
    from types import ModuleType


@dataclass(frozen=True)
class _Answer:
    """Stand in for an invocation's result, of which LocalStack's router makes a response."""

    response: Any
    is_error: bool = False


def _answer_as_aws(module: ModuleType) -> None:
    service = module.LambdaService
    invoke = service.invoke

    @wraps(invoke)
    def invoke_or_answer(self: Any, *arguments: Any, **options: Any) -> Any:
        # the router is the only one that names no trace
        if options.get("client_context") != NO_CONTEXT or "trace_context" in options:
            return invoke(self, *arguments, **options)
        from localstack.aws.api import ServiceException
        from localstack.utils.xray.trace_header import TraceHeader

        from localstack_corrections.lambda_ import function_url_answers as answers
        from localstack_corrections.lambda_.function_url_events import TRACE_HEADER

        trace = json.loads(options["payload"])["headers"][TRACE_HEADER]
        context = {"aws_trace_header": TraceHeader.from_header_str(trace)}
        try:
            result = invoke(self, *arguments, **options, trace_context=context)
        except ServiceException as error:
            response = answers.refusal(error)
        else:
            response = answers.answer(result, _streamed[0])
        response.headers["x-amzn-requestid"] = options["request_id"]
        response.headers[TRACE_HEADER] = context["aws_trace_header"].ensure_sampled_exists(0).to_header_str()
        return _Answer(response)

    service.invoke = invoke_or_answer


_streamed: list[Any] = []
"""LocalStack's own way from a result to a response."""


def _describe_as_aws(module: ModuleType) -> None:
    _streamed.append(module.lambda_result_to_response)
    event_for = module.event_for_lambda_url

    @wraps(event_for)
    def event_for_lambda_url(api_id: str, request: Any) -> dict[str, Any]:
        from localstack_corrections.lambda_.function_url_events import complete

        event: dict[str, Any] = event_for(api_id, request)
        complete(event, request.remote_addr or "")
        return event

    module.event_for_lambda_url = event_for_lambda_url  # type: ignore[attr-defined]
    module.lambda_result_to_response = lambda answered: answered.response  # type: ignore[attr-defined]
    serve_below_the_endpoint(module)


FUNCTION_URLS = Correction(
    "function-urls",
    "Answers 500 to what a function's URL cannot send, drops cookies, encodes text as base64, and makes up the trace.",
    "Answers 502 to a malformed result, hands on cookies, text, sender and trace, and takes a result for the body.",
    "https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html",
    {
        "localstack.services.lambda_.invocation.lambda_service": _answer_as_aws,
        "localstack.services.lambda_.urlrouter": _describe_as_aws,
    },
)
