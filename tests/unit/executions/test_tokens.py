"""Tasks that wait for their token."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from localdev.executions.definition import State, read_definition
from localdev.executions.tokens import waiting_task
from tests.unit.executions.conftest import recording
from tests.unit.executions.made_up import Writer

if TYPE_CHECKING:
    from localdev.executions.events import Event
    from localdev.executions.history import Visit

SENT = "abc"


def _waiting(
    sent: str, scheduled: dict[str, Any] | None = None, **fields: Any
) -> tuple[State, Visit, tuple[Event, ...]]:
    task = {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken", "End": True, **fields}
    writer = Writer()
    writer.write("ExecutionStarted", input="{}")
    writer.write("TaskStateEntered", name="Ask", input="{}")
    writer.write(
        "TaskScheduled",
        resourceType="sqs",
        resource="sendMessage.waitForTaskToken",
        parameters=sent,
        **(scheduled or {}),
    )
    writer.write("TaskSubmitted", resourceType="sqs", resource="sendMessage.waitForTaskToken", output="{}")
    state = read_definition({"StartAt": "Ask", "States": {"Ask": task}}).machine.states[0]
    history = writer.history()
    return state, history.visits[0], history.events


@pytest.mark.parametrize(
    ("fields", "sent"),
    [
        ({"Parameters": {"MessageBody": {"token.$": "$$.Task.Token"}}}, '{"MessageBody": {"token": "abc"}}'),
        ({"Parameters": {"list": [{"t.$": "$$.Task.Token"}]}}, '{"list": [{"t": "abc"}]}'),
        (
            {"QueryLanguage": "JSONata", "Arguments": {"token": "{% $states.context.Task.Token %}"}},
            '{"token": "abc"}',
        ),
    ],
)
def test_the_token_is_found_where_the_definition_puts_it(fields: dict[str, Any], sent: str) -> None:
    waiting = waiting_task(*_waiting(sent, **fields))

    assert waiting is not None
    assert waiting.token == SENT


def test_a_token_within_a_larger_text_is_not_guessed() -> None:
    waiting = waiting_task(
        *_waiting('{"text": "token abc"}', Parameters={"text.$": "States.Format('token {}', $$.Task.Token)"})
    )

    assert waiting is not None
    assert waiting.token is None


def test_the_deadline_counts_from_when_the_task_was_scheduled() -> None:
    waiting = waiting_task(*_waiting("{}", TimeoutSeconds=60, HeartbeatSeconds=10))

    assert waiting is not None
    assert waiting.deadline == waiting.since + timedelta(seconds=60)
    assert waiting.heartbeat == timedelta(seconds=10)


def test_a_deadline_that_was_computed_is_the_one_that_was_scheduled() -> None:
    scheduled = {"timeoutInSeconds": 90, "heartbeatInSeconds": 20}
    paths = {"TimeoutSecondsPath": "$.limit", "HeartbeatSecondsPath": "$.beat"}
    waiting = waiting_task(*_waiting("{}", scheduled, **paths))

    assert waiting is not None
    assert waiting.deadline == waiting.since + timedelta(seconds=90)
    assert waiting.heartbeat == timedelta(seconds=20)


def test_a_task_without_a_limit_has_no_deadline() -> None:
    waiting = waiting_task(*_waiting("{}", {"timeoutInSeconds": 99_999_999}))

    assert waiting is not None
    assert waiting.deadline is None


def test_a_recorded_task_that_waits_has_its_token() -> None:
    recorded = recording("task_token_waiting")

    waiting = waiting_task(recorded.definition.machine.states[0], recorded.history.visits[0], recorded.history.events)

    sent = json.loads(recorded.history.visits[0].attempts[0].input or "")
    assert waiting is not None
    assert waiting.token == sent["Payload"]["token"]


def test_a_task_that_waits_for_no_token_waits_for_nobody() -> None:
    recorded = recording("task")

    assert (
        waiting_task(recorded.definition.machine.states[0], recorded.history.visits[0], recorded.history.events) is None
    )
