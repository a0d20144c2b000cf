"""The account of API Gateway is one for all stacks, so that no two deployments of it stand beside each other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.corrections.cloudformation.cases.base import ROLE

if TYPE_CHECKING:
    from localdev.engines.clients import Clients
    from tests.corrections.cloudformation.stacks import Stack


def _account(role: str | None) -> dict[str, Any]:
    properties = {"CloudWatchRoleArn": {"Fn::GetAtt": [role, "Arn"]}} if role else {}
    return {"One": ROLE, "Two": ROLE, "It": {"Type": "AWS::ApiGateway::Account", "Properties": properties}}


def _role(aws: Clients) -> str | None:
    return aws.client("apigateway").get_account().get("cloudwatchRoleArn") or None


def test_an_update_gives_what_a_new_deployment_gives(aws: Clients, stack: Stack, other_stack: Stack) -> None:
    iam: Any = aws.client("iam")

    def arn(stack: Stack, role: str) -> str:
        found: str = iam.get_role(RoleName=stack.physical_ids()[role])["Role"]["Arn"]
        return found

    assert stack.deploy(_account("One")) == "CREATE_COMPLETE", stack.reasons()
    it = stack.physical_ids()["It"]
    assert _role(aws) == arn(stack, "One")
    for role in ("Two", "One"):
        assert stack.deploy(_account(role)) == "UPDATE_COMPLETE", stack.reasons()
        assert _role(aws) == arn(stack, role)
    assert stack.deploy(_account(None)) == "UPDATE_COMPLETE", stack.reasons()
    assert _role(aws) is None
    assert stack.physical_ids()["It"] == it
    # as a new deployment without a role has none
    assert other_stack.deploy(_account(None)) == "CREATE_COMPLETE", other_stack.reasons()
    assert _role(aws) is None


def test_its_removal_leaves_the_account_as_it_is(aws: Clients, stack: Stack) -> None:
    stack.deploy(_account("One"))
    before = _role(aws)
    assert stack.deploy({"One": ROLE, "Two": ROLE}) == "UPDATE_COMPLETE", stack.reasons()
    assert "It" not in stack.physical_ids()
    assert _role(aws) == before
