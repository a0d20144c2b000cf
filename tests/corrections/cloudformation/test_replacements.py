"""Test what cannot change in place is replaced: the new resource first, then the old one goes."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from localdev.engines.clients import Clients
    from tests.corrections.cloudformation.stacks import Stack

TABLE: dict[str, Any] = {
    "BillingMode": "PAY_PER_REQUEST",
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
}


def _queue(fifo: bool = False, **more: Any) -> dict[str, Any]:
    return {"Type": "AWS::SQS::Queue", "Properties": {"FifoQueue": True} if fifo else {}, **more}


def _name_of(resource: str) -> dict[str, Any]:
    value = {"Fn::GetAtt": [resource, "QueueName"]}
    return {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": value}}


def _queues(aws: Clients, prefix: str) -> list[str]:
    return aws.client("sqs").list_queues(QueueNamePrefix=prefix).get("QueueUrls", [])


def test_a_property_that_only_a_creation_takes_makes_a_new_resource_and_deletes_the_old_one(
    aws: Clients, stack: Stack
) -> None:
    stack.deploy({"It": _queue()})
    old = stack.physical_ids()["It"]
    assert stack.deploy({"It": _queue(fifo=True)}) == "UPDATE_COMPLETE"
    new = stack.physical_ids()["It"]
    assert new != old
    assert _queues(aws, stack.name) == [new]
    assert "Requested update requires the creation of a new physical resource: FifoQueue changed" in stack.reasons()


def test_a_reference_follows_the_new_resource(aws: Clients, stack: Stack) -> None:
    stack.deploy({"It": _queue(), "Name": _name_of("It")})
    stack.deploy({"It": _queue(fifo=True), "Name": _name_of("It")})
    ids = stack.physical_ids()
    value = aws.client("ssm").get_parameter(Name=ids["Name"])["Parameter"]["Value"]
    assert ids["It"].endswith(value)
    assert value.endswith(".fifo")


def test_a_resource_with_a_name_of_its_own_is_not_replaced(stack: Stack) -> None:
    name = f"t{uuid.uuid4().hex}"
    before = {"Type": "AWS::DynamoDB::Table", "Properties": {**TABLE, "TableName": name}}
    keys = {
        "KeySchema": [{"AttributeName": "other", "KeyType": "HASH"}],
        "AttributeDefinitions": [{"AttributeName": "other", "AttributeType": "S"}],
    }
    stack.deploy({"It": before})
    status = stack.deploy({"It": {"Type": "AWS::DynamoDB::Table", "Properties": {**TABLE, **keys, "TableName": name}}})
    assert status == "UPDATE_ROLLBACK_COMPLETE"
    refusal = (
        "CloudFormation cannot update a stack when a custom-named resource requires replacing. "
        f"Rename {name} and update the stack again."
    )
    assert refusal in stack.reasons()


def test_the_old_resource_stays_when_its_policy_says_so(aws: Clients, stack: Stack) -> None:
    stack.deploy({"It": _queue(UpdateReplacePolicy="Retain")})
    old = stack.physical_ids()["It"]
    stack.deploy({"It": _queue(fifo=True, UpdateReplacePolicy="Retain")})
    assert old in _queues(aws, stack.name)
    aws.client("sqs").delete_queue(QueueUrl=old)


def test_a_resource_that_the_template_no_longer_has_is_deleted(aws: Clients, stack: Stack) -> None:
    stack.deploy({"It": _queue(), "Other": _queue()})
    assert stack.deploy({"Other": _queue()}) == "UPDATE_COMPLETE"
    assert _queues(aws, stack.name) == [stack.physical_ids()["Other"]]


def test_a_resource_whose_condition_becomes_false_is_deleted(aws: Clients, stack: Stack) -> None:
    template: dict[str, Any] = {
        "Parameters": {"Wanted": {"Type": "String"}},
        "Conditions": {"IsWanted": {"Fn::Equals": [{"Ref": "Wanted"}, "yes"]}},
    }
    resources = {"It": _queue(Condition="IsWanted"), "Other": _queue()}
    stack.deploy(resources, {"Wanted": "yes"}, **template)
    assert stack.deploy(resources, {"Wanted": "no"}, **template) == "UPDATE_COMPLETE"
    assert set(stack.physical_ids()) == {"Other"}
    assert _queues(aws, stack.name) == [stack.physical_ids()["Other"]]


def test_a_resource_with_a_new_logical_id_is_a_new_resource(aws: Clients, stack: Stack) -> None:
    stack.deploy({"Before": _queue()})
    assert stack.deploy({"After": _queue()}) == "UPDATE_COMPLETE"
    assert set(stack.physical_ids()) == {"After"}
    assert _queues(aws, stack.name) == [stack.physical_ids()["After"]]


def test_a_removed_resource_stays_when_its_policy_says_so(aws: Clients, stack: Stack) -> None:
    stack.deploy({"It": _queue(DeletionPolicy="Retain"), "Other": _queue()})
    it = stack.physical_ids()["It"]
    stack.deploy({"Other": _queue()})
    assert stack.statuses("It")[-1] == "DELETE_SKIPPED"
    assert it in _queues(aws, stack.name)
    aws.client("sqs").delete_queue(QueueUrl=it)


def test_another_type_under_the_same_logical_id_is_refused(stack: Stack) -> None:
    stack.deploy({"It": _queue()})
    with pytest.raises(ClientError, match="Update of resource type is not permitted"):
        stack.deploy({"It": {"Type": "AWS::SNS::Topic"}})
