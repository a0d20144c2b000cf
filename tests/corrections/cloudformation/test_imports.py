"""A resource that is there already becomes one of a stack."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from localdev.engines.clients import Clients
    from tests.corrections.cloudformation.stacks import Stack

QUEUE = "AWS::SQS::Queue"
OTHER: dict[str, Any] = {"Other": {"Type": "AWS::SNS::Topic"}}


def _queue(name: str, seconds: int, **more: Any) -> dict[str, Any]:
    properties = {"QueueName": name, "VisibilityTimeout": seconds}
    return {"It": {"Type": QUEUE, "DeletionPolicy": "Delete", "Properties": properties, **more}}


def _made(aws: Clients, stack: Stack) -> str:
    name = f"{stack.name}-q"
    url: str = aws.client("sqs").create_queue(QueueName=name, Attributes={"VisibilityTimeout": "7"})["QueueUrl"]
    aws.client("sqs").send_message(QueueUrl=url, MessageBody="it was there before")
    return url


def _import(aws: Clients, stack: Stack, resources: dict[str, Any], url: str, kind: str = QUEUE) -> dict[str, Any]:
    """Import the queue, and return the change that the change set says."""
    api: Any = aws.client("cloudformation")
    api.create_change_set(
        StackName=stack.name,
        ChangeSetName="c",
        ChangeSetType="IMPORT",
        TemplateBody=json.dumps({"Resources": resources}),
        ResourcesToImport=[{"ResourceType": kind, "LogicalResourceId": "It", "ResourceIdentifier": {"QueueUrl": url}}],
    )
    (change,) = api.describe_change_set(StackName=stack.name, ChangeSetName="c")["Changes"]
    api.execute_change_set(StackName=stack.name, ChangeSetName="c")
    found: dict[str, Any] = change["ResourceChange"]
    return found


def test_a_queue_becomes_the_stacks_own_with_its_messages(aws: Clients, stack: Stack) -> None:
    url = _made(aws, stack)
    stack.deploy(OTHER)
    resources = {**OTHER, **_queue(f"{stack.name}-q", 7)}
    change = _import(aws, stack, resources, url)
    assert (change["Action"], change["PhysicalResourceId"]) == ("Import", url)
    assert stack.settled() == "IMPORT_COMPLETE", stack.reasons()
    assert stack.statuses("It") == ["IMPORT_IN_PROGRESS", "IMPORT_COMPLETE"]
    # from now on it is as any other: its attributes are known, it is updated, and it goes with the stack
    outputs = {"Arn": {"Value": {"Fn::GetAtt": ["It", "Arn"]}}}
    assert stack.deploy({**OTHER, **_queue(f"{stack.name}-q", 9)}, Outputs=outputs) == "UPDATE_COMPLETE"
    assert stack.physical_ids()["It"] == url
    assert stack.outputs()["Arn"].endswith(f":{stack.name}-q")
    sqs = aws.client("sqs")
    assert sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]["VisibilityTimeout"] == "9"
    assert sqs.receive_message(QueueUrl=url)["Messages"][0]["Body"] == "it was there before"
    assert stack.delete() == "DELETE_COMPLETE"
    with pytest.raises(ClientError):
        sqs.get_queue_attributes(QueueUrl=url)


def test_a_new_stack_can_begin_with_what_is_there(aws: Clients, stack: Stack) -> None:
    url = _made(aws, stack)
    _import(aws, stack, _queue(f"{stack.name}-q", 7), url)
    assert stack.settled() == "IMPORT_COMPLETE", stack.reasons()
    assert stack.physical_ids() == {"It": url}


def test_what_is_not_there_is_named(aws: Clients, stack: Stack) -> None:
    stack.deploy(OTHER)
    with pytest.raises(ClientError, match=r"Resource \[It\] does not exist"):
        _import(aws, stack, {**OTHER, **_queue("none", 7)}, "http://localhost/000000000000/none")
    assert stack.describe()["StackStatus"] == "CREATE_COMPLETE"


def test_what_has_no_deletion_policy_is_refused(aws: Clients, stack: Stack) -> None:
    stack.deploy(OTHER)
    resources = {**OTHER, **_queue(f"{stack.name}-q", 7, DeletionPolicy=None)}
    del resources["It"]["DeletionPolicy"]
    with pytest.raises(ClientError, match=r"must have a DeletionPolicy attribute: \[It\]"):
        _import(aws, stack, resources, _made(aws, stack))


def test_another_change_in_the_same_template_is_refused(aws: Clients, stack: Stack) -> None:
    stack.deploy(OTHER)
    resources = {"New": OTHER["Other"], **OTHER, **_queue(f"{stack.name}-q", 7)}
    with pytest.raises(ClientError, match=r"cannot create or delete resources: \[New\]"):
        _import(aws, stack, resources, _made(aws, stack))


def test_a_type_that_cannot_be_imported_here_is_named(aws: Clients, stack: Stack) -> None:
    stack.deploy(OTHER)
    kind = "AWS::StepFunctions::Activity"
    it = {"Type": kind, "DeletionPolicy": "Retain", "Properties": {"Name": "a"}}
    with pytest.raises(ClientError, match=f"imports of {kind} are not emulated"):
        _import(aws, stack, {**OTHER, "It": it}, "a", kind)


def test_what_another_stack_has_is_refused(aws: Clients, stack: Stack, other_stack: Stack) -> None:
    other_stack.deploy(_queue(f"{stack.name}-q", 7))
    stack.deploy(OTHER)
    with pytest.raises(ClientError, match=f"is in stack {other_stack.name} already"):
        _import(aws, stack, {**OTHER, **_queue(f"{stack.name}-q", 7)}, other_stack.physical_ids()["It"])
