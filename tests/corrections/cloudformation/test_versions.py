"""A version is published when its logical id is new, and the old one goes with the old logical id."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.corrections.cloudformation.cases.base import ROLE, function

if TYPE_CHECKING:
    from localdev.engines.clients import Clients
    from tests.corrections.cloudformation.stacks import Stack


def _machine(comment: str) -> dict[str, Any]:
    definition = {"Comment": comment, "StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}}
    role = {"Fn::GetAtt": ["Role", "Arn"]}
    properties = {"RoleArn": role, "DefinitionString": json.dumps(definition)}
    return {"Type": "AWS::StepFunctions::StateMachine", "Properties": properties}


def _function_version(name: str, number: int) -> dict[str, Any]:
    version = {"Type": "AWS::Lambda::Version", "Properties": {"FunctionName": {"Ref": "Function"}}}
    return {"Role": ROLE, "Function": function(number), name: version}


def _machine_version(name: str, number: int) -> dict[str, Any]:
    of_machine = {"StateMachineArn": {"Ref": "Machine"}, "StateMachineRevisionId": {"Fn::GetAtt": REVISION}}
    version = {"Type": "AWS::StepFunctions::StateMachineVersion", "Properties": of_machine}
    return {"Role": ROLE, "Machine": _machine(str(number)), name: version}


REVISION = ["Machine", "StateMachineRevisionId"]


def test_a_changed_function_gets_a_version_of_its_code(aws: Clients, stack: Stack) -> None:
    assert stack.deploy(_function_version("First", 1)) == "CREATE_COMPLETE", stack.reasons()
    first = stack.physical_ids()["First"]
    assert stack.deploy(_function_version("Second", 2)) == "UPDATE_COMPLETE", stack.reasons()
    second = stack.physical_ids()["Second"]
    assert (first.rpartition(":")[2], second.rpartition(":")[2]) == ("1", "2")
    answer = aws.client("lambda").invoke(FunctionName=second)
    assert answer["Payload"].read() == b"2"
    versions = aws.client("lambda").list_versions_by_function(FunctionName=stack.physical_ids()["Function"])
    assert [each["Version"] for each in versions["Versions"]] == ["$LATEST", "2"]


def test_a_changed_state_machine_gets_a_version_of_its_definition(aws: Clients, stack: Stack) -> None:
    assert stack.deploy(_machine_version("First", 1)) == "CREATE_COMPLETE", stack.reasons()
    first = stack.physical_ids()["First"]
    assert stack.deploy(_machine_version("Second", 2)) == "UPDATE_COMPLETE", stack.reasons()
    second = stack.physical_ids()["Second"]
    api = aws.client("stepfunctions")
    assert json.loads(api.describe_state_machine(stateMachineArn=second)["definition"])["Comment"] == "2"
    with pytest.raises(api.exceptions.StateMachineDoesNotExist):
        api.describe_state_machine(stateMachineArn=first)


def test_a_version_of_unchanged_code_is_refused(stack: Stack) -> None:
    stack.deploy(_function_version("First", 1))
    both = {**_function_version("First", 1), **_function_version("Second", 1)}
    assert stack.deploy(both) == "UPDATE_ROLLBACK_COMPLETE"
    said = "A version for this Lambda function exists ( 1 ). Modify the function to create a new version."
    assert any(said in reason for reason in stack.reasons())
    # the version that was there has stayed
    assert stack.deploy(_function_version("First", 2)) == "UPDATE_COMPLETE"
    assert stack.physical_ids()["First"].endswith(":1")
