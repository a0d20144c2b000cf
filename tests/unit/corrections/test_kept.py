"""Test what is kept of executions and log events, and what makes way."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from localstack_corrections.logs.kept_events import Events, Group
from localstack_corrections.settings import positive
from localstack_corrections.stepfunctions.kept_executions import KEPT, KeptExecutions


def execution(name: str, *, days_ago: float = 0) -> Any:
    stop_date = datetime.now(UTC) - timedelta(days=days_ago)
    return SimpleNamespace(exec_arn=name, account_id="a", region_name="r", stop_date=stop_date)


def test_the_oldest_executions_make_way_for_new_ones() -> None:
    forgotten: list[str] = []
    kept = KeptExecutions(2, lambda each: forgotten.append(each.exec_arn))

    for name in ("1", "2", "3", "4"):
        kept.add(execution(name))

    assert forgotten == ["1", "2"]


def test_an_execution_is_forgotten_90_days_after_its_end() -> None:
    forgotten: list[str] = []
    kept = KeptExecutions(100, lambda each: forgotten.append(each.exec_arn))

    kept.add(execution("old", days_ago=KEPT.days - 0.001))
    assert forgotten == []
    kept.add(execution("older", days_ago=KEPT.days + 1))
    kept.add(execution("new"))

    assert forgotten == []  # it waits behind one that is younger
    kept = KeptExecutions(100, lambda each: forgotten.append(each.exec_arn))
    kept.add(execution("older", days_ago=KEPT.days + 1))
    assert forgotten == ["older"]


def test_an_execution_that_was_redriven_is_not_forgotten_for_its_first_end() -> None:
    forgotten: list[str] = []
    kept = KeptExecutions(1, lambda each: forgotten.append(each.exec_arn))
    redriven = execution("redriven")
    kept.add(redriven)
    redriven.stop_date = None

    kept.add(execution("other"))

    assert forgotten == []


def log_group(most: int, most_characters: int = 1000) -> Any:
    return SimpleNamespace(counted=Group(most, most_characters), streams={})


def write(group: Any, stream: str, ids: range) -> None:
    if stream not in group.streams:
        group.streams[stream] = SimpleNamespace(events=Events(group))
    group.streams[stream].events += [SimpleNamespace(event_id=number, message="x" * 10) for number in ids]


def test_a_log_group_keeps_its_newest_events_and_no_emptied_stream() -> None:
    group = log_group(20)
    write(group, "first", range(10))
    write(group, "second", range(10, 20))
    assert sum(len(stream.events) for stream in group.streams.values()) == 20

    write(group, "third", range(20, 35))

    kept = {name: [event.event_id for event in stream.events] for name, stream in group.streams.items()}
    assert kept == {"second": [15, 16, 17, 18, 19], "third": [*range(20, 35)]}


def test_a_log_group_keeps_as_many_events_as_its_size_allows() -> None:
    group = log_group(1000, most_characters=200)
    write(group, "first", range(10))

    write(group, "second", range(10, 30))

    kept = {name: [event.event_id for event in stream.events] for name, stream in group.streams.items()}
    assert kept == {"second": [*range(10, 30)]}


def test_an_event_that_is_longer_than_all_that_is_kept_stays_alone() -> None:
    group = log_group(1000, most_characters=5)

    write(group, "first", range(10))

    assert [event.event_id for event in group.streams["first"].events] == [9]


def test_a_log_group_within_its_bound_keeps_everything() -> None:
    group = log_group(20)
    for number in range(22):
        write(group, "only", range(number, number + 1))

    assert len(group.streams["only"].events) == 22  # a tenth more, so that not every event has others removed


@pytest.mark.parametrize("text", ["0", "-1", "many", "1.5"])
def test_a_bound_that_is_no_number_is_named(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("SOME_BOUND", text)

    with pytest.raises(ValueError, match=rf"SOME_BOUND is '{text}'.*Hint: SOME_BOUND=7"):
        positive("SOME_BOUND", 7)
