"""What a change set says of its changes, which ``cdk diff`` shows."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from localdev.engines.clients import Clients
    from tests.corrections.cloudformation.stacks import Stack


def _queue(**properties: Any) -> dict[str, Any]:
    return {"It": {"Type": "AWS::SQS::Queue", "Properties": properties}}


def _change(aws: Clients, stack: Stack, resources: dict[str, Any], **settings: Any) -> dict[str, Any]:
    api: Any = aws.client("cloudformation")
    body = json.dumps({"Resources": resources})
    api.create_change_set(StackName=stack.name, ChangeSetName="c", ChangeSetType="UPDATE", TemplateBody=body)
    (change,) = api.describe_change_set(StackName=stack.name, ChangeSetName="c", **settings)["Changes"]
    found: dict[str, Any] = change["ResourceChange"]
    return found


def _details(change: dict[str, Any]) -> dict[str, str]:
    return {each["Target"]["Name"]: each["Target"]["RequiresRecreation"] for each in change["Details"]}


def test_each_property_that_changes_is_named(aws: Clients, stack: Stack) -> None:
    stack.deploy(_queue(VisibilityTimeout=10, DelaySeconds=1))
    change = _change(aws, stack, _queue(VisibilityTimeout=20, MaximumMessageSize=2048))
    assert _details(change) == {"DelaySeconds": "Never", "MaximumMessageSize": "Never", "VisibilityTimeout": "Never"}
    assert change["Replacement"] == "False"
    assert "BeforeContext" not in change


def test_a_property_that_needs_a_new_resource_is_named_as_such(aws: Clients, stack: Stack) -> None:
    stack.deploy(_queue(VisibilityTimeout=10))
    change = _change(aws, stack, _queue(VisibilityTimeout=10, FifoQueue=True), IncludePropertyValues=True)
    assert _details(change) == {"FifoQueue": "Always"}
    assert change["Replacement"] == "True"
    assert json.loads(change["AfterContext"])["Properties"]["FifoQueue"] is True
