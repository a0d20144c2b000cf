"""Whose lines are whose in a function's log group.

A function's environments write to a stream each, one invocation after the other, between a line that starts it and one
that reports on it: plain text or JSON, as the function's logging format says.
https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-logformat.html
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from localdev.executions.text import json_object

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from localdev.executions.history import Attempt

_PLATFORM: Final = re.compile(r"(?P<what>START|END|REPORT) RequestId: (?P<id>[0-9a-fA-F-]{36})")
_MS: Final = 1000
_ROUNDING: Final = timedelta(milliseconds=2)
"""Log lines are dated to the millisecond."""
_SLACK: Final = timedelta(milliseconds=100)
"""How far the clocks of an engine and of its functions may be apart."""


@dataclass(frozen=True)
class LogLine:
    """One event of a log stream."""

    at: datetime
    stream: str
    message: str


@dataclass(frozen=True)
class Invocation:
    """One invocation's lines; ``ended`` is ``None`` where its report is not among them."""

    request_id: str
    started: datetime
    ended: datetime | None
    lines: tuple[LogLine, ...]


def log_line(event: Mapping[str, object]) -> LogLine:
    """Return a line as ``FilterLogEvents`` gives it."""
    timestamp = event.get("timestamp")
    at = datetime.fromtimestamp((timestamp if isinstance(timestamp, int | float) else 0) / _MS, UTC)
    return LogLine(at, str(event.get("logStreamName", "")), str(event.get("message", "")).rstrip("\n"))


def invocations(lines: Iterable[LogLine]) -> list[Invocation]:
    """Return the invocations in a function's log, in the order in which they started.

    What a stream says before its first invocation, such as its initialisation, belongs to that one. A line need not be
    JSON nor name an invocation: it belongs to the one that its stream is in.
    """
    found: dict[str, Invocation] = {}
    current: dict[str, str] = {}
    before: dict[str, list[LogLine]] = {}
    for line in lines:
        what, named = _said(line.message)
        request_id = named or current.get(line.stream)
        if request_id is None:
            before.setdefault(line.stream, []).append(line)
            continue
        current[line.stream] = request_id
        invocation = found.get(request_id) or Invocation(request_id, line.at, None, ())
        if what == "start":
            invocation = replace(invocation, started=line.at)
        if what == "report":
            invocation = replace(invocation, ended=line.at)
        found[request_id] = replace(invocation, lines=(*invocation.lines, *before.pop(line.stream, []), line))
    return sorted(found.values(), key=lambda invocation: invocation.started)


def _said(message: str) -> tuple[str | None, str | None]:
    """Return what a line of the platform says, and the request id that a line of whomever names."""
    platform = _PLATFORM.match(message)
    if platform:
        return platform["what"].lower(), platform["id"]
    document = json_object(message)
    record = document.get("record")
    kind = document.get("type")
    if isinstance(record, dict) and isinstance(kind, str) and kind.startswith("platform."):
        return kind.removeprefix("platform."), _text(record.get("requestId"))
    return None, _text(document.get("requestId") or document.get("AWSRequestId"))


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def invocations_of(attempt: Attempt, found: Sequence[Invocation], others: Collection[str] = ()) -> list[Invocation]:
    """Return those that may be the attempt's: one, unless others started meanwhile and the history names none.

    An invocation starts after Step Functions has scheduled it and before it hears that it has ended. ``others`` are the
    request ids of what is known to be another attempt's.
    """
    if attempt.request_id is not None:
        return [invocation for invocation in found if invocation.request_id == attempt.request_id]
    possible = [invocation for invocation in found if invocation.request_id not in others]
    for slack in (_ROUNDING, _SLACK):
        within = [invocation for invocation in possible if _started_within(invocation, attempt, slack)]
        if within:
            return within
    return []


def _started_within(invocation: Invocation, attempt: Attempt, slack: timedelta) -> bool:
    if invocation.started < attempt.at - slack:
        return False
    return attempt.ended is None or invocation.started <= attempt.ended + slack
