"""Faults and chaos, before they reach an emulator."""

from __future__ import annotations

from typing import Any

import pytest

from localdev.system.errors import LocaldevError
from localdev.testing.chaos import faults_of, is_helped
from localdev.testing.faults import Fault, check_service, crash, service_of_type, services_of_states, throttle


def test_a_fault_in_words_is_its_kind_and_what_it_hits() -> None:
    assert str(throttle("lambda", rate=0.3)) == "throttle lambda 30%"
    assert str(crash("Bake")) == "crash Bake"


def test_a_crash_without_a_name_is_of_every_function() -> None:
    assert crash() == Fault("crash", "lambda")


@pytest.mark.parametrize("scope", [{"rate": -0.1}, {"rate": 1.1}, {"seconds": -1}, {"times": 0}])
def test_a_fault_out_of_bounds_is_refused(scope: dict[str, Any]) -> None:
    with pytest.raises(LocaldevError):
        Fault("fail", "lambda", **scope)


def test_a_service_that_is_not_used_is_answered_with_the_nearest() -> None:
    with pytest.raises(LocaldevError, match="did you mean 'dynamodb'"):
        check_service("dynamo", ["dynamodb", "lambda"])


def test_services_are_those_that_tasks_call() -> None:
    resources = [
        "arn:aws:lambda:us-east-1:000000000000:function:bake", "arn:aws:states:::aws-sdk:dynamodb:getItem",
        "arn:aws:states:::sqs:sendMessage.waitForTaskToken", "arn:aws:states:::states:startExecution.sync:2",
    ]  # fmt: skip
    states = {str(number): {"Resource": resource} for number, resource in enumerate(resources)}
    assert services_of_states(states) == {"lambda", "dynamodb", "sqs", "stepfunctions"}


def test_a_service_is_that_of_a_resource_s_type() -> None:
    assert service_of_type("AWS::DynamoDB::Table") == "dynamodb"
    assert service_of_type("AWS::StepFunctions::StateMachine") == "stepfunctions"


def test_chaos_takes_faults_and_words() -> None:
    assert faults_of([["throttle lambda", "away sqs", crash("Bake")]]) == [
        throttle("lambda"), Fault("away", "sqs", seconds=30.0), crash("Bake"),
    ]  # fmt: skip


@pytest.mark.parametrize("arguments", [[], [[]], ["throttle lambda"], [["burn lambda"]], [["throttle"]], [[3]]])
def test_chaos_that_is_no_list_of_faults_is_refused(arguments: list[Any]) -> None:
    with pytest.raises(LocaldevError):
        faults_of(arguments)


@pytest.mark.parametrize(
    ("names", "error", "helped"),
    [
        (["States.ALL"], "Runtime.ExitError", True),
        (["States.ALL"], "States.Runtime", False),
        (["States.TaskFailed"], "Lambda.TooManyRequestsException", True),
        (["States.TaskFailed"], "States.Timeout", False),
        (["Lambda.TooManyRequestsException"], "Lambda.TooManyRequestsException", True),
        (["Lambda.ServiceException"], "Runtime.ExitError", False),
    ],
)
def test_a_retry_or_a_catch_helps_with_the_errors_that_it_names(names: list[str], error: str, helped: bool) -> None:
    assert is_helped({"Retry": [{"ErrorEquals": names}]}, error) is helped
    assert is_helped({"Catch": [{"ErrorEquals": names, "Next": "Sorry"}]}, error) is helped


def test_a_state_without_either_is_not_helped() -> None:
    assert not is_helped({}, "Runtime.ExitError")
