"""Test what a template or a request cannot be is refused as AWS refuses it, and nothing is lost."""

from __future__ import annotations

import itertools
import json
import re
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from tests.corrections.cloudformation.cases.base import ROLE, function

if TYPE_CHECKING:
    from localdev.engines.clients import Clients
    from tests.corrections.cloudformation.stacks import Stack

QUEUE: dict[str, Any] = {"Type": "AWS::SQS::Queue"}
MANY = 500
SECONDS_FOR_MANY = 120


def _queue(seconds: int) -> dict[str, Any]:
    return {"Type": "AWS::SQS::Queue", "Properties": {"VisibilityTimeout": seconds}}


def _update(aws: Clients, stack: Stack, seconds: int) -> str:
    body = json.dumps({"Resources": {"It": _queue(seconds), "Role": ROLE, "Function": function(seconds)}})
    api = aws.client("cloudformation")
    try:
        api.update_stack(StackName=stack.name, TemplateBody=body, Capabilities=["CAPABILITY_IAM"])
    except ClientError as error:
        return error.response["Error"]["Message"]
    return "begun"


def test_of_two_updates_at_once_one_is_refused(aws: Clients, stack: Stack) -> None:
    assert stack.deploy({"It": _queue(1), "Role": ROLE, "Function": function(1)}) == "CREATE_COMPLETE"
    with ThreadPoolExecutor(2) as pool:
        answers = sorted(pool.map(lambda seconds: _update(aws, stack, seconds), (7, 8)))
    refusal = "is in UPDATE_IN_PROGRESS state and can not be updated."
    assert answers[1] == "begun"
    assert answers[0].endswith(refusal), answers
    assert stack.settled() == "UPDATE_COMPLETE"


def test_a_stack_whose_name_is_taken_is_refused(aws: Clients, stack: Stack) -> None:
    body = json.dumps({"Resources": {"It": QUEUE}})
    api = aws.client("cloudformation")

    def create(_: int) -> str:
        try:
            api.create_stack(StackName=stack.name, TemplateBody=body)
        except ClientError as error:
            return error.response["Error"]["Code"]
        return "begun"

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(create, range(4))) == [*["AlreadyExistsException"] * 3, "begun"]
    assert stack.settled() == "CREATE_COMPLETE"


@pytest.mark.parametrize("operation", ["create_stack", "create_change_set"])
def test_a_template_with_aliases_is_refused_before_they_fill_the_memory(aws: Clients, operation: str) -> None:
    lines = ["a: &a [x,x,x,x,x,x,x,x,x]"]
    lines += [f"{new}: &{new} [{','.join([f'*{old}'] * 9)}]" for old, new in itertools.pairwise("abcdefgh")]
    api: Any = aws.client("cloudformation")
    settings = {"ChangeSetName": "aliases"} if operation == "create_change_set" else {}

    with pytest.raises(ClientError, match="YAML aliases are not allowed in CloudFormation templates"):
        getattr(api, operation)(StackName="aliases", TemplateBody="\n".join(lines), **settings)


def test_a_template_that_is_too_deep_is_refused(aws: Clients) -> None:
    body = '{"Resources": ' + '{"a": ' * 8000 + "1" + "}" * 8001
    with pytest.raises(ClientError, match="ValidationError"):
        aws.client("cloudformation").create_stack(StackName="deep", TemplateBody=body)


def test_a_parameter_without_a_value_is_named(stack: Stack) -> None:
    with pytest.raises(ClientError, match=r"Parameters: \[Wanted\] must have values"):
        stack.deploy({"It": QUEUE}, Parameters={"Wanted": {"Type": "String"}})


def test_a_parameter_without_a_previous_value_is_named(aws: Clients, stack: Stack) -> None:
    stack.deploy({"It": QUEUE})
    body = json.dumps({"Resources": {"It": QUEUE}, "Parameters": {"Name": {"Type": "String"}}})
    with pytest.raises(ClientError, match=re.escape("Parameters: [Name] must have values")):
        aws.client("cloudformation").update_stack(
            StackName=stack.name,
            TemplateBody=body,
            Parameters=[{"ParameterKey": "Name", "UsePreviousValue": True}],
        )


def test_a_parameter_that_the_template_does_not_have_is_named(stack: Stack) -> None:
    with pytest.raises(ClientError, match=r"Parameters: \[Other\] do not exist in the template"):
        stack.deploy({"It": QUEUE}, {"Other": "1"})


def test_a_value_that_the_service_refuses_fails_the_resource_with_its_reason(stack: Stack) -> None:
    attribute = {"AttributeName": "id", "AttributeType": "S"}
    keys = [{"AttributeName": "other", "KeyType": "HASH"}]
    table = {"BillingMode": "PAY_PER_REQUEST", "AttributeDefinitions": [attribute], "KeySchema": keys}
    assert stack.deploy({"It": {"Type": "AWS::DynamoDB::Table", "Properties": table}}) == "ROLLBACK_COMPLETE"
    said = stack.reasons()
    assert "The following resource(s) failed to create: [It]. Rollback requested by user." in said
    assert any("ValidationException" in reason for reason in said), said


def test_a_parameter_that_is_not_to_be_echoed_is_masked(aws: Clients, stack: Stack) -> None:
    parameters = {"Secret": {"Type": "String", "NoEcho": True}}
    held = {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": {"Ref": "Secret"}}}
    assert stack.deploy({"It": held}, {"Secret": "hidden"}, Parameters=parameters) == "CREATE_COMPLETE"
    assert stack.describe()["Parameters"] == [{"ParameterKey": "Secret", "ParameterValue": "****"}]
    name = stack.physical_ids()["It"]
    assert aws.client("ssm").get_parameter(Name=name)["Parameter"]["Value"] == "hidden"


def test_a_stack_has_500_resources(stack: Stack) -> None:
    began = time.monotonic()
    resources = {f"Handle{number}": {"Type": "AWS::CloudFormation::WaitConditionHandle"} for number in range(MANY - 1)}
    assert stack.deploy({**resources, "It": QUEUE}) == "CREATE_COMPLETE"
    assert stack.deploy({**resources, "It": _queue(7)}) == "UPDATE_COMPLETE"
    assert time.monotonic() - began < SECONDS_FOR_MANY
    assert len(stack.describe()["StackId"]) > 0


def test_a_stack_has_at_most_500_resources(stack: Stack) -> None:
    resources = {f"Q{number}": {"Type": "AWS::SQS::Queue"} for number in range(MANY + 1)}
    with pytest.raises(ClientError, match="maximum"):
        stack.deploy(resources)


@pytest.mark.parametrize("section", ["Parameters", "Outputs"])
def test_a_section_without_a_value_is_refused(stack: Stack, section: str) -> None:
    # the text of AWS is in https://github.com/getmoto/moto/pull/4221
    with pytest.raises(ClientError, match=rf"\[/{section}\] 'null' values are not allowed in templates"):
        stack.begin({"It": QUEUE}, None, disable_rollback=False, **{section: None})


def test_an_output_of_no_resource_is_refused_before_anything_is_created(stack: Stack) -> None:
    unresolved = r"Unresolved resource dependencies \[Nothing\] in the Outputs block of the template"
    with pytest.raises(ClientError, match=unresolved):
        stack.begin({"It": QUEUE}, Outputs={"Name": {"Value": {"Ref": "Nothing"}}})


def test_a_mapping_that_the_template_does_not_have_is_refused(stack: Stack) -> None:
    # the text of AWS is in https://github.com/zalando-stups/senza/blob/master/docs/user-guide.rst
    found = {"Fn::FindInMap": ["Sizes", {"Ref": "AWS::Region"}, "Delay"]}
    delayed = {"It": {**QUEUE, "Properties": {"DelaySeconds": found}}}
    missing = "Mapping named 'Sizes' is not present in the 'Mappings' section of template"
    with pytest.raises(ClientError, match=missing):
        stack.begin(delayed)
    assert not stack.exists()


def test_a_key_that_a_mapping_does_not_have_is_refused(stack: Stack) -> None:
    found = {"Fn::FindInMap": ["Sizes", "large", "Delay"]}
    with pytest.raises(ClientError, match="Unable to get mapping for Sizes::large::Delay"):
        stack.begin(
            {"It": {**QUEUE, "Properties": {"DelaySeconds": found}}}, Mappings={"Sizes": {"small": {"Delay": 1}}}
        )


@pytest.mark.parametrize("value", [{"Fn::GetAtt": ["It", "Nothing"]}, {"Fn::Sub": "a ${ It.Nothing } ${!It.Other}"}])
def test_an_attribute_that_the_type_does_not_have_is_refused(stack: Stack, value: dict[str, Any]) -> None:
    refusal = "Template error: resource It does not support attribute type Nothing in Fn::GetAtt"
    with pytest.raises(ClientError, match=refusal):
        stack.begin({"It": QUEUE}, Outputs={"Name": {"Value": value}})
    assert not stack.exists()


def test_a_resource_under_no_condition_of_the_template_is_refused(stack: Stack) -> None:
    with pytest.raises(ClientError, match="Unresolved condition dependency Never in the Resources block"):
        stack.begin({"It": {**QUEUE, "Condition": "Never"}})
