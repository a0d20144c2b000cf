"""Mocks written from a history."""

from __future__ import annotations

from typing import Any

from localdev.executions.events import read_events
from localdev.executions.replay import read_history
from localdev.testing.recording import recorded


def history(*events: tuple[str, dict[str, Any]]) -> Any:
    """Return a history of a task named Bake, with events of its attempts."""
    entered = ("TaskStateEntered", {"stateEnteredEventDetails": {"name": "Bake", "input": "{}"}})
    every = [("ExecutionStarted", {"executionStartedEventDetails": {"input": "{}"}}), entered, *events]
    documents = [
        {"id": number, "previousEventId": number - 1, "type": kind, "timestamp": "2026-01-01T00:00:00Z", **details}
        for number, (kind, details) in enumerate(every, 1)
    ]
    return read_history(read_events(documents))


SCHEDULED = ("TaskScheduled", {"taskScheduledEventDetails": {"resource": "invoke", "resourceType": "lambda"}})
STARTED = ("TaskStarted", {"taskStartedEventDetails": {"resource": "invoke", "resourceType": "lambda"}})
BUSY = ("TaskFailed", {"taskFailedEventDetails": {"error": "Busy", "cause": "later"}})


def succeeded(output: str) -> tuple[str, dict[str, Any]]:
    return "TaskSucceeded", {"taskSucceededEventDetails": {"output": output}}


def test_each_attempt_is_an_answer() -> None:
    found = recorded(history(SCHEDULED, STARTED, BUSY, SCHEDULED, STARTED, succeeded('{"n": 1}')))
    assert found == "machine.mock('Bake').raises('Busy', 'later').then.returns({'n': 1})"


def test_the_last_answer_is_written_once() -> None:
    assert recorded(history(SCHEDULED, BUSY, SCHEDULED, BUSY)) == "machine.mock('Bake').raises('Busy', 'later')"


def test_metadata_of_the_request_is_left_out() -> None:
    output = '{"Payload": 1, "SdkHttpMetadata": {}, "SdkResponseMetadata": {}}'
    assert recorded(history(SCHEDULED, succeeded(output))) == "machine.mock('Bake').returns({'Payload': 1})"


def test_a_time_out_is_one() -> None:
    timed_out = ("TaskTimedOut", {"taskTimedOutEventDetails": {"error": "States.Timeout"}})
    assert recorded(history(SCHEDULED, timed_out)) == "machine.mock('Bake').raises('States.Timeout')"


def test_an_execution_without_tasks_has_nothing_to_record() -> None:
    assert recorded(history()) == ""
