"""Test when schedules come due."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from localstack_rehearsals.answers import MalformedError
from localstack_rehearsals.schedules import occurrences, unix_cron

BEGIN = datetime(2026, 1, 1, 6, 0, tzinfo=UTC)


def due(expression: str, hours: float, zone: str = "UTC") -> list[datetime]:
    return list(occurrences(expression, BEGIN, BEGIN + timedelta(hours=hours), zone))


def test_a_rate_counts_from_the_beginning() -> None:
    assert due("rate(90 minutes)", 3) == [BEGIN + timedelta(minutes=90), BEGIN + timedelta(minutes=180)]
    assert due("rate(1 day)", 23) == []


def test_a_moment_comes_once() -> None:
    assert due("at(2026-01-01T07:00:00)", 1) == [BEGIN + timedelta(hours=1)]
    assert due("at(2026-01-01T06:00:00)", 1) == []


def test_a_moment_is_of_its_time_zone() -> None:
    assert due("at(2026-01-01T08:00:00)", 1, "Europe/Berlin") == [BEGIN + timedelta(hours=1)]


@pytest.mark.parametrize("expression", ["", "every day", "rate(1 week)", "cron(0 20 * * ?)"])
def test_an_expression_that_is_none_is_refused(expression: str) -> None:
    with pytest.raises(MalformedError):
        due(expression, 1)


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        ("0 20 ? * 2-6 *", "0 20 ? * 1-5 *"),
        ("0 20 ? * 1,7 *", "0 20 ? * 0,6 *"),
        ("0 20 ? * MON-FRI *", "0 20 ? * MON-FRI *"),
        ("0/5 8 1 * ? 2026", "0/5 8 1 * ? 2026"),
    ],
)
def test_days_of_the_week_are_counted_from_sunday(fields: str, found: str) -> None:
    assert unix_cron(fields) == found
