"""Finding the API, and naming what failed."""

from __future__ import annotations

from typing import TYPE_CHECKING
from unittest.mock import Mock

import pytest
from botocore.exceptions import ClientError

from localdev.deployment.stack import failed_resources, reachable_api_url
from localdev.system.errors import LocaldevError
from pizzeria.stack import StackOutputs, stack_outputs

if TYPE_CHECKING:
    from collections.abc import Mapping

ENDPOINT = "http://127.0.0.1:4566"


@pytest.mark.parametrize(
    "deployed",
    [
        "https://abc123.execute-api.us-east-1.amazonaws.com/prod/",
        "https://abc123.execute-api.us-east-1.amazonaws.com/prod",
    ],
)
def test_an_api_on_aws_is_reached_where_it_is(deployed: str) -> None:
    assert reachable_api_url(deployed, ENDPOINT) == "https://abc123.execute-api.us-east-1.amazonaws.com/prod"


@pytest.mark.parametrize(
    "deployed",
    [
        "https://abc123.execute-api.localhost.localstack.cloud:4566/prod/",
        "https://abc123.execute-api.127.0.0.1:4566/prod/",
    ],
)
def test_an_api_on_localstack_is_reached_without_dns(deployed: str) -> None:
    assert reachable_api_url(deployed, ENDPOINT) == f"{ENDPOINT}/_aws/execute-api/abc123/prod"


def _clients(**responses: object) -> Mock:
    clients = Mock()
    for method, response in responses.items():
        behaviour = "side_effect" if isinstance(response, Exception) else "return_value"
        setattr(getattr(clients.client.return_value, method), behaviour, response)
    return clients


def _missing() -> ClientError:
    return ClientError({"Error": {"Code": "ValidationError", "Message": "does not exist"}}, "DescribeStacks")


def test_a_stack_that_is_not_there_is_said_to_be_missing() -> None:
    with pytest.raises(LocaldevError, match=r"not deployed[^H]*Hint: .*scripts/deploy"):
        stack_outputs(_clients(describe_stacks=_missing()))


def test_a_stack_without_its_outputs_is_said_with_its_status() -> None:
    stack = {"StackStatus": "ROLLBACK_COMPLETE"}

    with pytest.raises(LocaldevError, match="ROLLBACK_COMPLETE"):
        stack_outputs(_clients(describe_stacks={"Stacks": [stack]}))


def test_a_deployment_without_outputs_is_said_with_what_to_do() -> None:
    with pytest.raises(LocaldevError, match=r"mine has no output 'ApiUrl'[^H]*Hint: .*scripts/deploy"):
        StackOutputs.of({}, "mine")


def _event(
    name: str, status: str, reason: str, kind: str = "AWS::Lambda::Function", physical_id: str = "physical"
) -> Mapping[str, str]:
    return {
        "StackId": "arn:stack",
        "PhysicalResourceId": physical_id,
        "LogicalResourceId": name,
        "ResourceType": kind,
        "ResourceStatus": status,
        "ResourceStatusReason": reason,
    }


def test_only_the_causes_of_a_failed_deployment_are_named() -> None:
    events = [
        _event("Stack", "CREATE_FAILED", "The following resource(s) failed", "AWS::CloudFormation::Stack", "arn:stack"),
        _event("Inner", "CREATE_FAILED", "it has failed", "AWS::CloudFormation::Stack"),
        _event("Other", "CREATE_FAILED", "Resource creation cancelled"),
        _event("Good", "CREATE_COMPLETE", ""),
        _event("Oven", "CREATE_FAILED", "it is cold"),
    ]

    found = failed_resources(_clients(describe_stack_events={"StackEvents": events}), "mine")

    assert found == [
        "Inner (AWS::CloudFormation::Stack): it has failed",
        "Oven (AWS::Lambda::Function): it is cold",
    ]


def _own_event(status: str, reason: str = "") -> Mapping[str, str]:
    return _event("Stack", status, reason, "AWS::CloudFormation::Stack", "arn:stack")


def test_what_no_resource_stopped_has_the_stacks_own_reason() -> None:
    events = [
        _own_event("UPDATE_ROLLBACK_COMPLETE"),
        _own_event("UPDATE_ROLLBACK_IN_PROGRESS", "Cannot update export Oven as it is in use by Shop"),
        _event("Oven", "UPDATE_COMPLETE", ""),
        _own_event("UPDATE_IN_PROGRESS", "User Initiated"),
    ]

    found = failed_resources(_clients(describe_stack_events={"StackEvents": events}), "mine")

    assert found == ["Cannot update export Oven as it is in use by Shop"]


def test_what_failed_in_an_earlier_deployment_is_not_named() -> None:
    events = [
        _own_event("UPDATE_ROLLBACK_IN_PROGRESS", "Cannot update export Oven as it is in use by Shop"),
        _own_event("UPDATE_IN_PROGRESS", "User Initiated"),
        _event("Oven", "UPDATE_FAILED", "it is cold"),
        _own_event("UPDATE_IN_PROGRESS", "User Initiated"),
    ]

    found = failed_resources(_clients(describe_stack_events={"StackEvents": events}), "mine")

    assert found == ["Cannot update export Oven as it is in use by Shop"]
