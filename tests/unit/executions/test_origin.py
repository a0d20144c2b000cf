"""Test which state's error made an execution fail."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from localdev.executions.definition import read_definition
from localdev.executions.events import read_events
from localdev.executions.origin import origin_of
from localdev.executions.replay import read_history
from tests.unit.executions.conftest import recording

if TYPE_CHECKING:
    from localdev.executions.history import Visit

_MOMENT = "2026-01-01T00:00:00+00:00"
_CATCH = [{"ErrorEquals": ["States.ALL"], "Next": "Clean up"}]
_TASK = {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage"}
_FAIL = {"Type": "Fail", "Error": "Gave up"}


def _origin(states: dict[str, Any], *visits: tuple[str, str, bool]) -> Visit | None:
    """Return the origin of an execution of these visits: name, type, and whether the state failed and was caught."""
    events: list[dict[str, Any]] = []

    def write(kind: str, key: str | None = None, **details: object) -> None:
        number = len(events) + 1
        event = {"id": number, "previousEventId": number - 1, "type": kind, "timestamp": _MOMENT}
        events.append({**event, key: details} if key else event)

    write("ExecutionStarted", "executionStartedEventDetails", input="{}")
    for name, kind, is_caught in visits:
        write(f"{kind}StateEntered", "stateEnteredEventDetails", name=name, input="{}")
        if is_caught:
            write("TaskScheduled", "taskScheduledEventDetails", resourceType="sqs", resource="sendMessage")
            write("TaskFailed", "taskFailedEventDetails", error="SQS.Away", cause="no queue")
        if kind != "Fail":
            write(f"{kind}StateExited", "stateExitedEventDetails", name=name, output="{}")
    write("ExecutionFailed", "executionFailedEventDetails", error="Gave up")
    definition = read_definition(json.dumps({"StartAt": next(iter(states)), "States": states}))
    return origin_of(read_history(read_events(events)), definition)


def test_a_failure_is_followed_back_through_the_states_that_handle_it() -> None:
    states = {
        "Pay": {**_TASK, "Catch": _CATCH, "Next": "Done"},
        "Done": {"Type": "Succeed"},
        "Clean up": {"Type": "Pass", "Next": "Failed"},
        "Failed": _FAIL,
    }

    origin = _origin(states, ("Pay", "Task", True), ("Clean up", "Pass", False), ("Failed", "Fail", False))

    assert origin is not None
    assert origin.state == "Pay"


def test_a_catch_that_leads_right_to_the_end_is_the_origin_even_where_others_lead_there_too() -> None:
    states = {
        "Which?": {
            "Type": "Choice",
            "Choices": [{"Variable": "$.a", "IsPresent": True, "Next": "Clean up"}],
            "Default": "Pay",
        },
        "Pay": {**_TASK, "Catch": _CATCH, "Next": "Done"},
        "Done": {"Type": "Succeed"},
        "Clean up": _FAIL,
    }

    origin = _origin(states, ("Which?", "Choice", False), ("Pay", "Task", True), ("Clean up", "Fail", False))

    assert origin is not None
    assert origin.state == "Pay"


def test_a_failure_is_followed_back_through_states_that_only_lead_to_a_fail_state() -> None:
    states = {
        "Enough?": {
            "Type": "Choice",
            "Choices": [{"Variable": "$.n", "IsPresent": True, "Next": "Work"}],
            "Default": "Tell",
        },
        "Work": {**_TASK, "Catch": _CATCH, "Next": "Done"},
        "Done": {"Type": "Succeed"},
        "Clean up": {"Type": "Pass", "Next": "Tell"},
        "Tell": {"Type": "Pass", "Next": "Gave up"},
        "Gave up": _FAIL,
    }
    way = ("Enough?", "Choice", False), ("Work", "Task", True), ("Clean up", "Pass", False), ("Tell", "Pass", False)

    origin = _origin(states, *way, ("Gave up", "Fail", False))

    assert origin is not None
    assert origin.state == "Work"


def _caught(to: str) -> list[dict[str, Any]]:
    return [{"ErrorEquals": ["States.ALL"], "Next": to}]


def test_of_fallbacks_that_fail_one_after_the_other_the_first_state_is_the_origin() -> None:
    states = {
        "Primary": {**_TASK, "Catch": _caught("Secondary"), "Next": "Done"},
        "Done": {"Type": "Succeed"},
        "Secondary": {**_TASK, "Catch": _caught("Supplier"), "Next": "Done"},
        "Supplier": {**_TASK, "Catch": _caught("Clean up"), "Next": "Done"},
        "Clean up": {"Type": "Pass", "Next": "Gave up"},
        "Gave up": _FAIL,
    }
    failures = ("Primary", "Task", True), ("Secondary", "Task", True), ("Supplier", "Task", True)

    origin = _origin(states, *failures, ("Clean up", "Pass", False), ("Gave up", "Fail", False))

    assert origin is not None
    assert origin.state == "Primary"


def test_what_fails_while_an_error_is_handled_is_not_the_origin() -> None:
    states = {
        "Charge": {**_TASK, "Catch": _caught("Cancel car"), "Next": "Done"},
        "Done": {"Type": "Succeed"},
        "Cancel car": {**_TASK, "Next": "Cancel flight"},
        "Cancel flight": {**_TASK, "Catch": _caught("Gave up"), "Next": "Gave up"},
        "Gave up": _FAIL,
    }
    way = ("Charge", "Task", True), ("Cancel car", "Task", False), ("Cancel flight", "Task", True)

    origin = _origin(states, *way, ("Gave up", "Fail", False))

    assert origin is not None
    assert origin.state == "Charge"


def test_in_a_machine_that_never_succeeds_an_error_that_was_made_good_is_not_the_origin() -> None:
    states = {
        "Look up": {**_TASK, "Catch": _caught("Work"), "Next": "Work"},
        "Work": {**_TASK, "Catch": _caught("Gave up"), "Next": "Look up"},
        "Gave up": _FAIL,
    }

    origin = _origin(states, ("Look up", "Task", True), ("Work", "Task", True), ("Gave up", "Fail", False))

    assert origin is not None
    assert origin.state == "Work"


def test_an_error_that_was_made_good_is_not_the_origin_of_a_later_failure() -> None:
    states = {
        "Look up": {**_TASK, "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Decide"}], "Next": "Decide"},
        "Decide": {
            "Type": "Choice",
            "Choices": [{"Variable": "$.a", "IsPresent": True, "Next": "Done"}],
            "Default": "Failed",
        },
        "Done": {"Type": "Succeed"},
        "Failed": _FAIL,
    }

    origin = _origin(states, ("Look up", "Task", True), ("Decide", "Choice", False), ("Failed", "Fail", False))

    assert origin is not None
    assert origin.state == "Failed"


def test_an_execution_that_succeeded_has_no_origin() -> None:
    recorded = recording("task")

    assert origin_of(recorded.history, recorded.definition) is None
