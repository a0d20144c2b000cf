"""Times as the pages show them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from localdev.console.shown import day, day_in_short, duration, tick


def test_a_time_of_today_is_shown_without_its_date() -> None:
    now = datetime.now(UTC)

    assert day(now).endswith(f" {day_in_short(now)}")


def test_a_time_of_another_day_is_shown_with_its_date() -> None:
    then = datetime.now(UTC) - timedelta(days=2)

    assert day_in_short(then) == day(then)


def test_a_short_axis_has_decimals_where_they_say_something() -> None:
    span = timedelta(milliseconds=3)

    ticks = [tick(span * quarter / 4, span) for quarter in range(5)]

    assert ticks == ["0 ms", "0.8 ms", "1.5 ms", "2.2 ms", "3 ms"]


def test_a_long_axis_has_whole_milliseconds() -> None:
    span = timedelta(milliseconds=31)

    assert tick(span / 4, span) == "8 ms"


def test_an_axis_begins_with_nothing_and_not_with_less_than_a_millisecond() -> None:
    span = timedelta(seconds=8)

    assert tick(timedelta(), span) == "0 ms"
    assert duration(timedelta()) == "< 1 ms"
