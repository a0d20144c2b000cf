"""Times and names as the pages show them."""

from __future__ import annotations

import time
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from localdev.console import shown
from localdev.console.shown import day_in_short, duration, in_parts, tick, today

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(params=["UTC", "America/St_Johns", "Pacific/Kiritimati"])
def zone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[ZoneInfo]:
    """Let this machine be in a zone."""
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    yield ZoneInfo(request.param)
    monkeypatch.undo()
    time.tzset()


def test_a_time_of_today_is_shown_without_its_date(zone: ZoneInfo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shown, "today", lambda: date(2028, 2, 29))

    assert day_in_short(datetime(2028, 2, 29, 0, 0, 0, tzinfo=zone)) == "00:00:00"
    assert day_in_short(datetime(2028, 2, 29, 23, 59, 59, tzinfo=zone)) == "23:59:59"


def test_a_time_of_another_day_is_shown_with_its_date(zone: ZoneInfo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shown, "today", lambda: date(2028, 2, 29))

    assert day_in_short(datetime(2028, 2, 28, 23, 59, 59, tzinfo=zone)) == "2028-02-28 23:59:59"
    assert day_in_short(datetime(2028, 3, 1, 0, 0, 0, tzinfo=zone)) == "2028-03-01 00:00:00"


def test_today_is_the_date_of_this_machines_zone(zone: ZoneInfo) -> None:
    before, found, after = datetime.now(zone).date(), today(), datetime.now(zone).date()

    assert found in {before, after}


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


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("States.DataLimitExceeded", "States.<wbr>Data<wbr>Limit<wbr>Exceeded"),
        ("card_declined", "card_declined"),
        ("HTTPError", "HTTPError"),
        ("<b>Bold", "&lt;b&gt;Bold"),
    ],
)
def test_a_name_may_go_on_in_the_next_line_after_a_dot_or_before_a_word_of_it(name: str, parts: str) -> None:
    assert in_parts(name) == parts
