"""The stack, synthesised once for all the tests: starting the CDK takes seconds."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import App
from aws_cdk.assertions import Template

from infra.the_state_machine_stack import TheStateMachineStack

ROOT = Path(__file__).parents[2]
STACK_ID = "the-state-machine"
ACCOUNT_ARN = "us-east-1:123456789012"

type Resource = dict[str, Any]


class SynthesisedStack:
    """A synthesised stack: ``template`` for assertions, ``document`` and ``path`` for reading it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        self.template = Template.from_json(self.document)

    def resources(self, resource_type: str) -> dict[str, Resource]:
        """Return all resources of a type, by logical id."""
        return {
            logical_id: resource
            for logical_id, resource in self.document["Resources"].items()
            if resource["Type"] == resource_type
        }

    def resource(self, resource_type: str, part: str = "") -> tuple[str, Resource]:
        """Return the one resource of a type whose logical id contains a part."""
        ((logical_id, resource),) = (
            (logical_id, resource)
            for logical_id, resource in self.resources(resource_type).items()
            if part in logical_id
        )
        return logical_id, resource

    def statements_of(self, role_part: str) -> list[dict[str, Any]]:
        """Return all that a role may do."""
        role_id, _ = self.resource("AWS::IAM::Role", role_part)
        return [
            statement
            for policy in self.resources("AWS::IAM::Policy").values()
            if {"Ref": role_id} in policy["Properties"]["Roles"]
            for statement in policy["Properties"]["PolicyDocument"]["Statement"]
        ]

    def definition(self) -> str:
        """Return the state machine's definition as Step Functions gets it, with ARNs for what is not known before."""
        _, state_machine = self.resource("AWS::StepFunctions::StateMachine")
        (_, parts) = state_machine["Properties"]["DefinitionString"]["Fn::Join"]
        return "".join(part if isinstance(part, str) else _placeholder_arn(part) for part in parts)


def _placeholder_arn(reference: dict[str, Any]) -> str:
    logical_id, attribute = reference["Fn::GetAtt"]
    assert attribute == "Arn"
    return f"arn:aws:lambda:{ACCOUNT_ARN}:function:{logical_id}"


@pytest.fixture(scope="session")
def context() -> dict[str, Any]:
    """Provide the feature flags, which the CDK CLI takes from ``cdk.json``."""
    flags: dict[str, Any] = json.loads((ROOT / "cdk.json").read_text())["context"]
    return flags


@pytest.fixture(scope="session")
def stack(context: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> SynthesisedStack:
    """Provide our stack."""
    output = tmp_path_factory.mktemp("cdk.out")
    app = App(context=context, outdir=str(output))
    TheStateMachineStack(app, STACK_ID)
    app.synth()
    return SynthesisedStack(output / f"{STACK_ID}.template.json")
