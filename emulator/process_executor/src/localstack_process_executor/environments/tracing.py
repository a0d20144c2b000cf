"""The trace an invocation belongs to."""

import json
import re
from dataclasses import dataclass

_HEADERS = ("X-Amzn-Trace-Id", "x-amzn-trace-id")
"""In an API's event, and in one of a function's URL."""
_ROOT = re.compile(r"Root=([^;]+)")


@dataclass(frozen=True)
class Segment:
    """Segment of a sampled invocation in its trace."""

    id: str
    root: str
    header: str
    """Of its trace, without what is no part of it."""


def segment(header: str, request_id: str) -> Segment | None:
    """Return the segment of an invocation, made up since there is no X-Ray; ``None`` where it is not sampled."""
    fields = dict(field.partition("=")[::2] for field in header.split(";"))
    if fields.get("Sampled") != "1" or "Root" not in fields:
        return None
    kept = ";".join(f"{name}={fields[name]}" for name in ("Root", "Parent", "Sampled") if name in fields)
    return Segment(request_id.replace("-", "")[:16], fields["Root"], kept)


def trace_id(given: str, event: str) -> str:
    """Return the trace header of an invocation; an API request that the event describes gives its ``Root``.

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
