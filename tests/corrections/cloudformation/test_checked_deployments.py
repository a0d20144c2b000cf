"""A check mark is printed for a stack whose APIs answer, and what is not emulated is said."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from localdev.deployment import checked
from localdev.deployment.stack import reachable_api_url
from localdev.system.errors import LocaldevError
from tests.corrections.cloudformation.cases.base import ROLE, function

if TYPE_CHECKING:
    from localdev.engines import EmbeddedEngine
    from localdev.engines.clients import Clients
    from tests.corrections.cloudformation.stacks import Stack

OUTPUT = {"Url": {"Value": {"Fn::Sub": "https://${Api}.execute-api.${AWS::Region}.${AWS::URLSuffix}/prod/"}}}


def _api(*paths: str, snapshot: str = "First") -> dict[str, Any]:
    """Return the resources of an API that answers with the name of each path."""
    of_api = {"RestApiId": {"Ref": "Api"}}
    resources: dict[str, Any] = {"Api": {"Type": "AWS::ApiGateway::RestApi", "Properties": {"Name": "api"}}}
    for path in paths:
        parent = {"Fn::GetAtt": ["Api", "RootResourceId"]}
        resources[f"At{path}"] = {
            "Type": "AWS::ApiGateway::Resource",
            "Properties": {**of_api, "ParentId": parent, "PathPart": path},
        }
        answer = {"StatusCode": "200", "ResponseTemplates": {"application/json": path}}
        integration = {
            "Type": "MOCK",
            "RequestTemplates": {"application/json": '{"statusCode": 200}'},
            "IntegrationResponses": [answer],
        }
        resources[f"Get{path}"] = {
            "Type": "AWS::ApiGateway::Method",
            "Properties": {
                **of_api,
                "ResourceId": {"Ref": f"At{path}"},
                "HttpMethod": "GET",
                "AuthorizationType": "NONE",
                "Integration": integration,
                "MethodResponses": [{"StatusCode": "200"}],
            },
        }
    methods = [f"Get{path}" for path in paths]
    resources[snapshot] = {"Type": "AWS::ApiGateway::Deployment", "DependsOn": methods, "Properties": of_api}
    stage = {**of_api, "StageName": "prod", "DeploymentId": {"Ref": snapshot}}
    resources["Stage"] = {"Type": "AWS::ApiGateway::Stage", "Properties": stage}
    return resources


def _get(address: str) -> tuple[int, str]:
    from urllib.error import HTTPError
    from urllib.request import urlopen

    try:
        with urlopen(address, timeout=60) as response:  # noqa: S310 - an address of this machine
            return response.status, response.read().decode()
    except HTTPError as error:
        return error.code, ""


def test_a_route_that_is_added_answers_at_the_same_address(corrected_engine: EmbeddedEngine, stack: Stack) -> None:
    stack.deploy(_api("a"), Outputs=OUTPUT)
    address = reachable_api_url(stack.outputs()["Url"], corrected_engine.endpoint_url)
    assert stack.deploy(_api("a", "b", snapshot="Second"), Outputs=OUTPUT) == "UPDATE_COMPLETE"
    assert reachable_api_url(stack.outputs()["Url"], corrected_engine.endpoint_url) == address
    assert _get(f"{address}/a") == (200, "a")
    assert _get(f"{address}/b") == (200, "b")
    checked.require_answers(stack.outputs(), str(corrected_engine.endpoint_url))


def test_a_route_that_is_removed_answers_no_more(corrected_engine: EmbeddedEngine, stack: Stack) -> None:
    stack.deploy(_api("a", "b"), Outputs=OUTPUT)
    address = reachable_api_url(stack.outputs()["Url"], corrected_engine.endpoint_url)
    stack.deploy(_api("a", snapshot="Second"), Outputs=OUTPUT)
    assert _get(f"{address}/a") == (200, "a")
    assert _get(f"{address}/b")[0] == 403


def test_an_api_whose_stage_is_gone_is_an_error_that_names_it(
    corrected_engine: EmbeddedEngine, aws: Clients, stack: Stack
) -> None:
    stack.deploy(_api("a"), Outputs=OUTPUT)
    api = stack.physical_ids()["Api"]
    client: Any = aws.client("apigateway")
    client.delete_stage(restApiId=api, stageName="prod")
    with pytest.raises(LocaldevError, match=rf"{api}\.execute-api\..*/prod/: 403"):
        checked.require_answers(stack.outputs(), str(corrected_engine.endpoint_url))


_MARKED = """
import boto3

def handler(event, context):
    boto3.client("sqs").send_message(QueueUrl="{queue}", MessageBody="it ran")
    return "hello"
"""


def _http_api() -> dict[str, Any]:
    """Return an HTTP API whose every request, of any method, is for the function."""
    of_api = {"ApiId": {"Ref": "Http"}}
    integration = {
        **of_api,
        "IntegrationType": "AWS_PROXY",
        "IntegrationUri": {"Fn::GetAtt": ["Function", "Arn"]},
        "PayloadFormatVersion": "2.0",
    }
    route = {**of_api, "RouteKey": "$default", "Target": {"Fn::Sub": "integrations/${Integration}"}}
    return {
        "Http": {"Type": "AWS::ApiGatewayV2::Api", "Properties": {"Name": "api", "ProtocolType": "HTTP"}},
        "Integration": {"Type": "AWS::ApiGatewayV2::Integration", "Properties": integration},
        "Route": {"Type": "AWS::ApiGatewayV2::Route", "Properties": route},
        "Stage": {
            "Type": "AWS::ApiGatewayV2::Stage",
            "Properties": {**of_api, "StageName": "$default", "AutoDeploy": True},
        },
    }


def _marking_function() -> dict[str, Any]:
    marking = function(1)
    code = {"Fn::Join": ["", [_MARKED.partition("{queue}")[0], {"Ref": "Log"}, _MARKED.partition("{queue}")[2]]]}
    marking["Properties"]["Code"] = {"ZipFile": code}
    return {"Role": ROLE, "Log": {"Type": "AWS::SQS::Queue"}, "Function": marking}


def _ran(aws: Clients, stack: Stack) -> bool:
    queue = stack.physical_ids()["Log"]
    return "Messages" in aws.client("sqs").receive_message(QueueUrl=queue)


def test_an_http_api_is_asked_without_running_anything_of_it(
    corrected_engine: EmbeddedEngine, aws: Clients, stack: Stack
) -> None:
    outputs = {"Url": {"Value": {"Fn::GetAtt": ["Http", "ApiEndpoint"]}}}
    assert stack.deploy({**_marking_function(), **_http_api()}, Outputs=outputs) == "CREATE_COMPLETE", stack.reasons()
    checked.require_answers(stack.outputs(), str(corrected_engine.endpoint_url))
    assert not _ran(aws, stack)
    client: Any = aws.client("apigatewayv2")
    client.delete_stage(ApiId=stack.physical_ids()["Http"], StageName="$default")
    with pytest.raises(LocaldevError, match=r"execute-api\..*: 404"):
        checked.require_answers(stack.outputs(), str(corrected_engine.endpoint_url))


def test_the_url_of_a_function_is_asked_without_running_it(
    corrected_engine: EmbeddedEngine, aws: Clients, stack: Stack
) -> None:
    url = {"TargetFunctionArn": {"Fn::GetAtt": ["Function", "Arn"]}, "AuthType": "NONE"}
    resources = {**_marking_function(), "It": {"Type": "AWS::Lambda::Url", "Properties": url}}
    outputs = {"Url": {"Value": {"Fn::GetAtt": ["It", "FunctionUrl"]}}}
    assert stack.deploy(resources, Outputs=outputs) == "CREATE_COMPLETE", stack.reasons()
    checked.require_answers(stack.outputs(), str(corrected_engine.endpoint_url))
    assert not _ran(aws, stack)
    aws.client("lambda").delete_function_url_config(FunctionName=stack.physical_ids()["Function"])
    with pytest.raises(LocaldevError, match=r"lambda-url\..*: 403"):
        checked.require_answers(stack.outputs(), str(corrected_engine.endpoint_url))


def test_a_resource_that_is_not_emulated_is_a_shortfall(corrected_engine: EmbeddedEngine, stack: Stack) -> None:
    stack.deploy({"Pool": {"Type": "AWS::Cognito::UserPool"}, "Queue": {"Type": "AWS::SQS::Queue"}})
    found = checked.shortfalls(str(corrected_engine.endpoint_url), stack.name)
    assert [(each.logical_id, each.type_) for each in found] == [("Pool", "AWS::Cognito::UserPool")]
    with pytest.raises(LocaldevError, match="Pool"):
        checked.refuse(found)
