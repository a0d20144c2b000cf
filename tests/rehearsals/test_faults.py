"""Faults that are injected into the calls of one execution, and into those of functions and services."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.rehearsals.rehearsing import FUNCTION, Rehearsed, raises, returns, states, task

if TYPE_CHECKING:
    from tests.rehearsals.rehearsing import Rehearsing

SKIPPING = {"skipWaits": True}
RETRY = [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 1, "MaxAttempts": 9, "BackoffRate": 1.0}]
ANSWER = {"Work": [returns("done")]}


def rehearse(rehearsing: Rehearsing, *faults: dict[str, Any], work: dict[str, Any] | None = None) -> Rehearsed:
    return rehearsing.start(states("Work", Work=work or task()), mocks=ANSWER, faults=list(faults), clock=SKIPPING)


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ({"kind": "throttle"}, "Lambda.TooManyRequestsException"),
        ({"kind": "fail"}, "Lambda.ServiceException"),
        ({"kind": "fail", "error": "Lambda.AWSLambdaException"}, "Lambda.AWSLambdaException"),
        ({"kind": "away", "seconds": 60}, "Lambda.ServiceException"),
        ({"kind": "crash"}, "Runtime.ExitError"),
        ({"kind": "time_out", "seconds": 5}, "Sandbox.Timedout"),
    ],
)
def test_a_function_fails_as_lambda_does(rehearsing: Rehearsing, fault: dict[str, Any], error: str) -> None:
    execution = rehearse(rehearsing, fault | {"service": "lambda"})
    assert execution.ended()["error"] == error
    assert execution.event("LambdaFunctionFailed")


@pytest.mark.parametrize(
    ("resource", "kind", "error"),
    [
        ("dynamodb:putItem", "throttle", "DynamoDB.ProvisionedThroughputExceededException"),
        ("aws-sdk:dynamodb:putItem", "throttle", "DynamoDb.ProvisionedThroughputExceededException"),
        ("sqs:sendMessage", "away", "SQS.SdkClientException"),
        ("lambda:invoke", "throttle", "Lambda.TooManyRequestsException"),
    ],
)
def test_a_service_fails_under_its_own_error_names(
    rehearsing: Rehearsing, resource: str, kind: str, error: str
) -> None:
    parameters = {
        "dynamodb:putItem": {"TableName": "t", "Item": {}}, "aws-sdk:dynamodb:putItem": {"TableName": "t", "Item": {}},
        "sqs:sendMessage": {"QueueUrl": "q", "MessageBody": "m"}, "lambda:invoke": {"FunctionName": FUNCTION},
    }[resource]  # fmt: skip
    work = task(Resource=f"arn:aws:states:::{resource}", Parameters=parameters)
    execution = rehearse(rehearsing, {"kind": kind, "seconds": 60}, work=work)
    assert execution.ended()["error"].startswith(error)


def test_a_fault_may_hit_a_number_of_times(rehearsing: Rehearsing) -> None:
    execution = rehearse(rehearsing, {"kind": "throttle", "times": 2}, work=task(Retry=RETRY))
    assert execution.output == "done"
    assert [event["what"] for event in execution.report()["events"]] == ["throttle", "throttle", "return"]


def test_a_fault_may_be_for_one_state(rehearsing: Rehearsing) -> None:
    definition = states("One", One=task(Next="Two"), Two=task())
    execution = rehearsing.start(
        definition, mocks={"One": [returns(1)], "Two": [returns(2)]}, faults=[{"kind": "throttle", "state": "Two"}]
    )
    assert execution.ended()["error"] == "Lambda.TooManyRequestsException"
    assert [(event["state"], event["kind"]) for event in execution.report()["events"]] == [
        ("One", "mock"), ("Two", "fault"),
    ]  # fmt: skip


def test_a_fault_may_be_for_one_function(rehearsing: Rehearsing) -> None:
    fault = {"kind": "throttle", "function": "other"}
    assert rehearse(rehearsing, fault).output == "done"
    assert rehearse(rehearsing, fault | {"function": "none"}).ended()["status"] == "FAILED"


def test_a_service_that_is_away_comes_back(rehearsing: Rehearsing) -> None:
    retry = [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 10, "MaxAttempts": 9, "BackoffRate": 1.0}]
    execution = rehearse(rehearsing, {"kind": "away", "seconds": 25}, work=task(Retry=retry))
    assert execution.output == "done"
    assert [event["kind"] for event in execution.report()["events"]] == ["fault"] * 3 + ["mock"]


def test_a_delay_is_one_of_the_execution_s_time(rehearsing: Rehearsing) -> None:
    execution = rehearse(rehearsing, {"kind": "delay", "seconds": 3600})
    ended = execution.ended()
    assert ended["stopDate"] - ended["startDate"] >= timedelta(hours=1)


def test_a_call_that_is_never_answered_ends_with_the_state_s_time_out(rehearsing: Rehearsing) -> None:
    execution = rehearse(rehearsing, {"kind": "time_out"}, work=task(TimeoutSeconds=900))
    ended = execution.ended()
    assert ended["error"] == "States.Timeout"
    assert timedelta(minutes=15) <= ended["stopDate"] - ended["startDate"] < timedelta(minutes=16)


def test_a_rate_hits_the_same_calls_for_the_same_seed(rehearsing: Rehearsing) -> None:
    processor = states("Work", Work=task(Catch=[{"ErrorEquals": ["States.ALL"], "Next": "Failed"}]),
                       Failed={"Type": "Pass", "Result": "failed", "End": True})  # fmt: skip
    machine = rehearsing.machine(states("Each", Each={"Type": "Map", "ItemProcessor": processor, "End": True}))

    def outputs(seed: int) -> Any:
        faults = [{"kind": "throttle", "rate": 0.5}]
        return rehearsing.start_machine(machine, list(range(20)), mocks=ANSWER, faults=faults, seed=seed).output

    first = outputs(7)
    assert {"failed", "done"} == set(first)
    assert outputs(7) == first
    assert outputs(8) != first


def test_a_rate_hits_the_same_calls_whatever_their_ids_and_times_are(rehearsing: Rehearsing) -> None:
    work = task(Catch=[{"ErrorEquals": ["States.ALL"], "Next": "Failed"}])
    processor = states("Work", Work=work, Failed={"Type": "Pass", "Result": "failed", "End": True})
    selector = {
        "item.$": "$$.Map.Item.Value",
        "of.$": "$$.Execution.Name",
        "at.$": "$$.State.EnteredTime",
        "id.$": "States.UUID()",
    }
    each = {"Type": "Map", "ItemSelector": selector, "ItemProcessor": processor, "End": True}
    machine = rehearsing.machine(states("Each", Each=each))

    def output() -> Any:
        faults = [{"kind": "throttle", "rate": 0.5}]
        return rehearsing.start_machine(machine, list(range(20)), mocks=ANSWER, faults=faults, seed=7).output

    first = output()
    assert {"failed", "done"} == set(first)
    assert output() == first


def test_a_fault_of_another_execution_is_not_seen(rehearsing: Rehearsing) -> None:
    machine = rehearsing.machine(states("Work", Work=task()))
    hit = rehearsing.start_machine(machine, mocks=ANSWER, faults=[{"kind": "fail"}])
    spared = rehearsing.start_machine(machine, mocks=ANSWER)
    assert (hit.ended()["status"], spared.ended()["status"]) == ("FAILED", "SUCCEEDED")


def test_a_mock_s_error_comes_after_the_faults(rehearsing: Rehearsing) -> None:
    execution = rehearsing.start(
        states("Work", Work=task(Retry=[RETRY[0] | {"ErrorEquals": ["Lambda.TooManyRequestsException"]}])),
        mocks={"Work": [raises("NoCheese")]}, faults=[{"kind": "throttle", "times": 1}], clock=SKIPPING,
    )  # fmt: skip
    assert execution.ended()["error"] == "NoCheese"


def test_a_service_fails_for_calls_that_no_execution_makes(rehearsing: Rehearsing) -> None:
    faults = [{"kind": "fail", "service": "dynamodb", "times": 1}]
    added = rehearsing.request("POST", "/faults", json={"faults": faults})
    answer = rehearsing.clients.client("dynamodb").list_tables()
    assert answer["ResponseMetadata"]["RetryAttempts"] == 1
    removed = rehearsing.request("DELETE", "/faults", json=added)
    assert [(event["what"], event["operation"]) for event in removed["events"]] == [("fail", "ListTables")]


def test_a_service_is_well_when_its_faults_are_removed(rehearsing: Rehearsing) -> None:
    added = rehearsing.request("POST", "/faults", json={"faults": [{"kind": "throttle", "service": "dynamodb"}]})
    rehearsing.request("DELETE", "/faults", json=added)
    assert "TableNames" in rehearsing.clients.client("dynamodb").list_tables()


def test_a_fault_of_calls_from_outside_names_what_it_hits(rehearsing: Rehearsing) -> None:
    response = rehearsing.send("POST", "/faults", json={"faults": [{"kind": "fail"}]})
    assert response.status_code == 400
    assert "names a service or a function" in response.json()["message"]
