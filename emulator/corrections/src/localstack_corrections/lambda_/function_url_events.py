"""The event of a request to a function's own URL.

LocalStack sends text that is not ASCII as base64, cookies among the headers only, and neither the sender's address nor
a trace. https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html
"""

from __future__ import annotations

import base64
from typing import Any

from localstack.utils.xray.trace_header import TraceHeader

TRACE_HEADER = "x-amzn-trace-id"
_TEXT = ("text", "json", "xml")
"""What the content type of a text has in it, for LocalStack."""


def complete(event: dict[str, Any], sender: str) -> None:
    """Add what AWS's event has and LocalStack's has not."""
    headers = event["headers"]
    event["requestContext"]["http"]["sourceIp"] = headers["x-forwarded-for"] = sender
    if event["isBase64Encoded"] and any(kind in headers.get("content-type", "").lower() for kind in _TEXT):
        _keep_text(event)
    if cookies := [cookie.strip() for cookie in headers.get("cookie", "").split(";") if cookie.strip()]:
        event["cookies"] = cookies
    if not TraceHeader.from_header_str(headers.get(TRACE_HEADER)).root:
        headers[TRACE_HEADER] = TraceHeader().ensure_root_exists().to_header_str()


def _keep_text(event: dict[str, Any]) -> None:
    try:
        text = base64.b64decode(event["body"]).decode()
    except ValueError:
        return
    event["body"], event["isBase64Encoded"] = text, False
