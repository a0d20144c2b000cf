"""Reading from an endpoint."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError
from botocore.stub import ANY, Stubber

from localdev.engines.clients import Clients
from localdev.executions.client import ExecutionsClient
from localdev.executions.definition import Definition, read_definition
from localdev.executions.errors import NotFoundError, UnknownPageError
from localdev.executions.events import read_events
from localdev.executions.history import Attempt, Status
from localdev.executions.records import FailedIn
from localdev.executions.replay import read_history
from tests.unit.executions.conftest import recording
from tests.unit.executions.made_up import Writer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from localdev.executions.history import History

MACHINE = "arn:aws:states:us-east-1:000000000000:stateMachine:machine"
ARN = "arn:aws:states:us-east-1:000000000000:execution:machine:one"
BEGAN = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Stubbed:
    """The client, and a stub of each service it uses."""

    client: ExecutionsClient
    states: Stubber
    logs: Stubber
    functions: Stubber


@pytest.fixture
def stubbed() -> Iterator[Stubbed]:
    """Provide nothing is sent: what is asked for and answered is laid down by the test."""
    clients = Clients("http://127.0.0.1:1")
    states, logs, functions = clients.client("stepfunctions"), clients.client("logs"), clients.client("lambda")
    with Stubber(states) as a, Stubber(logs) as b, Stubber(functions) as c:
        yield Stubbed(ExecutionsClient(states, logs, functions), a, b, c)
        for stubber in (a, b, c):
            stubber.assert_no_pending_responses()


def _summary(number: int) -> dict[str, Any]:
    return {
        "executionArn": f"{ARN}{number}",
        "stateMachineArn": MACHINE,
        "name": str(number),
        "status": "RUNNING",
        "startDate": BEGAN,
    }


def test_state_machines_are_read_from_every_page_and_sorted_by_name(stubbed: Stubbed) -> None:
    def machine(name: str) -> dict[str, Any]:
        return {"stateMachineArn": f"{MACHINE}{name}", "name": name, "type": "STANDARD", "creationDate": BEGAN}

    stubbed.states.add_response("list_state_machines", {"stateMachines": [machine("b")], "nextToken": "2"}, {})
    stubbed.states.add_response("list_state_machines", {"stateMachines": [machine("a")]}, {"nextToken": "2"})

    assert [machine.name for machine in stubbed.client.state_machines()] == ["a", "b"]


def test_a_page_of_executions_that_is_not_known_any_more_is_said_to_be_so(stubbed: Stubbed) -> None:
    stubbed.states.add_client_error("list_executions", "InvalidToken", "Invalid Token: 'Invalid token'")

    with pytest.raises(UnknownPageError):
        stubbed.client.executions(MACHINE, after="old")


def test_a_page_of_executions_is_read_and_no_more(stubbed: Stubbed) -> None:
    stubbed.states.add_response(
        "list_executions",
        {"executions": [_summary(1), _summary(2)], "nextToken": "more"},
        {"stateMachineArn": MACHINE, "maxResults": 2, "statusFilter": "RUNNING", "nextToken": "this"},
    )

    page = stubbed.client.executions(MACHINE, status="RUNNING", after="this", size=2)

    assert [item.name for item in page.items] == ["1", "2"]
    assert page.next == "more"


@pytest.mark.parametrize(
    ("reported", "is_redrivable"),
    [({"redriveStatus": "REDRIVABLE"}, True), ({"redriveStatus": "NOT_REDRIVABLE"}, False), ({}, False)],
)
def test_an_execution_can_be_redriven_where_the_engine_says_so(
    stubbed: Stubbed, reported: dict[str, str], is_redrivable: bool
) -> None:
    stubbed.states.add_response(
        "describe_execution", {**_summary(1), "status": "FAILED", **reported}, {"executionArn": ARN}
    )

    assert stubbed.client.execution(ARN).is_redrivable is is_redrivable


def test_an_execution_that_waits_to_be_redriven_is_running(stubbed: Stubbed) -> None:
    stubbed.states.add_response(
        "describe_execution", {**_summary(1), "status": "PENDING_REDRIVE"}, {"executionArn": ARN}
    )

    assert stubbed.client.execution(ARN).is_running


def test_an_execution_that_is_not_there_is_named(stubbed: Stubbed) -> None:
    stubbed.states.add_client_error("describe_execution", "ExecutionDoesNotExist")

    with pytest.raises(NotFoundError, match=f"There is no execution {ARN}"):
        stubbed.client.execution(ARN)


def test_any_other_error_of_the_engine_is_left_as_it_is(stubbed: Stubbed) -> None:
    stubbed.states.add_client_error("describe_execution", "AccessDeniedException")

    with pytest.raises(ClientError, match="AccessDenied"):
        stubbed.client.execution(ARN)


def test_every_page_of_a_history_is_read(stubbed: Stubbed) -> None:
    recorded = recording("choice").document["events"]
    events = [{**event, "timestamp": datetime.fromisoformat(event["timestamp"])} for event in recorded]
    wanted = {"executionArn": ARN, "includeExecutionData": True, "maxResults": 1000}
    stubbed.states.add_response("get_execution_history", {"events": events[:2], "nextToken": "2"}, wanted)
    stubbed.states.add_response("get_execution_history", {"events": events[2:]}, {**wanted, "nextToken": "2"})

    assert stubbed.client.history(ARN).visits == recording("choice").history.visits


def _backwards(count: int, most: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return an answer of a compensated failure's newest events, and what asks for it."""
    writer = Writer()
    writer.write("ExecutionStarted", input="{}")
    writer.fail_task("Charge", "Refused")
    writer.write("TaskStateExited", name="Charge", output="{}")
    writer.write("PassStateEntered", name="Undo", input="{}")
    writer.write("PassStateExited", name="Undo", output="{}")
    writer.write("FailStateEntered", name="Sorry", input="{}")
    writer.write("ExecutionFailed", error="Sorry")
    asked = {"executionArn": ARN, "reverseOrder": True, "maxResults": most, "includeExecutionData": False}
    events = [
        {key: value for key, value in event.items() if not key.endswith("Details")}
        | ({"stateEnteredEventDetails": {"name": name}} if event["type"].endswith("Entered") else {})
        | ({"stateExitedEventDetails": {"name": name}} if event["type"].endswith("Exited") else {})
        | (
            {"taskFailedEventDetails": {"resourceType": "sqs", "resource": "sendMessage", "error": "Refused"}}
            if event["type"] == "TaskFailed"
            else {}
        )
        for event in writer.events[::-1][:count]
        for name in [event["madeUpEventDetails"].get("name", "")]
    ]
    return {"events": events}, asked


def _compensated() -> Definition:
    task = {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage", "Next": "Done"}
    states = {
        "Charge": {**task, "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Undo"}]},
        "Done": {"Type": "Succeed"},
        "Undo": {"Type": "Pass", "Next": "Sorry"},
        "Sorry": {"Type": "Fail", "Error": "Sorry"},
    }
    return read_definition({"StartAt": "Charge", "States": states})


def test_the_end_of_a_history_tells_the_state_whose_error_was_caught(stubbed: Stubbed) -> None:
    stubbed.states.add_response("get_execution_history", *_backwards(9, 100))

    assert stubbed.client.failed_in(ARN, _compensated()) == FailedIn("Charge", "Refused")


def test_what_led_to_a_fail_state_is_looked_for_further_back(stubbed: Stubbed) -> None:
    stubbed.states.add_response("get_execution_history", *_backwards(3, 100))
    stubbed.states.add_response("get_execution_history", *_backwards(9, 1000))

    assert stubbed.client.failed_in(ARN, _compensated()) == FailedIn("Charge", "Refused")


def test_where_the_error_is_too_far_back_the_last_state_is_shown(stubbed: Stubbed) -> None:
    stubbed.states.add_response("get_execution_history", *_backwards(3, 100))
    stubbed.states.add_response("get_execution_history", *_backwards(4, 1000))

    assert stubbed.client.failed_in(ARN, _compensated()) == FailedIn("Sorry")


def test_what_was_injected_is_asked_for_only_where_an_event_has_come(
    stubbed: Stubbed, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def with_injected(history: History, _: str, arn: str) -> History:
        asked.append(arn)
        return history

    monkeypatch.setattr("localdev.executions.client.with_injected", with_injected)
    recorded = recording("choice").document["events"]
    events = [{**event, "timestamp": datetime.fromisoformat(event["timestamp"])} for event in recorded]
    for _ in range(2):
        stubbed.states.add_response("get_execution_history", {"events": events[::-1]})
    before = read_history(read_events(events[:3]))

    known = stubbed.client.history_with_injected(ARN, before)
    again = stubbed.client.history_with_injected(ARN, known)

    assert again is known
    assert asked == [ARN]


_GROUP = "arn:aws:logs:us-east-1:000000000000:log-group:/machine:*"


def express(**more: object) -> dict[str, object]:
    """Return what DescribeStateMachine says of an Express machine that has just been made."""
    return {
        "stateMachineArn": MACHINE,
        "name": "machine",
        "definition": "{}",
        "roleArn": "arn:aws:iam::000000000000:role/r",
        "type": "EXPRESS",
        "creationDate": datetime.now(UTC),
        **more,
    }


def logged(**more: object) -> dict[str, object]:
    """Return a client of an execution that logs."""
    destination = {"cloudWatchLogsLogGroup": {"logGroupArn": _GROUP}}
    return express(loggingConfiguration={"destinations": [destination]}, **more)


def test_an_express_execution_is_read_from_its_machines_log_group(stubbed: Stubbed) -> None:
    recorded = recording("express").document
    arn = recorded["execution"]["executionArn"]
    machine = logged(definition=json.dumps(recorded["definition"]))
    found = {"events": [{"message": message, "timestamp": 0} for message in recorded["log"]]}
    of = "arn:aws:states:us-east-1:000000000000:stateMachine:recorded-express"
    stubbed.states.add_response("describe_state_machine", machine, {"stateMachineArn": of})
    stubbed.logs.add_response(
        "filter_log_events", found, {"logGroupName": "/machine", "startTime": ANY, "filterPattern": f'"{arn}"'}
    )

    execution = stubbed.client.execution(arn)

    assert (execution.status, execution.error, execution.is_express) == ("FAILED", "Burnt", True)
    assert execution.state_machine_arn == of


def test_of_an_express_execution_without_a_log_the_reason_is_shown(stubbed: Stubbed) -> None:
    stubbed.states.add_response("describe_state_machine", express())

    with pytest.raises(NotFoundError, match="Express executions have no history"):
        stubbed.client.execution(recording("express").document["execution"]["executionArn"])


def test_the_express_executions_of_a_log_are_listed_newest_first(stubbed: Stubbed) -> None:
    recorded = recording("express").document
    arn = recorded["execution"]["executionArn"]
    messages = recorded["log"]
    later = [message.replace(arn, f"{arn}-later").replace("2026-", "2027-") for message in messages]
    found = {"events": [{"message": message, "timestamp": 0} for message in [*messages, "not ours", *later]]}
    stubbed.states.add_response("describe_state_machine", logged())
    stubbed.logs.add_response("filter_log_events", found)

    listed = stubbed.client.express_executions(MACHINE)

    assert [(summary.arn, summary.status, given) for summary, given in listed.rows] == [
        (f"{arn}-later", "FAILED", '{"size": 1}'),
        (arn, "FAILED", '{"size": 1}'),
    ]
    assert (listed.failures[arn].error, listed.failures[arn].state) == ("Burnt", "Small")
    assert listed.since is None


def test_an_express_execution_whose_beginning_was_not_read_is_not_listed(stubbed: Stubbed) -> None:
    recorded = recording("express").document
    found = {"events": [{"message": message, "timestamp": 0} for message in recorded["log"][1:]]}
    stubbed.states.add_response("describe_state_machine", logged())
    stubbed.logs.add_response("filter_log_events", found)

    assert stubbed.client.express_executions(MACHINE).rows == ()


def _attempt(function: str | None) -> Attempt:
    ended = BEGAN + timedelta(seconds=1)
    return Attempt(1, 3, BEGAN, ended, Status.SUCCEEDED, None, function, None, None, None)


def test_an_attempts_log_lines_are_read_from_its_functions_group_around_its_time(stubbed: Stubbed) -> None:
    began = int(BEGAN.timestamp() * 1000)
    request_id = "11111111-1111-1111-1111-111111111111"
    first = {"message": f"START RequestId: {request_id}", "timestamp": began + 100, "logStreamName": "a"}
    second = {"message": "baking", "timestamp": began + 200, "logStreamName": "a"}
    wanted = {"logGroupName": "/aws/lambda/bake", "startTime": began - 15_000, "endTime": began + 6_000}
    stubbed.functions.add_response("get_function_configuration", {"FunctionName": "bake"}, {"FunctionName": "bake"})
    stubbed.logs.add_response("filter_log_events", {"events": [first], "nextToken": "2"}, wanted)
    stubbed.logs.add_response("filter_log_events", {"events": [second]}, {**wanted, "nextToken": "2"})

    (invocation,) = stubbed.client.invocations(_attempt("bake"))

    assert invocation.request_id == request_id
    assert [line.message for line in invocation.lines][1] == "baking"


def test_a_function_or_a_log_group_that_is_gone_has_no_lines(stubbed: Stubbed) -> None:
    stubbed.functions.add_client_error("get_function_configuration", "ResourceNotFoundException")

    assert stubbed.client.invocations(_attempt("bake")) == []


def test_an_attempt_that_was_no_functions_has_no_lines(stubbed: Stubbed) -> None:
    assert stubbed.client.invocations(_attempt(None)) == []
