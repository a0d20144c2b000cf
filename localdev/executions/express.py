"""Read Express executions, which have no history, from a machine's log group, the newest lines first.

A log group may hold years of lines, and its API gives the oldest first. So it is asked about times ever further back,
and of a time with too many lines about the newest part, until there is enough.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from mypy_boto3_logs import CloudWatchLogsClient
    from mypy_boto3_logs.type_defs import FilterLogEventsRequestPaginateTypeDef

MOST_LINES: Final = 5_000
_FIRST_SPAN: Final = timedelta(minutes=10)
_SHORTEST_SPAN: Final = timedelta(seconds=1)
_FACTOR: Final = 8
_MOST_READS: Final = 40
_MS: Final = 1000


@dataclass(frozen=True)
class LoggedLines:
    """Lines of a log group, the oldest first."""

    messages: tuple[str, ...]
    since: datetime | None
    """What is older was not read; ``None`` where everything was."""


def newest_lines(
    logs: CloudWatchLogsClient,
    group: str,
    *,
    oldest: datetime,
    most: int = MOST_LINES,
    pattern: str | None = None,
    is_enough: Callable[[Sequence[str]], bool] = lambda _: False,
) -> LoggedLines:
    """Return the newest lines of a log group: at most ``most``, none older than ``oldest``, until there are enough."""
    found: list[str] = []
    now = datetime.now(UTC)
    reach: datetime | None = None
    span = _FIRST_SPAN
    for _ in range(_MOST_READS):
        begin = max((reach or now) - span, oldest)
        lines = _lines(logs, group, begin, reach, most - len(found), pattern)
        if lines is None and span > _SHORTEST_SPAN:
            span /= _FACTOR
            continue
        if lines is None:
            break
        found, reach = [*lines, *found], begin
        if begin <= oldest or is_enough(found):
            break
        span *= _FACTOR
    return LoggedLines(tuple(found), None if reach is not None and reach <= oldest else reach or now)


def _lines(
    logs: CloudWatchLogsClient, group: str, begin: datetime, end: datetime | None, most: int, pattern: str | None
) -> list[str] | None:
    """Return the lines of a time; ``None`` where there are more than ``most``."""
    wanted: FilterLogEventsRequestPaginateTypeDef = {"logGroupName": group, "startTime": _ms(begin)}
    if end is not None:
        wanted["endTime"] = _ms(end) - 1
    if pattern is not None:
        wanted["filterPattern"] = pattern
    found: list[str] = []
    for page in logs.get_paginator("filter_log_events").paginate(**wanted):
        found += [event["message"] for event in page["events"]]
        if len(found) > most:
            return None
    return found


def _ms(moment: datetime) -> int:
    return int(moment.timestamp() * _MS)
