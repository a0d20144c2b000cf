"""Time-outs: which limit they were of."""

from __future__ import annotations

import json
from typing import Any

import pytest

from localdev.executions.definition import Definition, read_definition
from localdev.executions.limits import limit_of_execution, limit_of_visit
from tests.unit.executions.made_up import Writer

_WORKS = "arn:aws:states:::lambda:invoke"
_WAITS = "arn:aws:states:::sqs:sendMessage.waitForTaskToken"


def _definition(fields: dict[str, Any], **top: Any) -> Definition:
    task = {"Type": "Task", "End": True, **fields}
    return read_definition(json.dumps({"StartAt": "Ask", "States": {"Ask": task}, **top}))


def _limit(fields: dict[str, Any], error: str = "States.Timeout", scheduled: int | None = None) -> str | None:
    writer = Writer()
    writer.write("ExecutionStarted", input="{}")
    writer.write("TaskStateEntered", name="Ask", input="{}")
    writer.write("TaskScheduled", resourceType="sqs", resource="sendMessage", timeoutInSeconds=scheduled)
    writer.write("TaskTimedOut", error=error)
    writer.write("ExecutionFailed", error=error)
    history = writer.history()
    return limit_of_visit(history.visits[0], _definition(fields).machine.states[0], history.events)


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"Resource": _WORKS, "TimeoutSeconds": 2}, "The task took longer than 2 s, its TimeoutSeconds."),
        ({"Resource": _WAITS, "TimeoutSeconds": 90}, "Nobody answered the task token within 1 min 30 s, its"),
        ({"Resource": _WORKS, "HeartbeatSeconds": 5}, "No heartbeat came from the task for 5 s, its HeartbeatSeconds."),
        ({"Resource": _WORKS}, "The task took longer than its TimeoutSeconds."),
    ],
)
def test_a_time_out_names_the_limit_as_it_is_written(fields: dict[str, Any], says: str) -> None:
    assert (_limit(fields) or "").startswith(says)


def test_a_limit_that_was_computed_is_the_one_that_was_scheduled() -> None:
    fields = {"Resource": _WORKS, "TimeoutSecondsPath": "$.limit"}

    assert _limit(fields, scheduled=7) == "The task took longer than 7 s, its TimeoutSeconds."


def test_a_missing_heartbeat_is_told_from_a_time_out() -> None:
    fields = {"Resource": _WAITS, "TimeoutSeconds": 60, "HeartbeatSeconds": 10}

    said = _limit(fields, "States.HeartbeatTimeout")

    assert said == "No heartbeat came from whoever has the task token for 10 s, its HeartbeatSeconds."


def test_an_error_that_is_no_time_out_has_no_limit() -> None:
    assert _limit({"Resource": _WORKS, "TimeoutSeconds": 2}, "Burnt") is None


def test_an_execution_that_timed_out_names_its_state_machines_limit() -> None:
    writer = Writer()
    writer.write("ExecutionStarted", input="{}")
    writer.write("ExecutionTimedOut")
    history = writer.history()

    said = limit_of_execution(history, _definition({"Resource": _WORKS}, TimeoutSeconds=3))

    assert said == "The execution took longer than 3 s, its state machine's TimeoutSeconds."
    assert limit_of_execution(history, None) == "The execution took longer than an execution may."
