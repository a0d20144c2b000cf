"""Cloud Control API changes a resource of a stack behind its back, as ``cdk deploy --hotswap`` does."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from tests.corrections.cloudformation.cases.base import ROLE

if TYPE_CHECKING:
    from localdev.engines.clients import Clients
    from tests.corrections.cloudformation.stacks import Stack

MACHINE = "AWS::StepFunctions::StateMachine"


def _definition(value: int) -> str:
    return json.dumps({"StartAt": "A", "States": {"A": {"Type": "Pass", "Result": value, "End": True}}})


def _machine(value: int) -> dict[str, Any]:
    properties = {"RoleArn": {"Fn::GetAtt": ["Role", "Arn"]}, "DefinitionString": _definition(value)}
    return {"Role": ROLE, "It": {"Type": MACHINE, "Properties": properties}}


def _patch(aws: Clients, arn: str, *operations: dict[str, Any]) -> dict[str, Any]:
    api: Any = aws.client("cloudcontrol")
    answer = api.update_resource(TypeName=MACHINE, Identifier=arn, PatchDocument=json.dumps(operations))
    event: dict[str, Any] = answer["ProgressEvent"]
    return event


def _result(aws: Clients, arn: str) -> int:
    definition = aws.client("stepfunctions").describe_state_machine(stateMachineArn=arn)["definition"]
    result: int = json.loads(definition)["States"]["A"]["Result"]
    return result


def test_a_definition_is_swapped_and_the_next_update_sets_its_own(aws: Clients, stack: Stack) -> None:
    stack.deploy(_machine(1))
    arn = stack.physical_ids()["It"]
    for value in (2, 3):
        swapped = {"op": "replace", "path": "/DefinitionString", "value": _definition(value)}
        event = _patch(aws, arn, swapped)
        assert event["OperationStatus"] == "SUCCESS", event
        assert _result(aws, arn) == value
    described = aws.client("cloudcontrol").get_resource(TypeName=MACHINE, Identifier=arn)["ResourceDescription"]
    assert json.loads(described["Properties"])["DefinitionString"] == _definition(3)
    assert stack.deploy(_machine(4)) == "UPDATE_COMPLETE"
    assert _result(aws, arn) == 4
    assert stack.physical_ids()["It"] == arn


def test_what_no_stack_has_is_not_found(aws: Clients) -> None:
    with pytest.raises(ClientError, match=r"ResourceNotFoundException.*resources of stacks alone"):
        _patch(aws, "arn:aws:states:us-east-1:000000000000:stateMachine:none")


def test_a_property_that_would_need_a_new_resource_is_refused(aws: Clients, stack: Stack) -> None:
    stack.deploy(_machine(1))
    arn = stack.physical_ids()["It"]
    with pytest.raises(ClientError, match=r"NotUpdatable.*StateMachineName"):
        _patch(aws, arn, {"op": "add", "path": "/StateMachineName", "value": "other"})
