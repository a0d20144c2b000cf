"""The trace an invocation belongs to."""

import json
import re

_HEADERS = ("X-Amzn-Trace-Id", "x-amzn-trace-id")
"""In an API's event, and in one of a function's URL."""
_ROOT = re.compile(r"Root=([^;]+)")


def trace_id(given: str, event: str) -> str:
    """The trace header of an invocation, whose ``Root`` is that of the API request the event describes, if it is one.

    LocalStack's API Gateway, and its function URLs, name the caller's trace in the event only, and not to Lambda.
    """
    header = next((name for name in _HEADERS if f'"{name}"' in event), None)
    if not header or '"apiId"' not in event:
        return given
    try:
        headers = json.loads(event)["headers"]
        root = _ROOT.search(headers[header])
    except (ValueError, KeyError, TypeError):
        return given
    return _ROOT.sub(root[0], given) if root else given
