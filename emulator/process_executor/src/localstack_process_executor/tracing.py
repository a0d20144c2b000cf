"""The trace an invocation belongs to."""

import json
import re

_HEADER = "X-Amzn-Trace-Id"
_ROOT = re.compile(r"Root=([^;]+)")


def trace_id(given: str, event: str) -> str:
    """The trace header of an invocation, whose ``Root`` is that of the API request the event describes, if it is one.

    LocalStack's API Gateway names the caller's trace in the event only, and not to Lambda.
    """
    if f'"{_HEADER}"' not in event or '"apiId"' not in event:
        return given
    try:
        headers = json.loads(event)["headers"]
        root = _ROOT.search(headers[_HEADER])
    except (ValueError, KeyError, TypeError):
        return given
    return _ROOT.sub(root[0], given) if root else given
