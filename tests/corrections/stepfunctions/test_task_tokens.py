"""Answers to task tokens."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from localdev.system.waiting import wait_until
from tests.corrections.stepfunctions.running import SECONDS, created, described, ended, name, started, states

if TYPE_CHECKING:
    from localdev.engines.clients import Clients


class Waiting:
    """A machine whose one task waits for an answer to the token that it sends to a queue."""

    def __init__(self, clients: Clients, **fields: Any) -> None:
        self.clients = clients
        self.queue = clients.client("sqs").create_queue(QueueName=name("tokens"))["QueueUrl"]
        task = {
            "Type": "Task",
            "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
            "Parameters": {"QueueUrl": self.queue, "MessageBody": {"token.$": "$$.Task.Token"}},
            "End": True,
            **fields,
        }
        self.execution = started(clients, created(clients, states("T", T=task)))

    def token(self) -> str:
        """Return the next token that the task sends."""
        sqs = self.clients.client("sqs")

        def received() -> str | None:
            messages = sqs.receive_message(QueueUrl=self.queue, WaitTimeSeconds=1).get("Messages", [])
            for message in messages:
                sqs.delete_message(QueueUrl=self.queue, ReceiptHandle=message["ReceiptHandle"])
                return str(json.loads(message["Body"])["token"])
            return None

        return wait_until(received, what="a token", seconds=SECONDS)


def _answer(clients: Clients, token: str) -> None:
    clients.client("stepfunctions").send_task_success(taskToken=token, output="{}")


def _code(clients: Clients, token: str) -> str:
    with pytest.raises(ClientError) as caught:
        _answer(clients, token)
    return str(caught.value.response["Error"]["Code"])


def test_a_second_answer_is_too_late(aws: Clients) -> None:
    waiting = Waiting(aws)
    token = waiting.token()
    _answer(aws, token)
    assert _code(aws, token) == "TaskTimedOut"
    assert ended(aws, waiting.execution)["status"] == "SUCCEEDED"
    assert _code(aws, token) == "TaskTimedOut"


def test_as_released_a_token_of_an_ended_execution_is_invalid(released: Clients) -> None:
    waiting = Waiting(released)
    token = waiting.token()
    _answer(released, token)
    ended(released, waiting.execution)
    assert _code(released, token) == "InvalidToken"


def test_a_task_that_timed_out_takes_no_answer(aws: Clients) -> None:
    waiting = Waiting(aws, TimeoutSeconds=1)
    token = waiting.token()
    assert ended(aws, waiting.execution)["error"] == "States.Timeout"
    assert _code(aws, token) == "TaskTimedOut"


def test_a_task_of_a_stopped_execution_takes_no_answer(aws: Clients) -> None:
    waiting = Waiting(aws)
    token = waiting.token()
    aws.client("stepfunctions").stop_execution(executionArn=waiting.execution)
    assert _code(aws, token) == "TaskTimedOut"


def test_a_token_that_never_was_is_invalid(aws: Clients) -> None:
    assert _code(aws, "nobody's token") == "InvalidToken"


def test_each_attempt_has_a_token_of_its_own(aws: Clients) -> None:
    retry = [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 1, "MaxAttempts": 1}]
    waiting = Waiting(aws, Retry=retry)
    first = waiting.token()
    aws.client("stepfunctions").send_task_failure(taskToken=first, error="again")
    second = waiting.token()
    assert second != first
    assert _code(aws, first) == "TaskTimedOut"
    _answer(aws, second)
    assert ended(aws, waiting.execution)["status"] == "SUCCEEDED"


def test_a_heartbeat_is_accepted_without_heartbeat_seconds(aws: Clients) -> None:
    waiting = Waiting(aws)
    token = waiting.token()
    aws.client("stepfunctions").send_task_heartbeat(taskToken=token)
    assert described(aws, waiting.execution)["status"] == "RUNNING"
    _answer(aws, token)
    assert ended(aws, waiting.execution)["status"] == "SUCCEEDED"


def test_as_released_a_heartbeat_without_heartbeat_seconds_is_rejected(released: Clients) -> None:
    token = Waiting(released).token()
    with pytest.raises(ClientError, match="InvalidToken"):
        released.client("stepfunctions").send_task_heartbeat(taskToken=token)


def test_an_output_that_is_no_json_is_rejected_and_the_task_waits_on(aws: Clients) -> None:
    waiting = Waiting(aws)
    token = waiting.token()
    with pytest.raises(ClientError, match="InvalidOutput"):
        aws.client("stepfunctions").send_task_success(taskToken=token, output="{no json")
    _answer(aws, token)
    assert ended(aws, waiting.execution)["status"] == "SUCCEEDED"


def test_an_activity_that_nobody_polls_times_out(aws: Clients) -> None:
    arn = aws.client("stepfunctions").create_activity(name=name("activity"))["activityArn"]
    machine = created(aws, states("T", T={"Type": "Task", "Resource": arn, "TimeoutSeconds": 1, "End": True}))
    executions = [started(aws, machine) for _ in range(10)]
    assert {ended(aws, execution)["error"] for execution in executions} == {"States.Timeout"}


def test_a_worker_gets_only_activity_tasks_that_still_wait(aws: Clients) -> None:
    client = aws.client("stepfunctions")
    arn = client.create_activity(name=name("activity"))["activityArn"]
    task = {"Type": "Task", "Resource": arn, "End": True}
    timed_out = started(aws, created(aws, states("T", T=task | {"TimeoutSeconds": 1})), {"n": 1})
    ended(aws, timed_out)
    waits = started(aws, created(aws, states("T", T=task)), {"n": 2})
    polled = client.get_activity_task(activityArn=arn)
    assert json.loads(polled["input"]) == {"n": 2}
    client.send_task_success(taskToken=polled["taskToken"], output='"done"')
    assert ended(aws, waits)["output"] == '"done"'
