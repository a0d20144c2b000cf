"""The trace an invocation belongs to."""

import json
import re
import zlib

_HEADERS = ("X-Amzn-Trace-Id", "x-amzn-trace-id")
"""In an API's event, and in one of a function's URL."""
_VISIT = re.compile(r"[0-9a-f]{8}:[0-9]{1,5}")
_ROOT = re.compile(r"Root=([^;]+)")


def lineage(upstream: str | None, function_arn: str) -> str:
    """The functions a trace has run through, this one included, and how often it has come back to each.

    AWS names each by eight hexadecimal digits of its own: ``1:e547cb94:0|0acafaef:0``, where 1 is the form's version.
    """
    name = f"{zlib.crc32(function_arn.encode()):08x}"
    version, _, given = (upstream or "1:").partition(":")
    visits = [visit for visit in given.split("|") if visit]
    if version != "1" or not all(_VISIT.fullmatch(visit) for visit in visits):
        visits = []
    before = {found: int(count) for found, _, count in (visit.partition(":") for visit in visits)}
    before[name] = before.get(name, -1) + 1
    return "1:" + "|".join(f"{found}:{count}" for found, count in before.items())


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
