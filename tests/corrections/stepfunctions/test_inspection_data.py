"""What TestState says of the steps of a state, and which states it tests."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from tests.corrections.stepfunctions.test_test_state import _tested

if TYPE_CHECKING:
    from localdev.engines.clients import Clients

SERVICE = {
    "Type": "Task",
    "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken",
    "Parameters": {"FunctionName": "f", "Payload": {"token.$": "$$.Task.Token"}},
    "End": True,
}
INTO = {"Type": "Pass", "Parameters": {"x.$": "$.b"}, "ResultPath": "$.r", "End": True}
BRANCHES = {
    "Type": "Parallel",
    "Branches": [{"StartAt": "P", "States": {"P": {"Type": "Pass", "End": True}}}],
    "ResultPath": "$.found",
    "End": True,
}


def _inspected(clients: Clients, state: dict[str, Any], **options: Any) -> dict[str, Any]:
    inspected: dict[str, Any] = _tested(clients, state, inspectionLevel="DEBUG", **options)["inspectionData"]
    return inspected


def test_an_input_is_shown_as_it_was_before_the_state(aws: Clients) -> None:
    inspected = _inspected(aws, INTO, input='{"b": 1}')
    assert {name: json.loads(value) for name, value in inspected.items()} == {
        "input": {"b": 1},
        "afterInputPath": {"b": 1},
        "afterParameters": {"x": 1},
        "afterResultSelector": {"x": 1},
        "afterResultPath": {"b": 1, "r": {"x": 1}},
    }


def test_as_released_an_input_is_shown_as_it_is_after_the_state(released: Clients) -> None:
    with pytest.raises(TypeError):
        # an object where the API has a text, and with the state's result in it
        json.loads(_inspected(released, INTO, input='{"b": 1}')["afterInputPath"])


def test_a_result_that_is_a_number_is_shown_as_text(aws: Clients) -> None:
    assert _inspected(aws, {"Type": "Pass", "Result": 5, "End": True}, input="{}")["result"] == "5"


@pytest.mark.parametrize("language", ["JSONPath", "JSONata"])
def test_variables_are_shown_as_they_are_after_the_state(aws: Clients, language: str) -> None:
    assign = {"z.$": "$.b"} if language == "JSONPath" else {"z": "{% $states.input.b %}"}
    state = {"Type": "Pass", "QueryLanguage": language, "Assign": assign, "End": True}
    inspected = _inspected(aws, state, input='{"b": "a \\"b\\""}', variables='{"v": 2}')
    assert json.loads(inspected["variables"]) == {"v": 2, "z": 'a "b"'}


def test_a_task_that_failed_has_no_result(aws: Clients) -> None:
    state = SERVICE | {"Resource": "arn:aws:states:::lambda:invoke", "Parameters": {"FunctionName": "f"}}
    inspected = _inspected(aws, state, input='{"b": 1}', mock={"errorOutput": {"error": "E", "cause": "c"}})
    assert inspected.keys() == {"input", "afterInputPath", "afterParameters"}


def test_an_error_may_be_mocked_without_a_cause(aws: Clients) -> None:
    answer = _tested(aws, SERVICE, input="{}", mock={"errorOutput": {"error": "E"}})
    assert (answer["status"], answer["error"]) == ("FAILED", "E")


def test_a_mock_brings_its_context(aws: Clients) -> None:
    inspected = _inspected(
        aws, SERVICE, input="{}", mock={"result": "{}"}, context='{"Task": {"Token": "of-the-request"}}'
    )
    assert json.loads(inspected["afterParameters"])["Payload"] == {"token": "of-the-request"}


def test_a_context_needs_a_mock(aws: Clients) -> None:
    with pytest.raises(ClientError, match=r"ValidationException.*mock"):
        _tested(aws, {"Type": "Pass", "End": True}, context="{}", input="{}")


def test_a_mock_stands_for_the_branches_of_a_parallel_state(aws: Clients) -> None:
    answer = _tested(aws, BRANCHES, input='{"n": 1}', mock={"result": "[5]"})
    assert (answer["status"], json.loads(answer["output"])) == ("SUCCEEDED", {"n": 1, "found": [5]})


def test_a_mocked_error_of_branches_is_caught(aws: Clients) -> None:
    state = BRANCHES | {"Catch": [{"ErrorEquals": ["E"], "Next": "Next"}]}
    answer = _tested(aws, state, input="{}", mock={"errorOutput": {"error": "E", "cause": "c"}})
    assert (answer["status"], answer["nextState"]) == ("CAUGHT_ERROR", "Next")


def test_a_mock_of_branches_is_an_array(aws: Clients) -> None:
    with pytest.raises(ClientError, match="Mocked result must be an array"):
        _tested(aws, BRANCHES, mock={"result": "{}"}, input="{}")


def test_a_state_inside_a_branch_is_tested_by_its_name(aws: Clients) -> None:
    branch = {"StartAt": "P", "States": {"P": {"Type": "Pass", "Result": 7, "End": True}}}
    whole = {"StartAt": "All", "States": {"All": BRANCHES | {"Branches": [branch]}}}
    assert _tested(aws, whole, stateName="P", input="{}")["output"] == "7"


def test_as_released_no_parallel_state_is_tested(released: Clients) -> None:
    with pytest.raises(ClientError, match="Unsupported state type"):
        _tested(released, BRANCHES, input="{}", mock={"result": "[5]"})


@pytest.mark.parametrize(
    ("state", "message"),
    [
        ({}, "The field 'Type' is required"),
        ({"Type": "Other", "End": True}, "The field 'Type' should have one of these values"),
        ({"Type": "Pass"}, r"only one of the following fields: \[Next, End\]"),
        ({"Type": "Pass", "End": True, "Resource": "x"}, "Field 'Resource' is not supported"),
    ],
)
def test_a_state_that_is_none_is_an_invalid_definition(aws: Clients, state: dict[str, Any], message: str) -> None:
    # in which words AWS refuses `{}` is not known: these are its words for a state in a machine
    with pytest.raises(ClientError, match=f"InvalidDefinition.*SCHEMA_VALIDATION_FAILED.*{message}"):
        _tested(aws, state, input="{}")
