"""The trace an invocation belongs to."""

import json
import re
import zlib
from dataclasses import dataclass

_HEADERS = ("X-Amzn-Trace-Id", "x-amzn-trace-id")
"""In an API's event, and in one of a function's URL."""
_VISIT = re.compile(r"[0-9a-f]{8}:[0-9]{1,5}")
_ROOT = re.compile(r"Root=([^;]+)")


@dataclass(frozen=True)
class Segment:
    """What a sampled invocation is in its trace."""

    id: str
    root: str
    header: str
    """Of its trace, without what is no part of it."""


def segment(header: str, request_id: str) -> Segment | None:
    """That of an invocation; ``None`` where its trace is not sampled. There is no X-Ray that could have named it."""
    fields = dict(field.partition("=")[::2] for field in header.split(";"))
    if fields.get("Sampled") != "1" or "Root" not in fields:
        return None
    kept = ";".join(f"{name}={fields[name]}" for name in ("Root", "Parent", "Sampled") if name in fields)
    return Segment(request_id.replace("-", "")[:16], fields["Root"], kept)


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
