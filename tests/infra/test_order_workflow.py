"""The workflow that decides on an order."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from aws_cdk.assertions import Match

if TYPE_CHECKING:
    from pathlib import Path

    from tests.infra.conftest import SynthesisedStack


@pytest.fixture(scope="module")
def definition(stack: SynthesisedStack) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(stack.definition())
    return document


@pytest.fixture(scope="module")
def states(definition: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = definition["States"]
    return found


def test_the_state_machine_is_a_standard_one(stack: SynthesisedStack) -> None:
    stack.template.has_resource_properties("AWS::StepFunctions::StateMachine", {"StateMachineType": "STANDARD"})


def test_an_order_times_out_after_five_minutes(definition: dict[str, Any]) -> None:
    assert definition["TimeoutSeconds"] == 300


def test_it_has_the_states_of_the_pattern(definition: dict[str, Any]) -> None:
    assert definition["StartAt"] == "Order Pizza Job"
    pattern = {"Order Pizza Job", "With Pineapple?", "Lets make your pizza", "Sorry, We Dont add Pineapple"}
    assert pattern <= set(definition["States"])


def test_order_pizza_job_gives_the_flavour_to_order_pizza(stack: SynthesisedStack, states: dict[str, Any]) -> None:
    function, _ = stack.resource("AWS::Lambda::Function", "OrderPizza")
    job = states["Order Pizza Job"]

    assert job["Type"] == "Task"
    assert job["Resource"].endswith(f":function:{function}")
    assert job["InputPath"] == "$.flavour"
    assert job["ResultPath"] == "$.pineappleAnalysis"


def test_with_pineapple_comes_after_order_pizza_job(states: dict[str, Any]) -> None:
    way = ["Order Pizza Job"]
    while (following := states[way[-1]].get("Next")) and following not in way:
        way.append(following)

    assert way[-1] == "With Pineapple?"


def test_order_pizza_job_is_tried_again_when_lambda_itself_fails(states: dict[str, Any]) -> None:
    (retry,) = states["Order Pizza Job"]["Retry"]

    assert retry["ErrorEquals"] == [
        "Lambda.ClientExecutionTimeoutException",
        "Lambda.ServiceException",
        "Lambda.AWSLambdaException",
        "Lambda.SdkClientException",
    ]


def test_pineapple_leads_to_sorry_and_all_else_to_a_pizza(states: dict[str, Any]) -> None:
    choice = states["With Pineapple?"]

    assert choice["Type"] == "Choice"
    assert choice["Choices"] == [
        {
            "Variable": "$.pineappleAnalysis.containsPineapple",
            "BooleanEquals": True,
            "Next": "Sorry, We Dont add Pineapple",
        }
    ]
    assert _end_of_the_way(states, choice["Default"]) == "Lets make your pizza"


def _end_of_the_way(states: dict[str, Any], name: str) -> str:
    """Return the state in which the way ends that begins with this one, when all goes well."""
    while following := states[name].get("Next"):
        name = following
    return name


def test_sorry_fails_with_the_error_and_cause_of_the_pattern(states: dict[str, Any]) -> None:
    assert states["Sorry, We Dont add Pineapple"] == {
        "Type": "Fail",
        "Error": "Failed To Make Pizza",
        "Cause": "They asked for Pineapple",
    }


def test_a_pizza_that_is_made_comes_with_its_analysis(states: dict[str, Any]) -> None:
    assert states["Lets make your pizza"] == {"Type": "Succeed", "OutputPath": "$.pineappleAnalysis"}


def test_the_state_machine_logs_everything_to_cloudwatch(stack: SynthesisedStack) -> None:
    log_group, _ = stack.resource("AWS::Logs::LogGroup", "StateMachineLogs")

    stack.template.has_resource_properties(
        "AWS::StepFunctions::StateMachine",
        {
            "LoggingConfiguration": {
                "Destinations": [{"CloudWatchLogsLogGroup": {"LogGroupArn": {"Fn::GetAtt": [log_group, "Arn"]}}}],
                "IncludeExecutionData": True,
                "Level": "ALL",
            }
        },
    )


def test_the_state_machine_is_traced(stack: SynthesisedStack) -> None:
    stack.template.has_resource_properties(
        "AWS::StepFunctions::StateMachine", Match.object_like({"TracingConfiguration": {"Enabled": True}})
    )


def test_statelint_is_clean_on_the_resolved_definition(stack: SynthesisedStack, tmp_path: Path) -> None:
    definition = tmp_path / "definition.asl.json"
    definition.write_text(stack.definition())

    # FLOAT: the CDK writes a backoff rate of 2.0 as 2, which is the same number in JSON
    command = [sys.executable, "-m", "statelint", "--ignore", "FLOAT", "--", str(definition)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)

    assert (result.returncode, result.stdout) == (0, "")
