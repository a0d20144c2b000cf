"""Executions that are stopped, time out, or become too long."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from localdev.system.project import EMULATOR_PYTHON
from localdev.system.waiting import wait_until
from tests.corrections.stepfunctions.running import (
    SECONDS,
    created,
    described,
    ended,
    history,
    name,
    run,
    started,
    states,
    wait_for_event,
)

if TYPE_CHECKING:
    from localdev.engines.clients import Clients

_LONG = 3600
_WAIT = {"Type": "Wait", "Seconds": _LONG, "End": True}


def _token_task(clients: Clients) -> dict[str, Any]:
    queue = clients.client("sqs").create_queue(QueueName=name("tokens"))["QueueUrl"]
    return {
        "Type": "Task",
        "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
        "Parameters": {"QueueUrl": queue, "MessageBody.$": "$$.Task.Token"},
        "End": True,
    }


def _child_task(clients: Clients) -> dict[str, Any]:
    child = created(clients, states("W", W=_WAIT))
    parameters = {"StateMachineArn": child, "Input": {}}
    resource = "arn:aws:states:::states:startExecution.sync:2"
    return {"Type": "Task", "Resource": resource, "Parameters": parameters, "End": True}


def _stopped(clients: Clients, state: dict[str, Any], until: str) -> dict[str, Any]:
    """Stop an execution once its history has an event, and describe it right after that."""
    execution = started(clients, created(clients, states("S", S=state)), {"items": [1, 2]})
    wait_for_event(clients, execution, until)
    clients.client("stepfunctions").stop_execution(executionArn=execution, error="enough", cause="of this")
    return described(clients, execution)


def _assert_stopped(found: dict[str, Any]) -> None:
    assert (found["status"], found["error"], found["cause"]) == ("ABORTED", "enough", "of this")


def test_a_wait_is_stopped_at_once(aws: Clients) -> None:
    found = _stopped(aws, _WAIT, "WaitStateEntered")
    _assert_stopped(found)
    assert history(aws, found["executionArn"])[-1]["type"] == "ExecutionAborted"


def test_a_task_that_waits_for_its_token_is_stopped_at_once(aws: Clients) -> None:
    _assert_stopped(_stopped(aws, _token_task(aws), "TaskSubmitted"))


def test_as_released_a_stop_tells_no_error(released: Clients) -> None:
    execution = started(released, created(released, states("S", S=_WAIT)))
    wait_for_event(released, execution, "WaitStateEntered")
    released.client("stepfunctions").stop_execution(executionArn=execution, error="enough", cause="of this")
    assert "error" not in ended(released, execution)


def test_a_state_inside_parallel_is_stopped_at_once(aws: Clients) -> None:
    state = {"Type": "Parallel", "Branches": [states("W", W=_WAIT), states("T", T=_token_task(aws))], "End": True}
    _assert_stopped(_stopped(aws, state, "TaskSubmitted"))


def test_a_state_inside_map_is_stopped_at_once(aws: Clients) -> None:
    state = {"Type": "Map", "ItemsPath": "$.items", "ItemProcessor": states("W", W=_WAIT), "End": True}
    _assert_stopped(_stopped(aws, state, "WaitStateEntered"))


def test_the_child_of_a_stopped_execution_is_aborted(aws: Clients) -> None:
    found = _stopped(aws, _child_task(aws), "TaskSubmitted")
    _assert_stopped(found)
    submitted = wait_for_event(aws, found["executionArn"], "TaskSubmitted")
    child = submitted["taskSubmittedEventDetails"]["output"].split('"ExecutionArn"')[1].split('"')[1]
    assert ended(aws, child)["status"] == "ABORTED"


def test_a_retry_is_not_waited_for_after_a_stop(aws: Clients) -> None:
    missing = "arn:aws:lambda:us-east-1:000000000000:function:no-such-function"
    retry = [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": _LONG, "MaxAttempts": 1}]
    state = {"Type": "Task", "Resource": missing, "Retry": retry, "End": True}
    _assert_stopped(_stopped(aws, state, "LambdaFunctionFailed"))


def test_stopping_what_has_ended_changes_nothing(aws: Clients) -> None:
    found = run(aws, states("P", P={"Type": "Pass", "End": True}))
    answer = aws.client("stepfunctions").stop_execution(executionArn=found["executionArn"], error="late")
    assert answer["stopDate"] == found["stopDate"]
    assert described(aws, found["executionArn"])["status"] == "SUCCEEDED"


def test_nothing_is_written_after_the_event_that_ends_a_history(aws: Clients) -> None:
    machine = states("T", T=_token_task(aws)) | {"TimeoutSeconds": 1}
    found = run(aws, machine)
    assert found["status"] == "TIMED_OUT"
    assert history(aws, found["executionArn"])[-1]["type"] == "ExecutionTimedOut"


@pytest.mark.parametrize("round_", range(3))
def test_an_execution_can_be_stopped_right_after_its_start(aws: Clients, round_: int) -> None:
    del round_
    execution = started(aws, created(aws, states("W", W=_WAIT)))
    aws.client("stepfunctions").stop_execution(executionArn=execution)
    assert described(aws, execution)["status"] == "ABORTED"
    events = [event["type"] for event in history(aws, execution)]
    assert (events[0], events[-1]) == ("ExecutionStarted", "ExecutionAborted")


_GOES_ON = {"Type": "Choice", "Choices": [{"Variable": "$.go", "BooleanEquals": True, "Next": "Again"}]}
_ENDLESS = states(
    "Again", Again={"Type": "Pass", "Next": "More"}, More=_GOES_ON | {"Default": "Done"}, Done={"Type": "Succeed"}
)
_ENDLESS_ITEMS = states("M", M={"Type": "Map", "ItemsPath": "$.items", "ItemProcessor": _ENDLESS, "End": True})


@pytest.mark.parametrize(
    ("machine", "given"),
    [(_ENDLESS, {"go": True}), (_ENDLESS_ITEMS, {"items": [{"go": True}] * 400})],
    ids=["a loop", "items at once"],
)
def test_an_execution_fails_at_its_25000th_event(aws: Clients, machine: dict[str, Any], given: dict[str, Any]) -> None:
    execution = started(aws, created(aws, machine), given)

    def end() -> dict[str, Any] | None:
        found = described(aws, execution)
        return None if found["status"] == "RUNNING" else found

    found = wait_until(end, what="the end of a loop", seconds=SECONDS * 5)
    assert (found["status"], found["error"]) == ("FAILED", "States.Runtime")
    assert found["cause"] == "The execution reached the maximum number of history events (25000)."
    client = aws.client("stepfunctions")
    last = client.get_execution_history(executionArn=execution, reverseOrder=True, maxResults=1)["events"][0]
    assert (last["id"], last["type"]) == (25_000, "ExecutionFailed")


def _printed(program: str) -> Any:
    command = [EMULATOR_PYTHON, Path(__file__).parent / program]
    result = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    return json.loads(result.stdout.splitlines()[-1])


def test_nobody_goes_on_before_the_event_that_ends_a_history_is_written() -> None:
    assert _printed("two_ends.py") == {"first": [1], "second": [1], "ids": [25_000]}


def test_an_item_that_fills_a_history_ends_it_although_another_item_stops_it() -> None:
    assert _printed("full_item.py")["events"] == [["ExecutionFailed"]]


def test_no_item_goes_on_before_the_execution_has_failed_for_its_full_history() -> None:
    assert _printed("full_item.py")["had failed"] == [True, True]


def test_a_failed_item_stops_the_others_of_its_map(aws: Clients) -> None:
    choice = {"Type": "Choice", "Choices": [{"Variable": "$", "NumericEquals": 2, "Next": "F"}], "Default": "T"}
    fail = {"Type": "Fail", "Error": "E"}
    processor = states("C", C=choice, F=fail, T=_token_task(aws))
    state = {"Type": "Map", "ItemProcessor": processor, "Catch": [{"ErrorEquals": ["E"], "Next": "W"}], "End": True}
    machine = states("M", M=state, W={"Type": "Wait", "Seconds": 2, "End": True})
    execution = started(aws, created(aws, machine), [1, 2, 3])
    assert ended(aws, execution)["status"] == "SUCCEEDED"
    assert not [event for event in history(aws, execution) if event["type"] == "TaskTimedOut"]
