"""Events, those of an attempt together."""

from __future__ import annotations

from localdev.console.event_groups import grouped, is_failure
from tests.unit.executions.conftest import recording
from tests.unit.executions.made_up import Writer


def test_the_events_of_an_attempt_are_one_group() -> None:
    history = recording("task_retried").history

    groups = [group for group in grouped(history, history.events) if group.attempt is not None]

    assert [group.attempt for group in groups] == [1, 2, 3]
    assert [group.has_failed for group in groups] == [True, True, False]
    assert groups[0].title.startswith("scheduled")


def test_an_attempt_that_timed_out_is_said_in_words() -> None:
    history = Writer()
    history.write("ExecutionStarted", input="{}")
    history.write("TaskStateEntered", name="Import", input="{}")
    history.write("TaskScheduled", resourceType="lambda", resource="invoke")
    history.write("TaskTimedOut", error="States.Timeout")
    read = history.history()

    titles = [group.title for group in grouped(read, read.events) if group.attempt is not None]

    assert titles == ["scheduled, timed out"]


def test_no_event_is_lost_or_doubled_by_grouping() -> None:
    history = recording("map").history

    ids = [row.id for group in grouped(history, history.events) for row in group.rows]

    assert sorted(ids) == [event.id for event in history.events]


def test_what_failed_is_distinguished_from_what_did_not() -> None:
    history = recording("task_retries_run_out").history

    failures = {event.type for event in history.events if is_failure(event)}

    assert "ExecutionFailed" in failures
    assert not any(kind.endswith(("Entered", "Started", "Scheduled")) for kind in failures)
