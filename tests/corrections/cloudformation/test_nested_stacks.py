"""Nested stacks end in the status that AWS gives them when their parent rolls back.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/view-stack-events.html#cfn-console-view-stack-data-resources-status-codes
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from localdev.engines.clients import Clients
    from tests.corrections.cloudformation.stacks import Resources, Stack

BROKEN = {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": "v", "Name": "/aws/not-allowed"}}


@pytest.fixture
def place(aws: Clients, stack: Stack) -> str:
    """Provide a bucket for the templates of nested stacks."""
    s3: Any = aws.client("s3")
    s3.create_bucket(Bucket=stack.name)
    queue = {"Type": "AWS::SQS::Queue", "Properties": {"VisibilityTimeout": {"Ref": "Seconds"}}}
    seconds = {"Seconds": {"Type": "Number"}}
    _put(s3, stack.name, "inner", {"Parameters": seconds, "Resources": {"Queue": queue}})
    inner = _nested(stack.name, "inner", {"Ref": "Seconds"})
    _put(s3, stack.name, "outer", {"Parameters": seconds, "Resources": {"Inner": inner}})
    return stack.name


def _put(s3: Any, bucket: str, name: str, template: dict[str, Any]) -> None:
    s3.put_object(Bucket=bucket, Key=name, Body=json.dumps(template))


def _nested(bucket: str, name: str, seconds: Any) -> dict[str, Any]:
    url = f"https://s3.us-east-1.amazonaws.com/{bucket}/{name}"
    return {
        "Type": "AWS::CloudFormation::Stack",
        "Properties": {"TemplateURL": url, "Parameters": {"Seconds": seconds}},
    }


def _resources(bucket: str, seconds: int) -> Resources:
    return {"Outer": _nested(bucket, "outer", seconds)}


def _statuses(aws: Clients, stack_id: str) -> list[str]:
    """Return the statuses of a stack itself, oldest first."""
    events = aws.client("cloudformation").describe_stack_events(StackName=stack_id)["StackEvents"]
    return [each["ResourceStatus"] for each in reversed(events) if each["PhysicalResourceId"] == stack_id]


def _inside(aws: Clients, stack_id: str, name: str) -> str:
    api = aws.client("cloudformation")
    (found,) = api.describe_stack_resources(StackName=stack_id, LogicalResourceId=name)["StackResources"]
    return found["PhysicalResourceId"]


def test_they_are_rolled_back_with_their_parent_and_updated_again(aws: Clients, stack: Stack, place: str) -> None:
    stack.deploy(_resources(place, 1))
    outer = stack.physical_ids()["Outer"]
    inner = _inside(aws, outer, "Inner")
    queue = _inside(aws, inner, "Queue")
    broken = {"Broken": {**BROKEN, "DependsOn": "Outer"}}
    assert stack.deploy({**_resources(place, 2), **broken}) == "UPDATE_ROLLBACK_COMPLETE"
    for each in (outer, inner):
        assert _statuses(aws, each)[-4:] == [
            "UPDATE_IN_PROGRESS",
            "UPDATE_COMPLETE",
            "UPDATE_ROLLBACK_IN_PROGRESS",
            "UPDATE_ROLLBACK_COMPLETE",
        ]
    attributes = aws.client("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=["All"])["Attributes"]
    assert attributes["VisibilityTimeout"] == "1"
    assert stack.deploy(_resources(place, 3)) == "UPDATE_COMPLETE"
    assert [_statuses(aws, each)[-1] for each in (outer, inner)] == ["UPDATE_COMPLETE"] * 2
    assert _inside(aws, inner, "Queue") == queue


def test_one_that_failed_itself_is_rolled_back_once(aws: Clients, stack: Stack, place: str) -> None:
    stack.deploy(_resources(place, 1))
    outer = stack.physical_ids()["Outer"]
    assert stack.deploy(_resources(place, -1)) == "UPDATE_ROLLBACK_COMPLETE"
    assert _statuses(aws, outer)[-3:] == [
        "UPDATE_IN_PROGRESS",
        "UPDATE_ROLLBACK_IN_PROGRESS",
        "UPDATE_ROLLBACK_COMPLETE",
    ]
    said = f"Embedded stack {outer} was not successfully updated: The following resource(s) failed to update: [Inner]. "
    assert any(reason.startswith(said) for reason in stack.reasons()), stack.reasons()
