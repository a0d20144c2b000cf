"""The headers of an answer to ``Invoke``, as AWS sends them: put right at run time for LocalStack 4.14.0.

What a function returns was sent as plain text, and what was only queued with a content type although it has no content.
"""

from http import HTTPStatus
from typing import Any

from localstack.aws.handlers import run_custom_response_handlers
from localstack.utils.xray.trace_header import TraceHeader

_OPERATION = "Invoke"


def send_aws_headers() -> None:
    """Send the headers of an answer to ``Invoke`` as AWS sends them."""
    run_custom_response_handlers.append(complete)


def complete(_chain: Any, context: Any, response: Any) -> None:
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
        if isinstance(trace, str):
            # of an invocation that waits for its turn, which is where it has been written down
            trace = TraceHeader.from_header_str(trace)
        headers["X-Amzn-Trace-Id"] = trace.ensure_parent_exists().ensure_sampled_exists(0).to_header_str()
