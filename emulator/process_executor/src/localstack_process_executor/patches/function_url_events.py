"""The event of a request to a function's own URL, put right at run time for LocalStack 4.14.0.

Text that is not ASCII came as base64, cookies among the headers only, and neither the sender's address nor a trace.
https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html
"""

import base64
from functools import wraps
from typing import Any

from localstack.http import Request
from localstack.services.lambda_ import urlrouter
from localstack.utils.xray.trace_header import TraceHeader

TRACE_HEADER = "x-amzn-trace-id"
_TEXT = ("text", "json", "xml")
"""What the content type of a text has in it, for LocalStack."""


def describe_requests_as_aws() -> None:
    """Describe a request to a function's URL in its event as AWS does."""
    event_for = urlrouter.event_for_lambda_url

    @wraps(event_for)
    def event_for_lambda_url(api_id: str, request: Request) -> dict[str, Any]:
        event: dict[str, Any] = event_for(api_id, request)
        headers = event["headers"]
        _name_the_sender(event, request.remote_addr or "")
        if event["isBase64Encoded"] and any(kind in headers.get("content-type", "").lower() for kind in _TEXT):
            _keep_text(event)
        if cookies := [cookie.strip() for cookie in headers.get("cookie", "").split(";") if cookie.strip()]:
            event["cookies"] = cookies
        if not TraceHeader.from_header_str(headers.get(TRACE_HEADER)).root:
            headers[TRACE_HEADER] = TraceHeader().ensure_root_exists().to_header_str()
        return event

    urlrouter.event_for_lambda_url = event_for_lambda_url


def _name_the_sender(event: dict[str, Any], address: str) -> None:
    event["requestContext"]["http"]["sourceIp"] = event["headers"]["x-forwarded-for"] = address


def _keep_text(event: dict[str, Any]) -> None:
    try:
        text = base64.b64decode(event["body"]).decode()
    except ValueError:
        return
    event["body"], event["isBase64Encoded"] = text, False
