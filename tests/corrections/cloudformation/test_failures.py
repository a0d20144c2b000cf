"""A deployment that fails leaves a stack that works and that the next deployment updates."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from localdev.engines.clients import Clients
    from tests.corrections.cloudformation.stacks import Stack

BROKEN = {
    "Type": "AWS::SSM::Parameter",
    "Properties": {"Type": "String", "Value": "v", "Name": "/aws/not-allowed"},
}
QUEUE: dict[str, Any] = {"Type": "AWS::SQS::Queue"}


def _queue(**properties: Any) -> dict[str, Any]:
    return {"Type": "AWS::SQS::Queue", "Properties": properties}


def _after(*names: str) -> dict[str, Any]:
    return {**BROKEN, "DependsOn": list(names)}


def _timeout(aws: Clients, url: str) -> str:
    return aws.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"][
        "VisibilityTimeout"
    ]


def _queues(aws: Clients, prefix: str) -> list[str]:
    return aws.client("sqs").list_queues(QueueNamePrefix=prefix).get("QueueUrls", [])


def test_a_failed_creation_leaves_nothing(aws: Clients, stack: Stack) -> None:
    assert stack.deploy({"It": QUEUE, "Broken": _after("It")}) == "ROLLBACK_COMPLETE"
    assert _queues(aws, stack.name) == []
    assert stack.physical_ids() == {}
    assert stack.statuses("It") == ["CREATE_IN_PROGRESS", "CREATE_COMPLETE", "DELETE_IN_PROGRESS", "DELETE_COMPLETE"]


@pytest.mark.parametrize(("policy", "are_left"), [("Retain", 1), ("RetainExceptOnCreate", 0)])
def test_a_failed_creation_leaves_what_is_to_be_retained(
    aws: Clients, stack: Stack, policy: str, are_left: int
) -> None:
    stack.deploy({"It": {**QUEUE, "DeletionPolicy": policy}, "Broken": _after("It")})
    left = _queues(aws, stack.name)
    assert len(left) == are_left
    assert ("DELETE_SKIPPED" in stack.statuses("It")) == bool(are_left)
    for url in left:
        aws.client("sqs").delete_queue(QueueUrl=url)


def test_a_deleted_stack_leaves_what_is_retained_except_on_creation(aws: Clients, stack: Stack) -> None:
    assert stack.deploy({"It": {**QUEUE, "DeletionPolicy": "RetainExceptOnCreate"}}) == "CREATE_COMPLETE"
    url = stack.physical_ids()["It"]
    assert stack.delete() == "DELETE_COMPLETE"
    assert _queues(aws, stack.name) == [url]
    aws.client("sqs").delete_queue(QueueUrl=url)


def test_a_creation_that_fails_half_way_leaves_nothing(aws: Clients, stack: Stack) -> None:
    statement = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "lambda.amazonaws.com"}}
    role = {
        "Type": "AWS::IAM::Role",
        "Properties": {
            "RoleName": stack.name,
            "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [statement]},
            "ManagedPolicyArns": ["arn:aws:iam::aws:policy/NoSuchPolicy"],
        },
    }
    assert stack.deploy({"It": role}) == "ROLLBACK_COMPLETE"
    with pytest.raises(ClientError, match="NoSuchEntity"):
        aws.client("iam").get_role(RoleName=stack.name)


def test_a_failed_update_leaves_the_old_resources_as_they_were(aws: Clients, stack: Stack) -> None:
    stack.deploy({"It": _queue(VisibilityTimeout=10)})
    before = stack.physical_ids()
    stack_id = stack.describe()["StackId"]
    status = stack.deploy({"It": _queue(VisibilityTimeout=20), "New": QUEUE, "Broken": _after("It", "New")})
    assert status == "UPDATE_ROLLBACK_COMPLETE"
    assert stack.physical_ids() == before
    assert stack.describe()["StackId"] == stack_id
    assert _timeout(aws, before["It"]) == "10"
    assert _queues(aws, stack.name) == [before["It"]]


def test_a_replaced_resource_stands_again_after_a_failed_update(aws: Clients, stack: Stack) -> None:
    stack.deploy({"It": QUEUE})
    before = stack.physical_ids()
    stack.deploy({"It": _queue(FifoQueue=True), "Broken": _after("It")})
    assert stack.physical_ids() == before
    assert _queues(aws, stack.name) == [before["It"]]


def test_a_resource_whose_replacement_failed_is_the_old_one(aws: Clients, stack: Stack) -> None:
    parameter = {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": "v"}}
    stack.deploy({"It": parameter})
    before = stack.physical_ids()
    assert stack.deploy({"It": BROKEN}) == "UPDATE_ROLLBACK_COMPLETE"
    assert stack.physical_ids() == before
    assert stack.statuses("It")[-2:] == ["UPDATE_FAILED", "UPDATE_COMPLETE"]
    assert aws.client("ssm").get_parameter(Name=before["It"])["Parameter"]["Value"] == "v"


def test_the_next_deployment_updates_a_stack_that_was_rolled_back(aws: Clients, stack: Stack) -> None:
    stack.deploy({"It": _queue(VisibilityTimeout=10)})
    it = stack.physical_ids()["It"]
    stack.deploy({"It": _queue(VisibilityTimeout=20), "Broken": _after("It")})
    assert stack.deploy({"It": _queue(VisibilityTimeout=30)}) == "UPDATE_COMPLETE"
    assert stack.physical_ids() == {"It": it}
    assert _timeout(aws, it) == "30"


def _reasons_of_stack(stack: Stack) -> dict[str, str | None]:
    """Return the newest reason of each status that the stack has had."""
    return {status: reason for status, reason in stack.own_events() if status.endswith(("IN_PROGRESS", "FAILED"))}


def test_a_failed_creation_names_the_resource_and_a_stack_that_was_rolled_back_gives_no_reason(stack: Stack) -> None:
    stack.deploy({"It": QUEUE, "Broken": _after("It")})
    assert _reasons_of_stack(stack) == {
        "CREATE_IN_PROGRESS": "User Initiated",
        "ROLLBACK_IN_PROGRESS": "The following resource(s) failed to create: [Broken]. Rollback requested by user.",
    }
    assert "StackStatusReason" not in stack.describe()


def test_a_failed_update_names_the_resource_and_a_stack_that_was_rolled_back_gives_no_reason(stack: Stack) -> None:
    stack.deploy({"It": _queue(VisibilityTimeout=10)})
    stack.deploy({"It": _queue(VisibilityTimeout=-1)})
    assert _reasons_of_stack(stack) == {
        "CREATE_IN_PROGRESS": "User Initiated",
        "UPDATE_IN_PROGRESS": "User Initiated",
        "UPDATE_ROLLBACK_IN_PROGRESS": "The following resource(s) failed to update: [It].",
    }
    assert "StackStatusReason" not in stack.describe()


def test_a_stack_that_stays_as_a_failure_left_it_says_which_resource_failed(stack: Stack) -> None:
    stack.deploy({"It": QUEUE, "Broken": _after("It")}, disable_rollback=True)
    assert stack.describe()["StackStatusReason"] == "The following resource(s) failed to create: [Broken]."
    stack.deploy({"It": QUEUE})
    assert "StackStatusReason" not in stack.describe()


def test_a_stack_can_stay_as_a_failure_left_it_and_be_finished_later(aws: Clients, stack: Stack) -> None:
    stack.deploy({"It": _queue(VisibilityTimeout=10)})
    resources = {"It": _queue(VisibilityTimeout=20), "Broken": _after("It")}
    assert stack.deploy(resources, disable_rollback=True) == "UPDATE_FAILED"
    it = stack.physical_ids()["It"]
    assert _timeout(aws, it) == "20"
    assert stack.deploy({"It": _queue(VisibilityTimeout=20), "New": QUEUE}) == "UPDATE_COMPLETE"
    assert stack.physical_ids()["It"] == it


def test_a_stack_that_stayed_as_a_failure_left_it_can_be_rolled_back(aws: Clients, stack: Stack) -> None:
    stack.deploy({"It": _queue(VisibilityTimeout=10)})
    resources = {"It": _queue(VisibilityTimeout=20), "New": QUEUE, "Broken": _after("It", "New")}
    stack.deploy(resources, disable_rollback=True)
    aws.client("cloudformation").rollback_stack(StackName=stack.name)
    assert stack.settled() == "UPDATE_ROLLBACK_COMPLETE"
    assert set(stack.physical_ids()) == {"It"}
    assert _timeout(aws, stack.physical_ids()["It"]) == "10"


def test_an_export_that_another_stack_imports_cannot_go(stack: Stack, other_stack: Stack) -> None:
    export = {"Out": {"Value": "value", "Export": {"Name": stack.name}}}
    stack.deploy({"It": QUEUE}, Outputs=export)
    value = {"Fn::ImportValue": stack.name}
    importing = {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": value}}
    assert other_stack.deploy({"Imports": importing}) == "CREATE_COMPLETE"
    assert stack.delete() == "DELETE_FAILED"
    other_stack.delete()
    assert stack.delete() == "DELETE_COMPLETE"


def test_an_export_that_does_not_exist_fails_the_deployment(stack: Stack) -> None:
    value = {"Fn::ImportValue": f"no-{stack.name}"}
    importing = {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": value}}
    assert stack.deploy({"Imports": importing}) == "ROLLBACK_COMPLETE"
    assert any(f"No export named no-{stack.name} found." in reason for reason in stack.reasons())


@pytest.mark.parametrize("verb", ["create_stack", "create_change_set"])
def test_resources_that_wait_for_each_other_are_refused(aws: Clients, stack: Stack, verb: str) -> None:
    resources = {"A": {**QUEUE, "DependsOn": "B"}, "B": {**QUEUE, "DependsOn": "A"}}
    more = {"ChangeSetName": "c", "ChangeSetType": "CREATE"} if verb == "create_change_set" else {}
    with pytest.raises(ClientError, match=r"Circular dependency between resources: \[A, B\]"):
        getattr(aws.client("cloudformation"), verb)(
            StackName=stack.name, TemplateBody=json.dumps({"Resources": resources}), **more
        )


def test_a_protected_stack_is_not_deleted(aws: Clients, stack: Stack) -> None:
    stack.deploy({"It": QUEUE})
    api = aws.client("cloudformation")
    api.update_termination_protection(StackName=stack.name, EnableTerminationProtection=True)
    with pytest.raises(ClientError, match="TerminationProtection is enabled"):
        api.delete_stack(StackName=stack.name)
    api.update_termination_protection(StackName=stack.name, EnableTerminationProtection=False)


def test_a_deleted_stack_is_described_by_its_id_alone(aws: Clients, stack: Stack) -> None:
    api: Any = aws.client("cloudformation")
    stack.deploy({"It": {"Type": "AWS::SQS::Queue"}})
    stack_id = stack.describe()["StackId"]
    assert stack_id in [each["StackId"] for each in api.describe_stacks()["Stacks"]]

    stack.delete()

    assert stack_id not in [each["StackId"] for each in api.describe_stacks()["Stacks"]]
    assert stack.describe(stack_id)["StackStatus"] == "DELETE_COMPLETE"
