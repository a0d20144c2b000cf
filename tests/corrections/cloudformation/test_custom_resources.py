"""Custom resources: a function of the template makes what CloudFormation does not know."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from localdev.engines.clients import Clients
    from tests.corrections.cloudformation.stacks import Stack

HANDLER = """
import cfnresponse, json, boto3

def handler(event, context):
    boto3.client("sqs").send_message(QueueUrl=event["ResourceProperties"]["Log"], MessageBody=json.dumps(event))
    wanted = event["ResourceProperties"]
    if wanted.get("Raises") == "true":
        raise RuntimeError("it raised")
    status = cfnresponse.FAILED if wanted.get("Fails") == event["RequestType"] else cfnresponse.SUCCESS
    data = {"Said": wanted.get("Say", ""), "Dotted.Name": "dotted", "Number": 3}
    cfnresponse.send(event, context, status, data, physicalResourceId=wanted.get("Id", "it"), reason="as asked")
"""
PRINCIPAL = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "lambda.amazonaws.com"}}
BESIDE: dict[str, Any] = {
    "Log": {"Type": "AWS::SQS::Queue"},
    "Role": {
        "Type": "AWS::IAM::Role",
        "Properties": {"AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [PRINCIPAL]}},
    },
    "Function": {
        "Type": "AWS::Lambda::Function",
        "Properties": {
            "Runtime": "python3.13",
            "Handler": "index.handler",
            "Timeout": 30,
            "Role": {"Fn::GetAtt": ["Role", "Arn"]},
            "Code": {"ZipFile": HANDLER},
        },
    },
}


def _with(type_: str = "Custom::Thing", **properties: Any) -> dict[str, Any]:
    wanted = {"ServiceToken": {"Fn::GetAtt": ["Function", "Arn"]}, "Log": {"Ref": "Log"}, **properties}
    return {**BESIDE, "It": {"Type": type_, "Properties": wanted}}


def _requests(aws: Clients, stack: Stack) -> list[dict[str, Any]]:
    """Return what the handler was asked, in order."""
    sqs, url = aws.client("sqs"), stack.physical_ids()["Log"]
    found = []
    while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=1).get("Messages"):
        found.append(json.loads(messages[0]["Body"]))
        sqs.delete_message(QueueUrl=url, ReceiptHandle=messages[0]["ReceiptHandle"])
    return found


def test_a_handler_is_asked_to_create_and_its_answer_has_the_attributes(aws: Clients, stack: Stack) -> None:
    outputs = {
        "Said": {"Value": {"Fn::GetAtt": ["It", "Said"]}},
        "Dotted": {"Value": {"Fn::GetAtt": ["It", "Dotted.Name"]}},
        "Number": {"Value": {"Fn::GetAtt": ["It", "Number"]}},
        "Id": {"Value": {"Ref": "It"}},
    }
    resources = _with(Say="hello", Id="made", Flag=True, Count=[1, 2])
    assert stack.deploy(resources, Outputs=outputs) == "CREATE_COMPLETE", stack.reasons()
    assert stack.outputs() == {"Said": "hello", "Dotted": "dotted", "Number": "3", "Id": "made"}
    (request,) = _requests(aws, stack)
    assert request["RequestType"] == "Create"
    assert request["ResourceType"] == "Custom::Thing"
    assert request["LogicalResourceId"] == "It"
    assert request["StackId"] == stack.describe()["StackId"]
    # every scalar is a string
    assert request["ResourceProperties"]["Flag"] == "true"
    assert request["ResourceProperties"]["Count"] == ["1", "2"]


def test_an_update_has_the_old_properties_and_keeps_the_physical_id(aws: Clients, stack: Stack) -> None:
    stack.deploy(_with(Say="one"))
    _requests(aws, stack)
    assert stack.deploy(_with(Say="two")) == "UPDATE_COMPLETE", stack.reasons()
    (request,) = _requests(aws, stack)
    assert request["RequestType"] == "Update"
    assert request["PhysicalResourceId"] == "it"
    assert request["OldResourceProperties"]["Say"] == "one"
    assert request["ResourceProperties"]["Say"] == "two"


def test_another_physical_id_replaces_the_resource_and_deletes_the_old_one(aws: Clients, stack: Stack) -> None:
    stack.deploy(_with(Id="old"))
    _requests(aws, stack)
    stack.deploy(_with(Id="new"))
    asked = [(each["RequestType"], each["PhysicalResourceId"]) for each in _requests(aws, stack)]
    assert asked == [("Update", "old"), ("Delete", "old")]
    assert stack.physical_ids()["It"] == "new"


def test_a_removed_resource_is_deleted_with_its_last_properties(aws: Clients, stack: Stack) -> None:
    stack.deploy(_with(Say="last"))
    _requests(aws, stack)
    stack.deploy(BESIDE)
    (request,) = _requests(aws, stack)
    assert (request["RequestType"], request["ResourceProperties"]["Say"]) == ("Delete", "last")


def test_a_failure_has_the_reason_of_the_handler_and_rolls_back(stack: Stack) -> None:
    assert stack.deploy(_with(Fails="Create")) == "ROLLBACK_COMPLETE"
    assert any("Message returned: as asked" in reason for reason in stack.reasons())


def test_a_failed_update_is_rolled_back_by_another_update(aws: Clients, stack: Stack) -> None:
    stack.deploy(_with(Say="one"))
    _requests(aws, stack)
    assert stack.deploy(_with(Say="two", Fails="Update")) == "UPDATE_ROLLBACK_COMPLETE"
    asked = [(each["RequestType"], each["ResourceProperties"]["Say"]) for each in _requests(aws, stack)]
    assert asked == [("Update", "two"), ("Update", "one")]


def test_a_handler_that_raises_fails_the_deployment_at_once(stack: Stack) -> None:
    assert stack.deploy(_with(Raises=True)) == "ROLLBACK_COMPLETE"
    assert any("it raised" in reason for reason in stack.reasons())


def test_a_handler_that_does_not_answer_in_time_fails_the_deployment(stack: Stack) -> None:
    resources = _with(type_="AWS::CloudFormation::CustomResource", ServiceTimeout=1)
    silent = {**resources["Function"]["Properties"], "Code": {"ZipFile": "def handler(event, context):\n    pass\n"}}
    resources["Function"] = {**resources["Function"], "Properties": silent}
    assert stack.deploy(resources) == "ROLLBACK_COMPLETE"
    assert any("did not receive a response" in reason for reason in stack.reasons())


def test_an_attribute_that_the_handler_does_not_give_fails_the_deployment(stack: Stack) -> None:
    outputs = {"None": {"Value": {"Fn::GetAtt": ["It", "Nowhere"]}}}
    assert stack.deploy(_with(), Outputs=outputs) == "ROLLBACK_COMPLETE"
    assert any("doesn't contain Nowhere attribute" in reason for reason in stack.reasons())


def test_a_custom_resource_comes_after_all_that_do_not_wait_for_it(stack: Stack) -> None:
    resources = _with(Say="hello")
    # first in the template
    resources = {"It": resources.pop("It"), **resources, "Other": {"Type": "AWS::SNS::Topic"}}
    assert stack.deploy(resources) == "CREATE_COMPLETE", stack.reasons()
    assert stack.begun().index("Other") < stack.begun().index("It")
