"""Errors on their way out of Map and Parallel states, and the wildcards that catch them."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from tests.corrections.stepfunctions.running import created, ended, history, name, run, started, states

if TYPE_CHECKING:
    from localdev.engines.clients import Clients

_END = {"Type": "Pass", "End": True}


def _waits_too_long(clients: Clients) -> dict[str, Any]:
    """Return a state that times out after a second, as nobody polls its activity."""
    arn = clients.client("stepfunctions").create_activity(name=name("activity"))["activityArn"]
    return {"Type": "Task", "Resource": arn, "TimeoutSeconds": 1, "End": True}


def _inside_parallel(state: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {"Type": "Parallel", "Branches": [states("S", S=state)], **fields}


def _inside_map(state: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {"Type": "Map", "ItemsPath": "$.items", "ItemProcessor": states("S", S=state), **fields}


_OUTSIDE = {"parallel": _inside_parallel, "map": _inside_map}


@pytest.mark.parametrize("kind", sorted(_OUTSIDE))
def test_a_time_out_inside_is_caught_outside_under_its_name(aws: Clients, kind: str) -> None:
    catch = [{"ErrorEquals": ["States.Timeout"], "ResultPath": "$.caught", "Next": "Caught"}]
    outer = _OUTSIDE[kind](_waits_too_long(aws), Catch=catch, Next="Missed")
    described = run(aws, states("O", O=outer, Caught=_END, Missed=_END), {"items": [1]})
    assert described["status"] == "SUCCEEDED"
    assert '"Error":"States.Timeout"' in described["output"]


@pytest.mark.parametrize("kind", sorted(_OUTSIDE))
def test_as_released_a_time_out_inside_has_another_name_outside(released: Clients, kind: str) -> None:
    outer = _OUTSIDE[kind](_waits_too_long(released), End=True)
    assert run(released, states("O", O=outer), {"items": [1]})["error"] != "States.Timeout"


@pytest.mark.parametrize("kind", sorted(_OUTSIDE))
def test_a_reserved_name_that_fails_inside_is_retried_outside(aws: Clients, kind: str) -> None:
    failing = {"Type": "Fail", "Error": "States.BranchFailed", "Cause": "mine"}
    retry = [{"ErrorEquals": ["States.BranchFailed"], "IntervalSeconds": 1, "MaxAttempts": 1}]
    outer = _OUTSIDE[kind](failing, Retry=retry, End=True)
    execution = started(aws, created(aws, states("O", O=outer)), {"items": [1]})
    described = ended(aws, execution)
    assert (described["status"], described["error"], described["cause"]) == ("FAILED", "States.BranchFailed", "mine")
    assert [event["type"] for event in history(aws, execution)].count("FailStateEntered") == 2


def test_states_all_does_not_catch_a_runtime_error(aws: Clients) -> None:
    bad = {"Type": "Pass", "InputPath": "$.nope", "End": True}
    outer = _inside_parallel(bad, Catch=[{"ErrorEquals": ["States.ALL"], "Next": "Caught"}], End=True)
    described = run(aws, states("O", O=outer, Caught=_END))
    assert (described["status"], described["error"]) == ("FAILED", "States.Runtime")
    assert described["cause"].count("An error occurred while executing the state") == 1


def test_task_failed_matches_any_error_but_a_time_out(aws: Clients) -> None:
    catch = [{"ErrorEquals": ["States.TaskFailed"], "Next": "Missed"}, {"ErrorEquals": ["States.ALL"], "Next": "All"}]
    task = _waits_too_long(aws) | {"Catch": catch, "ResultPath": "$.x"}
    described = run(aws, states("T", T=task, Missed={"Type": "Fail", "Error": "missed"}, All=_END))
    assert described["status"] == "SUCCEEDED"


def test_a_missed_heartbeat_is_caught_by_either_of_its_names(aws: Clients) -> None:
    queue = aws.client("sqs").create_queue(QueueName=name("queue"))["QueueUrl"]
    task = {
        "Type": "Task",
        "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
        "Parameters": {"QueueUrl": queue, "MessageBody": {"token.$": "$$.Task.Token"}},
        "HeartbeatSeconds": 1,
        "TimeoutSeconds": 60,
        "Next": "Missed",
    }
    for error in ("States.HeartbeatTimeout", "States.Timeout"):
        caught = task | {"Catch": [{"ErrorEquals": [error], "Next": "Caught"}]}
        described = run(aws, states("T", T=caught, Caught=_END, Missed={"Type": "Fail", "Error": "missed"}))
        assert described["status"] == "SUCCEEDED"


@pytest.mark.parametrize(
    ("action", "arguments", "error"),
    [
        ("sqs:getQueueUrl", {"QueueName": "nobody-made-this"}, "Sqs.QueueDoesNotExistException"),
        ("ssm:getParameter", {"Name": "nobody-made-this"}, "Ssm.ParameterNotFoundException"),
        ("dynamodb:describeTable", {"TableName": "nobody-made-this"}, "DynamoDb.ResourceNotFoundException"),
        ("sfn:describeExecution", {"ExecutionArn": "nothing"}, "Sfn.InvalidArnException"),
        ("eventbridge:describeRule", {"Name": "nobody-made-this"}, "EventBridge.ResourceNotFoundException"),
        ("cloudwatchlogs:deleteLogGroup", {"LogGroupName": "nobody"}, "CloudWatchLogs.ResourceNotFoundException"),
    ],
)
def test_an_sdk_error_is_named_as_the_java_class(
    aws: Clients, action: str, arguments: dict[str, Any], error: str
) -> None:
    task = {"Type": "Task", "Resource": f"arn:aws:states:::aws-sdk:{action}", "Parameters": arguments, "End": True}
    described = run(aws, states("S", S=task))
    assert (described["status"], described["error"]) == ("FAILED", error)


def test_times_in_the_result_of_a_task_are_written_as_the_java_sdk_writes_them(aws: Clients) -> None:
    task = {"Type": "Task", "Resource": "arn:aws:states:::aws-sdk:sfn:listStateMachines", "Parameters": {}, "End": True}
    machines = run(aws, states("S", S=task))["output"]
    dates = [machine["CreationDate"] for machine in json.loads(machines)["StateMachines"]]
    assert dates
    assert all(re.fullmatch(r"[\d-]{10}T[\d:]{8}(\.\d{3}|\.\d{6})?Z", date) for date in dates)
