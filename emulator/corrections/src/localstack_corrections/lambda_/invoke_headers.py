"""The headers of an answer to ``Invoke``."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from localstack_corrections.correction import Correction

if TYPE_CHECKING:
    from types import ModuleType

_OPERATION = "Invoke"


def _send_aws_headers(_module: ModuleType) -> None:
    from localstack.aws.handlers import run_custom_response_handlers

    run_custom_response_handlers.append(_complete)


def _complete(_chain: Any, context: Any, response: Any) -> None:
    """Give an answer to ``Invoke`` its content type and its trace; leave any other as it is, and errors, too."""
    operation = context.operation
    if not operation or operation.name != _OPERATION or context.service.service_name != "lambda":
        return
    if not HTTPStatus(response.status_code).is_success:
        return
    headers = response.headers
    if response.status_code == HTTPStatus.OK:
        headers["Content-Type"] = "application/json"
    else:
        headers.pop("Content-Type", None)
    headers["x-amzn-Remapped-Content-Length"] = "0"
    if trace := context.trace_context.get("aws_trace_header"):
        headers["X-Amzn-Trace-Id"] = _trace_text(trace)


def _trace_text(trace: Any) -> str:
    from localstack.utils.xray.trace_header import TraceHeader

    if isinstance(trace, str):
        # of an invocation that waits for its turn, which is where it has been written down
        trace = TraceHeader.from_header_str(trace)
    return str(trace.ensure_parent_exists().ensure_sampled_exists(0).to_header_str())


INVOKE_HEADERS = Correction(
    "invoke-headers",
    "Sends a function's result as plain text, a content type where there is no content, and no trace.",
    "Sends a function's result as JSON, no content type without content, and the trace.",
    "https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html#API_Invoke_ResponseElements",
    {"localstack.services.lambda_.provider": _send_aws_headers},
)
