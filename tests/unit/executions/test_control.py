"""Changing what runs, and what is said where an engine will not."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, cast

import pytest
from botocore.exceptions import ReadTimeoutError
from botocore.stub import ANY, Stubber

from localdev.engines.clients import Clients
from localdev.executions.control import ExecutionsControl, RefusedError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from botocore.awsrequest import AWSPreparedRequest

MACHINE = "arn:aws:states:us-east-1:000000000000:stateMachine:machine"
ARN = "arn:aws:states:us-east-1:000000000000:execution:machine:one"


@pytest.fixture
def stubbed() -> Iterator[tuple[ExecutionsControl, Stubber]]:
    """Provide nothing is sent: what is asked for and answered is laid down by the test."""
    states = Clients("http://127.0.0.1:1").client("stepfunctions")
    with Stubber(states) as stubber:
        yield ExecutionsControl(states), stubber
        stubber.assert_no_pending_responses()


def test_a_waiting_task_is_answered_with_an_output(stubbed: tuple[ExecutionsControl, Stubber]) -> None:
    control, states = stubbed
    states.add_response("send_task_success", {}, {"taskToken": "abc", "output": '{"fine": true}'})

    control.send_success("abc", '{"fine": true}')


def test_an_answer_that_is_no_json_is_not_sent(stubbed: tuple[ExecutionsControl, Stubber]) -> None:
    control, _ = stubbed

    with pytest.raises(RefusedError, match="The output is not JSON"):
        control.send_success("abc", "fine")


def test_a_waiting_task_is_answered_with_a_failure(stubbed: tuple[ExecutionsControl, Stubber]) -> None:
    control, states = stubbed
    states.add_response("send_task_failure", {}, {"taskToken": "abc", "error": "No", "cause": "not today"})

    control.send_failure("abc", "No", "not today")


def test_a_state_is_tested_alone(stubbed: tuple[ExecutionsControl, Stubber]) -> None:
    control, states = stubbed
    role = "arn:aws:iam::000000000000:role/tests"
    asked = {
        "definition": '{"Type": "Pass", "Next": "B"}',
        "roleArn": role,
        "input": "{}",
    }
    states.add_response("test_state", {"status": "SUCCEEDED", "output": "{}", "nextState": "B"}, asked)

    reported = control.test({"Type": "Pass", "Next": "B"}, role, "{}")

    assert (reported.status, reported.next) == ("SUCCEEDED", "B")


def test_a_failed_execution_is_redriven(stubbed: tuple[ExecutionsControl, Stubber]) -> None:
    control, states = stubbed
    states.add_response("redrive_execution", {"redriveDate": "2026-01-01T00:00:00Z"}, {"executionArn": ARN})

    control.redrive(ARN)


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("InternalFailure", "API action 'RedriveExecution' for service 'stepfunctions' not yet implemented"),
        ("UnknownOperationException", ""),
    ],
)
def test_an_engine_that_cannot_redrive_is_distinguished_from_one_that_will_not(
    stubbed: tuple[ExecutionsControl, Stubber], code: str, message: str
) -> None:
    control, states = stubbed
    states.add_client_error("redrive_execution", code, message)

    with pytest.raises(RefusedError, match="This engine cannot redrive the execution") as raised:
        control.redrive(ARN)

    assert "the same input" in (raised.value.hint or "")


def test_why_an_engine_will_not_is_given_in_its_own_words(stubbed: tuple[ExecutionsControl, Stubber]) -> None:
    control, states = stubbed
    states.add_client_error(
        "redrive_execution", "ExecutionNotRedrivable", "Execution is RUNNING and cannot be redriven"
    )

    with pytest.raises(RefusedError, match="would not redrive the execution: Execution is RUNNING"):
        control.redrive(ARN)


def test_an_execution_is_started_with_a_document(stubbed: tuple[ExecutionsControl, Stubber]) -> None:
    control, states = stubbed
    answer = {"executionArn": ARN, "startDate": "2026-01-01T00:00:00Z"}
    wanted = {"stateMachineArn": MACHINE, "name": ANY, "input": '{"a": 1}'}
    states.add_response("start_execution", answer, wanted)

    assert control.start(MACHINE, '{"a": 1}') == ARN


def test_a_start_that_is_sent_again_is_the_same_execution() -> None:
    states = Clients("http://127.0.0.1:1").client("stepfunctions")
    sent: list[str] = []

    def silent(request: AWSPreparedRequest, **_: object) -> None:
        sent.append(json.loads(cast("bytes", request.body))["name"])
        raise ReadTimeoutError(endpoint_url=request.url)

    states.meta.events.register("before-send.sfn", silent)

    with pytest.raises(ReadTimeoutError):
        ExecutionsControl(states).start(MACHINE, "{}")
    assert len(sent) > 1
    assert len(set(sent)) == 1


@pytest.mark.parametrize("text", ["", "{a", "[" * 100_000])
def test_what_is_not_json_is_not_sent(stubbed: tuple[ExecutionsControl, Stubber], text: str) -> None:
    control, _ = stubbed

    with pytest.raises(RefusedError, match="The input is not JSON"):
        control.start(MACHINE, text)


def test_an_execution_is_stopped_with_a_cause(stubbed: tuple[ExecutionsControl, Stubber]) -> None:
    control, states = stubbed
    wanted = {"executionArn": ARN, "error": "Stopped", "cause": "enough"}
    states.add_response("stop_execution", {"stopDate": "2026-01-01T00:00:00Z"}, wanted)

    control.stop(ARN, "enough")
