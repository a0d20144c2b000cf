"""API Gateway's REST APIs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tests.corrections.cloudformation.cases.base import FUNCTION, Case, Properties, client, tags

if TYPE_CHECKING:
    from localdev.engines.clients import Clients


def _mock(text: str) -> Properties:
    return {
        "Type": "MOCK",
        "RequestTemplates": {"application/json": '{"statusCode": 200}'},
        "IntegrationResponses": [{"StatusCode": "200", "ResponseTemplates": {"application/json": text}}],
    }


def _resources(aws: Clients, api_id: str) -> Any:
    found = client(aws, "apigateway").get_resources(restApiId=api_id, embed=["methods"])["items"]
    return sorted((each["path"], _methods(each)) for each in found)


def _methods(resource: Properties) -> Any:
    return json.dumps(resource.get("resourceMethods"), sort_keys=True, default=str).replace(resource["id"], "<id>")


def _stages(aws: Clients, api_id: str) -> Any:
    return client(aws, "apigateway").get_stages(restApiId=api_id)["item"]


def _part(verb: str, **names: str) -> Any:
    """Return what asks for a part of the API called ``Api`` by its physical id."""

    def describe(aws: Clients, api_id: str) -> Any:
        found = getattr(client(aws, "apigateway"), verb)(restApiId=api_id, **names)
        return sorted(found.get("items", []), key=lambda each: str(each.get("name")))

    return describe


def _plan_keys(aws: Clients, plan: str) -> Any:
    return [each["name"] for each in client(aws, "apigateway").get_usage_plan_keys(usagePlanId=plan)["items"]]


_INVOCATIONS = "arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Function.Arn}/invocations"
OF_API = {"RestApiId": {"Ref": "Api"}}
_API = {"Type": "AWS::ApiGateway::RestApi", "Properties": {"Name": "api"}}
_ROOT = {"Fn::GetAtt": ["Api", "RootResourceId"]}
_METHOD: Properties = {
    "Type": "AWS::ApiGateway::Method",
    "Properties": {
        **OF_API,
        "ResourceId": _ROOT,
        "HttpMethod": "GET",
        "AuthorizationType": "NONE",
        "Integration": _mock("hello"),
        "MethodResponses": [{"StatusCode": "200"}],
    },
}


def _snapshot(after: str) -> Properties:
    return {"Type": "AWS::ApiGateway::Deployment", "DependsOn": after, "Properties": OF_API}


CASES: tuple[Case, ...] = (
    Case(
        "AWS::ApiGateway::RestApi",
        {"Description": "one", "BinaryMediaTypes": ["image/png", "a/b"], "Tags": tags(a="1")},
        {"Name": "other", "BinaryMediaTypes": ["image/jpeg"], "DisableExecuteApiEndpoint": True, "Tags": tags(b="2")},
        lambda aws, it: client(aws, "apigateway").get_rest_api(restApiId=it),
        {"Name": "api"},
    ),
    Case(
        "AWS::ApiGateway::ApiKey",
        {"Description": "one", "Enabled": True},
        {"Description": "two"},
        lambda aws, it: {**client(aws, "apigateway").get_api_key(apiKey=it), "value": None},
        {"Name": "key"},
    ),
    Case(
        "AWS::ApiGateway::UsagePlan",
        {"Throttle": {"BurstLimit": 1, "RateLimit": 2}, "Quota": {"Limit": 5, "Period": "DAY"}},
        {"Description": "two", "Throttle": {"BurstLimit": 7, "RateLimit": 8}},
        lambda aws, it: client(aws, "apigateway").get_usage_plan(usagePlanId=it),
        {"UsagePlanName": "plan"},
    ),
    Case(
        "AWS::ApiGateway::Resource",
        {"PathPart": "one"},
        {"PathPart": "two"},
        _resources,
        {**OF_API, "ParentId": _ROOT, "PathPart": "none"},
        {"Api": _API},
        described="Api",
        replaced=True,
    ),
    Case(
        "AWS::ApiGateway::Method",
        {"ApiKeyRequired": True, "RequestParameters": {"method.request.querystring.a": True}},
        {"Integration": _mock("two"), "OperationName": "named"},
        _resources,
        _METHOD["Properties"],
        {"Api": _API},
        described="Api",
    ),
    Case(
        "AWS::ApiGateway::Deployment",
        {"Description": "one"},
        {"Description": "two"},
        _part("get_deployments"),
        OF_API,
        {"Api": _API, "Method": _METHOD},
        described="Api",
        depends_on="Method",
    ),
    Case(
        "AWS::ApiGateway::Stage",
        {
            "Description": "one",
            "Variables": {"a": "1", "b": "2"},
            "TracingEnabled": True,
            "Tags": tags(a="1"),
            "MethodSettings": [{"HttpMethod": "*", "ResourcePath": "/*", "ThrottlingRateLimit": 5}],
        },
        {
            "Variables": {"b": "3"},
            "DeploymentId": {"Ref": "Second"},
            "Tags": tags(b="2"),
            "MethodSettings": [{"HttpMethod": "GET", "ResourcePath": "/", "LoggingLevel": "INFO"}],
        },
        _stages,
        {**OF_API, "StageName": "prod", "DeploymentId": {"Ref": "First"}},
        {"Api": _API, "Method": _METHOD, "First": _snapshot("Method"), "Second": _snapshot("First")},
        described="Api",
    ),
    Case(
        "AWS::ApiGateway::UsagePlanKey",
        {"KeyId": {"Ref": "One"}},
        {"KeyId": {"Ref": "Two"}},
        _plan_keys,
        {"UsagePlanId": {"Ref": "Plan"}, "KeyType": "API_KEY", "KeyId": {"Ref": "None"}},
        {
            "Plan": {"Type": "AWS::ApiGateway::UsagePlan"},
            **{
                name: {"Type": "AWS::ApiGateway::ApiKey", "Properties": {"Name": name, "Enabled": True}}
                for name in ("One", "Two", "None")
            },
        },
        described="Plan",
        replaced=True,
    ),
    Case(
        "AWS::ApiGateway::Model",
        {"Description": "one"},
        {"Schema": {"type": "array"}},
        _part("get_models"),
        {**OF_API, "Name": "thing", "ContentType": "application/json", "Schema": {"type": "object"}},
        {"Api": _API},
        described="Api",
    ),
    Case(
        "AWS::ApiGateway::RequestValidator",
        {"ValidateRequestBody": True},
        {"ValidateRequestParameters": True},
        _part("get_request_validators"),
        {**OF_API, "Name": "validator"},
        {"Api": _API},
        described="Api",
    ),
    Case(
        "AWS::ApiGateway::GatewayResponse",
        {"StatusCode": "418", "ResponseParameters": {"gatewayresponse.header.a": "'1'"}},
        {"ResponseTemplates": {"application/json": "{}"}},
        lambda aws, it: client(aws, "apigateway").get_gateway_response(restApiId=it, responseType="DEFAULT_4XX"),
        {**OF_API, "ResponseType": "DEFAULT_4XX"},
        {"Api": _API},
        described="Api",
    ),
    Case(
        "AWS::ApiGateway::Authorizer",
        {"AuthorizerResultTtlInSeconds": 60, "IdentityValidationExpression": "a.*"},
        {"IdentitySource": "method.request.header.Other", "Name": "other"},
        _part("get_authorizers"),
        {
            **OF_API,
            "Name": "authorizer",
            "Type": "TOKEN",
            "IdentitySource": "method.request.header.Authorization",
            "AuthorizerUri": {"Fn::Sub": _INVOCATIONS},
        },
        {"Api": _API, **FUNCTION},
        described="Api",
    ),
)
