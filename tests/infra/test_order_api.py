"""The HTTP side."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from aws_cdk.assertions import Match

if TYPE_CHECKING:
    from tests.infra.conftest import SynthesisedStack


def _routes(stack: SynthesisedStack) -> dict[tuple[str, str], str]:
    """Return method and path of every route, and the logical id of the function behind it."""
    (api, _) = stack.resource("AWS::ApiGateway::RestApi")
    resources = stack.resources("AWS::ApiGateway::Resource")

    def path(resource: object) -> str:
        if resource == {"Fn::GetAtt": [api, "RootResourceId"]}:
            return ""
        assert isinstance(resource, dict)
        properties = resources[resource["Ref"]]["Properties"]
        return f"{path(properties['ParentId'])}/{properties['PathPart']}"

    routes = {}
    for method in stack.resources("AWS::ApiGateway::Method").values():
        properties = method["Properties"]
        assert properties["Integration"]["Type"] == "AWS_PROXY"
        (_, uri) = properties["Integration"]["Uri"]["Fn::Join"]
        (function,) = (part["Fn::GetAtt"][0] for part in uri if isinstance(part, dict) and "Fn::GetAtt" in part)
        routes[properties["HttpMethod"], path(properties["ResourceId"]) or "/"] = function
    return routes


def test_any_method_on_any_path_goes_to_start_order(stack: SynthesisedStack) -> None:
    start_order, _ = stack.resource("AWS::Lambda::Function", "StartOrder")

    to_start_order = {route for route, function in _routes(stack).items() if function == start_order}

    assert to_start_order == {("ANY", "/"), ("ANY", "/{proxy+}"), ("ANY", "/orders"), ("ANY", "/orders/{orderId}")}


def test_getting_an_order_goes_to_order_status(stack: SynthesisedStack) -> None:
    order_status, _ = stack.resource("AWS::Lambda::Function", "OrderStatus")

    to_order_status = [route for route, function in _routes(stack).items() if function == order_status]

    assert to_order_status == [("GET", "/orders/{orderId}")]


def test_the_stage_is_throttled(stack: SynthesisedStack) -> None:
    stack.template.has_resource_properties(
        "AWS::ApiGateway::Stage",
        {
            "StageName": "prod",
            "MethodSettings": [
                Match.object_like(
                    {
                        "HttpMethod": "*",
                        "ResourcePath": "/*",
                        "ThrottlingRateLimit": 100,
                        "ThrottlingBurstLimit": 200,
                    }
                )
            ],
        },
    )


def test_each_request_leaves_a_line_of_json_in_the_access_log(stack: SynthesisedStack) -> None:
    log_group, _ = stack.resource("AWS::Logs::LogGroup", "AccessLog")
    _, stage = stack.resource("AWS::ApiGateway::Stage")

    setting = stage["Properties"]["AccessLogSetting"]

    assert {"Ref": log_group} in setting["DestinationArn"]["Fn::Join"][1]
    line = json.loads(setting["Format"])
    assert {"requestId", "requestTime", "httpMethod", "path", "status", "integrationError"} <= set(line)
    assert all(value.startswith("$context.") for value in line.values())


def test_the_stage_waits_for_the_role_that_a_fresh_account_lacks(stack: SynthesisedStack) -> None:
    account, settings = stack.resource("AWS::ApiGateway::Account")
    role, _ = stack.resource("AWS::IAM::Role", "CloudWatchRole")
    _, stage = stack.resource("AWS::ApiGateway::Stage")

    assert settings["Properties"]["CloudWatchRoleArn"] == {"Fn::GetAtt": [role, "Arn"]}
    assert account in stage["DependsOn"]


def test_the_role_for_the_regions_api_logs_goes_with_the_stack(stack: SynthesisedStack) -> None:
    for resource_type, part in (("AWS::ApiGateway::Account", ""), ("AWS::IAM::Role", "CloudWatchRole")):
        _, resource = stack.resource(resource_type, part)
        assert resource["DeletionPolicy"] == "Delete"


def test_only_this_api_may_invoke_the_functions(stack: SynthesisedStack) -> None:
    api, _ = stack.resource("AWS::ApiGateway::RestApi")

    for permission in stack.resources("AWS::Lambda::Permission").values():
        properties = permission["Properties"]
        assert properties["Action"] == "lambda:InvokeFunction"
        assert properties["Principal"] == "apigateway.amazonaws.com"
        assert {"Ref": api} in properties["SourceArn"]["Fn::Join"][1]


@pytest.mark.parametrize("function_part", ["StartOrder", "OrderStatus"])
def test_the_functions_know_the_state_machine(stack: SynthesisedStack, function_part: str) -> None:
    state_machine, _ = stack.resource("AWS::StepFunctions::StateMachine")
    _, function = stack.resource("AWS::Lambda::Function", function_part)

    assert function["Properties"]["Environment"]["Variables"] == {"STATE_MACHINE_ARN": {"Ref": state_machine}}
