"""Test how far back a log group is read for Express executions."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, cast

from localdev.executions.express import LoggedLines, newest_lines

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from mypy_boto3_logs import CloudWatchLogsClient

OLDEST = datetime.now(UTC) - timedelta(days=365)


@dataclass
class Group:
    """A log group with a line at each of the given ages, the newest first; its pages have 100 lines."""

    ages: list[timedelta]
    given: int = 0
    """How many lines were handed out."""
    asked: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        # a line's time does not change while the group is read
        now = datetime.now(UTC)
        self._times = [int((now - age).timestamp() * 1000) for age in reversed(self.ages)]

    def get_paginator(self, operation: str) -> Group:
        assert operation == "filter_log_events"
        return self

    def paginate(self, **wanted: Any) -> Iterator[dict[str, Any]]:
        self.asked.append(wanted)
        first = bisect_left(self._times, wanted["startTime"])
        end = bisect_right(self._times, wanted.get("endTime", float("inf")))
        for begin in range(first, end, 100):
            numbers = range(begin, min(begin + 100, end))
            self.given += len(numbers)
            yield {"events": [{"message": str(len(self.ages) - 1 - number)} for number in numbers]}

    def read(self, *, most: int = 1000, is_enough: Callable[[Sequence[str]], bool] = lambda _: False) -> LoggedLines:
        client = cast("CloudWatchLogsClient", self)
        return newest_lines(client, "group", oldest=OLDEST, most=most, pattern='"a"', is_enough=is_enough)


def test_a_group_of_few_lines_is_read_whole_each_line_once() -> None:
    group = Group([timedelta(days=day, seconds=30) for day in range(300)])

    lines = group.read()

    assert lines == LoggedLines(tuple(str(day) for day in reversed(range(300))), None)
    assert group.given == 300


def test_of_a_group_of_many_lines_the_newest_are_read_and_how_far_back_is_shown() -> None:
    group = Group([timedelta(minutes=minute, seconds=30) for minute in range(100_000)])

    lines = group.read()

    assert 0 < len(lines.messages) <= 1000
    assert list(lines.messages) == [str(minute) for minute in reversed(range(len(lines.messages)))]
    assert lines.since is not None
    age = datetime.now(UTC) - lines.since
    assert abs(age - timedelta(minutes=len(lines.messages))) < timedelta(minutes=2)
    assert group.given < 20_000


def test_a_burst_long_ago_is_found_and_its_newest_part_read() -> None:
    burst = timedelta(days=40)
    group = Group([burst + timedelta(seconds=second) for second in range(5000)])

    lines = group.read()

    assert lines.messages
    assert list(lines.messages) == [str(second) for second in reversed(range(len(lines.messages)))]
    assert lines.since is not None
    assert group.given < 50_000


def test_reading_ends_where_there_is_enough() -> None:
    group = Group([timedelta(hours=hour, seconds=30) for hour in range(1000)])

    lines = group.read(is_enough=lambda messages: len(messages) >= 5)

    assert 5 <= len(lines.messages) < 50
    assert lines.messages[-1] == "0"
    assert lines.since is not None


def test_the_engine_is_shown_what_is_looked_for() -> None:
    group = Group([])
    group.read()

    assert {asked["filterPattern"] for asked in group.asked} == {'"a"'}
