"""Test in which forms a template can give the definition of a state machine."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.corrections.cloudformation.cases.base import ROLE, ROLE_ARN

if TYPE_CHECKING:
    from localdev.engines.clients import Clients
    from tests.corrections.cloudformation.stacks import Stack

IN_YAML = """
# a comment, which JSON does not have
StartAt: Say
States:
  Say: {Type: Pass, Result: "${Word} ${Other}", End: true}
"""
SAYS = {"StartAt": "Say", "States": {"Say": {"Type": "Pass", "Result": "hello ${Other}", "End": True}}}


def _machine(**properties: Any) -> dict[str, Any]:
    return {"Type": "AWS::StepFunctions::StateMachine", "Properties": {"RoleArn": ROLE_ARN, **properties}}


def _definition(aws: Clients, stack: Stack) -> Any:
    arn = stack.physical_ids()["It"]
    return json.loads(aws.client("stepfunctions").describe_state_machine(stateMachineArn=arn)["definition"])


@pytest.fixture
def location(aws: Clients, stack: Stack) -> dict[str, str]:
    """Provide where a definition in YAML is."""
    s3 = aws.client("s3")
    s3.create_bucket(Bucket=stack.name)
    s3.put_object(Bucket=stack.name, Key="it.asl.yaml", Body=IN_YAML.encode())
    return {"Bucket": stack.name, "Key": "it.asl.yaml"}


def test_a_definition_in_s3_may_be_yaml(aws: Clients, stack: Stack, location: dict[str, str]) -> None:
    machine = _machine(DefinitionS3Location=location, DefinitionSubstitutions={"Word": "hello"})
    assert stack.deploy({"Role": ROLE, "It": machine}) == "CREATE_COMPLETE", stack.reasons()
    assert _definition(aws, stack) == SAYS


@pytest.mark.parametrize("form", ["DefinitionString", "Definition"])
def test_what_has_no_substitution_stays(aws: Clients, stack: Stack, form: str) -> None:
    written = json.loads(json.dumps(SAYS).replace("hello", "${Word}"))
    given = json.dumps(written) if form == "DefinitionString" else written
    machine = _machine(**{form: given, "DefinitionSubstitutions": {"Word": "hello"}})
    assert stack.deploy({"Role": ROLE, "It": machine}) == "CREATE_COMPLETE", stack.reasons()
    assert _definition(aws, stack) == SAYS


def test_two_definitions_are_refused(stack: Stack) -> None:
    machine = _machine(DefinitionString=json.dumps(SAYS), Definition=SAYS)
    assert stack.deploy({"Role": ROLE, "It": machine}) == "ROLLBACK_COMPLETE"
    assert any("found DefinitionString and Definition" in reason for reason in stack.reasons()), stack.reasons()
