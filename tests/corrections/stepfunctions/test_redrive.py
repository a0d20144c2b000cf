"""RedriveExecution."""

from __future__ import annotations

import json
import threading
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

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

_DONE = {"Type": "Pass", "End": True}


class Switch:
    """A task that fails as long as a parameter is not there: the same machine fails first and succeeds later."""

    def __init__(self, clients: Clients) -> None:
        self._client = clients.client("ssm")
        self.name = f"/{name('switch')}"

    def task(self, **fields: Any) -> dict[str, Any]:
        """Return the state."""
        return {
            "Type": "Task",
            "Resource": "arn:aws:states:::aws-sdk:ssm:getParameter",
            "Parameters": {"Name": self.name},
            "ResultSelector": {"value.$": "$.Parameter.Value"},
            "End": True,
            **fields,
        }

    def turn_on(self) -> None:
        """Let the task succeed from now on."""
        self._client.put_parameter(Name=self.name, Value="on", Type="String")


def _redrive(clients: Clients, execution: str, **options: str) -> None:
    clients.client("stepfunctions").redrive_execution(executionArn=execution, **options)


def _redriven(clients: Clients, execution: str) -> dict[str, Any]:
    _redrive(clients, execution)
    return ended(clients, execution)


def _entered(clients: Clients, execution: str) -> list[str]:
    events = history(clients, execution)
    return [event["stateEnteredEventDetails"]["name"] for event in events if "stateEnteredEventDetails" in event]


def test_a_failed_execution_goes_on_at_the_state_that_failed(aws: Clients) -> None:
    switch = Switch(aws)
    machine = states("A", A={"Type": "Pass", "Result": {"n": 1}, "Next": "T"}, T=switch.task())
    failed = run(aws, machine)
    assert (failed["status"], failed["redriveStatus"], failed["redriveCount"]) == ("FAILED", "REDRIVABLE", 0)
    switch.turn_on()
    found = _redriven(aws, failed["executionArn"])
    assert (found["status"], json.loads(found["output"])) == ("SUCCEEDED", {"value": "on"})
    assert (found["redriveCount"], found["redriveStatus"]) == (1, "NOT_REDRIVABLE")
    assert found["redriveStatusReason"] == "Execution is SUCCEEDED and cannot be redriven"
    # whether AWS enters the state again is not documented
    assert _entered(aws, found["executionArn"]) == ["A", "T", "T"]
    events = history(aws, found["executionArn"])
    assert [event["id"] for event in events] == list(range(1, len(events) + 1))
    [redriven] = [event for event in events if event["type"] == "ExecutionRedriven"]
    assert redriven["executionRedrivenEventDetails"] == {"redriveCount": 1}
    assert events[redriven["id"] - 2]["type"] == "ExecutionFailed"


def test_as_released_there_is_no_redrive(released: Clients) -> None:
    failed = run(released, states("F", F={"Type": "Fail", "Error": "E"}))
    with pytest.raises(ClientError, match=r"NotImplemented|InternalFailure|not (yet )?(been )?implemented"):
        _redrive(released, failed["executionArn"])


def test_variables_are_kept(aws: Clients) -> None:
    switch = Switch(aws)
    machine = states(
        "A",
        A={"Type": "Pass", "Assign": {"w": 2}, "Next": "T"},
        T={**switch.task(), "Next": "B"},
        B={"Type": "Pass", "Parameters": {"r.$": "$w"}, "End": True},
    )
    machine["States"]["T"].pop("End")
    failed = run(aws, machine)
    switch.turn_on()
    found = _redriven(aws, failed["executionArn"])
    assert json.loads(found["output"]) == {"r": 2}


def test_a_stopped_execution_goes_on(aws: Clients) -> None:
    queue = aws.client("sqs").create_queue(QueueName=name("tokens"))["QueueUrl"]
    task = {
        "Type": "Task",
        "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
        "Parameters": {"QueueUrl": queue, "MessageBody.$": "$$.Task.Token"},
        "End": True,
    }
    client, sqs = aws.client("stepfunctions"), aws.client("sqs")
    execution = started(aws, created(aws, states("T", T=task)))

    def token() -> str | None:
        for message in sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=1).get("Messages", []):
            sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
            return message["Body"]
        return None

    wait_until(token, what="a token", seconds=SECONDS)
    client.stop_execution(executionArn=execution, error="stopped")
    _redrive(aws, execution)
    found = described(aws, execution)
    assert (found["status"], found.get("error"), found.get("stopDate")) == ("RUNNING", None, None)
    client.send_task_success(taskToken=wait_until(token, what="a token", seconds=SECONDS), output="7")
    assert ended(aws, execution)["output"] == "7"


def test_an_execution_that_timed_out_has_its_time_again(aws: Clients) -> None:
    machine = states("W", W={"Type": "Wait", "Seconds": 3600, "End": True}) | {"TimeoutSeconds": 1}
    timed_out = run(aws, machine)
    assert timed_out["status"] == "TIMED_OUT"
    found = _redriven(aws, timed_out["executionArn"])
    assert (found["status"], found["redriveCount"]) == ("TIMED_OUT", 1)


def test_only_branches_that_did_not_succeed_run_again(aws: Clients) -> None:
    switch = Switch(aws)
    branches = [
        states("Good", Good={"Type": "Pass", "Result": "good", "End": True}),
        states("First", First={"Type": "Wait", "Seconds": 1, "Next": "Bad"}, Bad=switch.task()),
    ]
    failed = run(aws, states("P", P={"Type": "Parallel", "Branches": branches, "End": True}))
    assert failed["status"] == "FAILED"
    switch.turn_on()
    found = _redriven(aws, failed["executionArn"])
    assert json.loads(found["output"]) == ["good", {"value": "on"}]
    entered = _entered(aws, found["executionArn"])
    assert [entered.count(state) for state in ("Good", "First", "Bad")] == [1, 1, 2]


def test_only_items_that_did_not_succeed_run_again(aws: Clients) -> None:
    switch = Switch(aws)
    processor = states(
        "C",
        C={"Type": "Choice", "Choices": [{"Variable": "$", "NumericEquals": 2, "Next": "Bad"}], "Default": "Good"},
        Good=_DONE,
        Bad=switch.task(),
    )
    machine = states("M", M={"Type": "Map", "MaxConcurrency": 1, "ItemProcessor": processor, "End": True})
    execution = started(aws, created(aws, machine), [1, 2, 3])
    assert ended(aws, execution)["status"] == "FAILED"
    switch.turn_on()
    found = _redriven(aws, execution)
    assert json.loads(found["output"]) == [1, {"value": "on"}, 3]
    entered = _entered(aws, execution)
    assert [entered.count(state) for state in ("C", "Good", "Bad")] == [3, 2, 2]


@pytest.mark.parametrize("kind", ["STANDARD", "EXPRESS"])
def test_only_children_that_did_not_succeed_run_again(aws: Clients, kind: str) -> None:
    switch = Switch(aws)
    processor = states(
        "C",
        C={"Type": "Choice", "Choices": [{"Variable": "$", "NumericEquals": 2, "Next": "Bad"}], "Default": "Good"},
        Good=_DONE,
        Bad=switch.task(),
    )
    config = {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": kind}}
    machine = states("M", M={"Type": "Map", "MaxConcurrency": 1, "ItemProcessor": config | processor, "End": True})
    execution = started(aws, created(aws, machine), [1, 2, 3])
    assert ended(aws, execution)["error"] == "States.ExceedToleratedFailureThreshold"
    client = aws.client("stepfunctions")
    [listed] = client.list_map_runs(executionArn=execution)["mapRuns"]
    before = {child["executionArn"] for child in client.list_executions(mapRunArn=listed["mapRunArn"])["executions"]}
    switch.turn_on()
    found = _redriven(aws, execution)
    assert json.loads(found["output"]) == [1, {"value": "on"}, 3]
    redriven = wait_for_event(aws, execution, "MapRunRedriven")["mapRunRedrivenEventDetails"]
    assert redriven == {"mapRunArn": listed["mapRunArn"], "redriveCount": 1}
    map_run = client.describe_map_run(mapRunArn=listed["mapRunArn"])
    assert (map_run["status"], map_run["redriveCount"], map_run["itemCounts"]["succeeded"]) == ("SUCCEEDED", 1, 3)
    after = client.list_executions(mapRunArn=listed["mapRunArn"])["executions"]
    again = [child for child in after if child["executionArn"] in before and child["redriveCount"]]
    assert len(again) == (1 if kind == "STANDARD" else 0)


def test_an_execution_that_succeeded_or_runs_cannot_be_redriven(aws: Clients) -> None:
    succeeded = run(aws, states("P", P=_DONE))["executionArn"]
    running = started(aws, created(aws, states("W", W={"Type": "Wait", "Seconds": 3600, "End": True})))
    for execution in (succeeded, running):
        with pytest.raises(ClientError, match="ExecutionNotRedrivable"):
            _redrive(aws, execution)
    aws.client("stepfunctions").stop_execution(executionArn=running)


def test_an_execution_of_a_deleted_machine_cannot_be_redriven(aws: Clients) -> None:
    failed = run(aws, states("F", F={"Type": "Fail", "Error": "E"}))
    aws.client("stepfunctions").delete_state_machine(stateMachineArn=failed["stateMachineArn"])
    with pytest.raises(ClientError, match="State machine is in DELETING status"):
        _redrive(aws, failed["executionArn"])


def test_of_two_redrives_at_once_one_is_refused(aws: Clients) -> None:
    wait = {"Type": "Wait", "Seconds": 3600, "End": True}
    execution = started(aws, created(aws, states("W", W=wait)))
    client = aws.client("stepfunctions")
    client.stop_execution(executionArn=execution)
    outcomes: list[str] = []

    def redrive() -> None:
        try:
            _redrive(aws, execution)
            outcomes.append("redriven")
        except ClientError as error:
            outcomes.append(error.response["Error"]["Code"])

    threads = [threading.Thread(target=redrive) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(SECONDS)
    assert sorted(outcomes) == ["ExecutionNotRedrivable", "redriven"]
    client.stop_execution(executionArn=execution)


def test_the_same_client_token_redrives_once(aws: Clients) -> None:
    switch = Switch(aws)
    failed = run(aws, states("T", T=switch.task()))["executionArn"]
    client = aws.client("stepfunctions")
    first = client.redrive_execution(executionArn=failed, clientToken="a" * 8)
    ended(aws, failed)
    again = client.redrive_execution(executionArn=failed, clientToken="a" * 8)
    assert again["redriveDate"] == first["redriveDate"]
    assert described(aws, failed)["redriveCount"] == 1


def test_redriven_executions_are_listed_by_the_filter(aws: Clients) -> None:
    switch = Switch(aws)
    machine = created(aws, states("T", T=switch.task()))
    once, twice = started(aws, machine), started(aws, machine)
    ended(aws, once)
    ended(aws, twice)
    _redriven(aws, twice)
    client = aws.client("stepfunctions")

    def listed(filter_: str) -> list[str]:
        found = client.list_executions(stateMachineArn=machine, redriveFilter=filter_)["executions"]  # type: ignore[arg-type]
        return [execution["executionArn"] for execution in found]

    assert (listed("REDRIVEN"), listed("NOT_REDRIVEN")) == ([twice], [once])
