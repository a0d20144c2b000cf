"""Test templates, names and values of parameters that CloudFormation refuses before anything is made."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from localdev.engines.clients import Clients
    from tests.corrections.cloudformation.stacks import Stack

QUEUE: dict[str, Any] = {"Type": "AWS::SQS::Queue"}
TEMPLATES: tuple[tuple[dict[str, Any], str], ...] = (
    ({"Description": "empty"}, "Template format error: At least one Resources member must be defined."),
    ({"Resources": {}}, "Template format error: At least one Resources member must be defined."),
    ({"Resources": {"It": QUEUE}, "Other": 1, "More": 2}, "Invalid template property or properties [Other, More]"),
    (
        {"Resources": {"It": {"Properties": {}}}},
        "Template format error: [/Resources/It] Every Resources object must contain a Type member.",
    ),
    (
        {"Resources": {"It": {**QUEUE, "VisibilityTimeout": 1}}},
        "Invalid template resource property 'VisibilityTimeout'",
    ),
    (
        {"Resources": {"It": {**QUEUE, "DeletionPolicy": "Keep"}}},
        "Template format error: Unrecognized DeletionPolicy Keep for resource It",
    ),
    (
        {"Resources": {"It": QUEUE}, "Outputs": {f"O{number}": {"Value": "v"} for number in range(201)}},
        "Template format error: Number of outputs, 201, is greater than maximum allowed, 200",
    ),
)
PARAMETERS: tuple[tuple[dict[str, Any], str | None, str], ...] = (
    ({"Type": "Number"}, None, "Parameters: [Given] must have values"),
    ({"Type": "Number"}, "seven", "Parameter 'Given' must be a number."),
    ({"Type": "Number", "MinValue": 3}, "2", "Parameter 'Given' must be a number not less than 3"),
    ({"Type": "Number", "MaxValue": 3}, "4", "Parameter 'Given' must be a number not greater than 3"),
    ({"Type": "String", "AllowedValues": ["a", "b"]}, "c", "Parameter 'Given' must be one of AllowedValues"),
    (
        {"Type": "CommaDelimitedList", "AllowedValues": ["a", "b"]},
        "a,c",
        "Parameter 'Given' must be one of AllowedValues",
    ),
    ({"Type": "String", "AllowedPattern": "[a-z]+"}, "aB", "Parameter 'Given' must match pattern [a-z]+"),
    ({"Type": "String", "MinLength": 3}, "ab", "Parameter 'Given' must contain at least 3 characters"),
    ({"Type": "String", "MaxLength": 3}, "abcd", "Parameter 'Given' must contain at most 3 characters"),
    (
        {"Type": "String", "AllowedPattern": "[a-z]+", "ConstraintDescription": "lower case"},
        "B",
        "Parameter Given failed to satisfy constraint: lower case",
    ),
    (
        {"Type": "AWS::SSM::Parameter::Value<String>"},
        "/nowhere",
        "Unable to fetch parameters [/nowhere] from parameter store for this account.",
    ),
)


def _refusal(stack: Stack, resources: dict[str, Any], given: dict[str, str] | None = None, **template: Any) -> str:
    with pytest.raises(ClientError) as refused:
        stack.deploy(resources, given, **template)
    error = refused.value.response["Error"]
    assert error["Code"] == "ValidationError"
    return error["Message"]


@pytest.mark.parametrize(("template", "said"), TEMPLATES)
def test_a_template_that_is_none_is_refused(aws: Clients, stack: Stack, template: dict[str, Any], said: str) -> None:
    with pytest.raises(ClientError) as refused:
        aws.client("cloudformation").create_stack(StackName=stack.name, TemplateBody=json.dumps(template))
    assert refused.value.response["Error"]["Message"] == said
    assert not stack.exists()


@pytest.mark.parametrize(("parameter", "given", "said"), PARAMETERS)
def test_a_value_that_a_parameter_does_not_allow_is_refused(
    stack: Stack, parameter: dict[str, Any], given: str | None, said: str
) -> None:
    values = {} if given is None else {"Given": given}
    assert _refusal(stack, {"It": QUEUE}, values, Parameters={"Given": parameter}) == said
    assert not stack.exists()


def test_values_that_a_parameter_allows_are_taken(stack: Stack) -> None:
    parameters = {
        "Number": {"Type": "Number", "MinValue": 1, "MaxValue": 3, "Default": 3},
        "Word": {"Type": "String", "AllowedValues": ["true", "b"], "Default": True},
        "Words": {"Type": "CommaDelimitedList", "AllowedValues": ["a", "b"]},
        "Text": {"Type": "String", "AllowedPattern": "[a-z]*", "MinLength": 0, "MaxLength": 2, "Default": ""},
    }
    assert stack.deploy({"It": QUEUE}, {"Words": "b, a"}, Parameters=parameters) == "CREATE_COMPLETE"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("1st", "Member must satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*"),
        ("with_line", "Member must satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*"),
        ("a" * 129, "Member must have length less than or equal to 128"),
    ],
)
@pytest.mark.parametrize("operation", ["create_stack", "create_change_set"])
def test_a_name_that_a_stack_cannot_have_is_refused(aws: Clients, name: str, said: str, operation: str) -> None:
    more = {"ChangeSetName": "c", "ChangeSetType": "CREATE"} if operation == "create_change_set" else {}
    with pytest.raises(ClientError) as refused:
        getattr(aws.client("cloudformation"), operation)(
            StackName=name, TemplateBody=json.dumps({"Resources": {"It": QUEUE}}), **more
        )
    fault = f"Value '{name}' at 'stackName' failed to satisfy constraint: {said}"
    assert refused.value.response["Error"]["Message"] == f"1 validation error detected: {fault}"
