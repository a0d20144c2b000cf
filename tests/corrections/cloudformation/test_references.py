"""An update whose only change is what a function refers to is a change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from localdev.engines.clients import Clients
    from tests.corrections.cloudformation.stacks import Stack

NAMES = ("One", "Two")
QUEUES = {name: {"Type": "AWS::SQS::Queue"} for name in NAMES}
CONDITIONS = {"Yes": {"Fn::Equals": ["a", "a"]}, "No": {"Fn::Equals": ["a", "b"]}}
REFERENCES: dict[str, list[Any]] = {
    "Ref": [{"Ref": name} for name in NAMES],
    "Fn::GetAtt": [{"Fn::GetAtt": [name, "Arn"]} for name in NAMES],
    "another attribute": [{"Fn::GetAtt": ["One", name]} for name in ("Arn", "QueueName")],
    "Fn::Sub": [{"Fn::Sub": f"${{{name}.Arn}}"} for name in NAMES],
    "Fn::Join": [{"Fn::Join": [",", [{"Fn::GetAtt": [name, "Arn"]}]]} for name in NAMES],
    "Fn::If": [{"Fn::If": [name, {"Ref": "One"}, {"Ref": "Two"}]} for name in CONDITIONS],
    "Fn::Select": [{"Fn::Select": [number, [{"Ref": "One"}, {"Ref": "Two"}]]} for number in (0, 1)],
}


def _resources(value: Any) -> dict[str, Any]:
    return {**QUEUES, "It": {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": value}}}


@pytest.mark.parametrize("kind", REFERENCES)
def test_another_reference_is_an_update(aws: Clients, stack: Stack, kind: str) -> None:
    first, second = REFERENCES[kind]
    assert stack.deploy(_resources(first), Conditions=CONDITIONS) == "CREATE_COMPLETE", stack.reasons()
    name = stack.physical_ids()["It"]
    before = aws.client("ssm").get_parameter(Name=name)["Parameter"]["Value"]
    assert stack.deploy(_resources(second), Conditions=CONDITIONS) == "UPDATE_COMPLETE", stack.reasons()
    assert aws.client("ssm").get_parameter(Name=name)["Parameter"]["Value"] != before
