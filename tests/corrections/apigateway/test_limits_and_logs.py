"""Throttling, usage plans, time-outs, gateway responses and logs of REST APIs."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from localdev.system.waiting import wait_until
from localstack_corrections.apigateway.usage_plans import Quotas, period_of
from localstack_corrections.apis.token_bucket import TokenBucket
from tests.corrections import web

if TYPE_CHECKING:
    from localdev.engines.clients import Clients
    from tests.corrections.apigateway.rest_api import RestApi

STRICT = {"*/*/throttling/rateLimit": "0.001", "*/*/throttling/burstLimit": "2"}


def test_a_bucket_fills_again() -> None:
    now = [0.0]
    bucket = TokenBucket(10, 2, lambda: now[0])
    assert [bucket.take() for _ in range(3)] == [True, True, False]
    now[0] = 0.1
    assert [bucket.take() for _ in range(2)] == [True, False]


def test_requests_beyond_the_burst_are_refused(api: RestApi) -> None:
    api.method()
    api.settings(**STRICT)
    replies = [api.request() for _ in range(3)]
    assert [reply.status for reply in replies] == [200, 200, 429]
    assert replies[2].json == {"message": "Too Many Requests"}
    assert replies[2].headers["x-amzn-errortype"] == "TooManyRequestsException"


def test_localstack_as_released_throttles_nothing(released_api: RestApi) -> None:
    released_api.method()
    released_api.settings(**STRICT)
    assert [released_api.request().status for _ in range(3)] == [200] * 3


def _needs_key(api: RestApi) -> None:
    api.method(apiKeyRequired=True)
    api.deploy()


def _with_key(api: RestApi, clients: Clients, **plan: Any) -> dict[str, str]:
    """Return what a request needs to be one of a plan that is made for it."""
    client: Any = clients.client("apigateway")
    key = client.create_api_key(name=web.name("key"), enabled=True)
    stages = [{"apiId": api.id, "stage": "prod"}]
    made = client.create_usage_plan(name=web.name("plan"), apiStages=stages, **plan)
    client.create_usage_plan_key(usagePlanId=made["id"], keyId=key["id"], keyType="API_KEY")
    return {"X-API-Key": key["value"]}


def test_a_quota_ends(aws: Clients, api: RestApi) -> None:
    _needs_key(api)

    def replies_to_a_new_key() -> list[Any]:
        headers = _with_key(api, aws, quota={"limit": 2, "period": "DAY"})
        return [api.request(headers=headers) for _ in range(3)]

    _, replies = web.in_one_day(replies_to_a_new_key)
    assert [reply.status for reply in replies] == [200, 200, 429]
    assert replies[2].json == {"message": "Limit Exceeded"}


def test_a_plan_throttles_its_keys(aws: Clients, api: RestApi) -> None:
    _needs_key(api)
    headers = _with_key(api, aws, throttle={"rateLimit": 0.001, "burstLimit": 1})
    assert [api.request(headers=headers).status for _ in range(2)] == [200, 429]


def test_a_key_is_needed(aws: Clients, api: RestApi) -> None:
    _needs_key(api)
    _with_key(api, aws)
    reply = api.request()
    assert (reply.status, reply.json) == (403, {"message": "Forbidden"})


def test_a_quota_begins_again_with_its_period() -> None:
    quotas, quota = Quotas(), {"limit": 1, "period": "MONTH"}
    days = [datetime(2026, month, day, tzinfo=UTC) for month, day in ((1, 1), (1, 31), (2, 1))]
    assert [quotas.take("plan", "key", quota, day) for day in days] == [True, False, True]


def test_a_week_begins_on_sunday() -> None:
    assert period_of("WEEK", datetime(2026, 11, 28, tzinfo=UTC)) == "2026-11-22"
    assert period_of("WEEK", datetime(2026, 11, 29, tzinfo=UTC)) == "2026-11-29"


def test_an_integration_that_takes_too_long_times_out(aws: Clients, api: RestApi) -> None:
    slow = web.function(aws, "import time\ndef handler(event, context): time.sleep(25)", Timeout=30)
    api.method(slow, timeoutInMillis=100)
    reply = api.request()
    assert (reply.status, reply.json) == (504, {"message": "Endpoint request timed out"})


def test_a_body_beyond_10_mb_is_too_long(api: RestApi, echo: str) -> None:
    api.method(echo, verb="POST")
    reply = api.request("/", "POST", body=b"x" * (10 * 1024 * 1024 + 1))
    assert (reply.status, reply.json) == (413, {"message": "Request Too Long"})


def test_a_result_whose_body_is_no_string_is_malformed(aws: Clients, api: RestApi) -> None:
    odd = web.function(aws, "def handler(event, context): return {'statusCode': 200, 'body': {'a': 1}}")
    api.method(odd)
    reply = api.request()
    assert (reply.status, reply.json) == (502, {"message": "Internal server error"})


def test_a_gateway_response_has_its_template_headers_and_status(api: RestApi) -> None:
    api.client.put_gateway_response(
        restApiId=api.id,
        responseType="MISSING_AUTHENTICATION_TOKEN",
        statusCode="404",
        responseParameters={
            "gatewayresponse.header.Access-Control-Allow-Origin": "'*'",
            "gatewayresponse.header.X-Asked": "method.request.header.X-Own",
        },
        responseTemplates={
            "application/json": '{"why":$context.error.messageString,"kind":"$context.error.responseType"}'
        },
    )
    api.method()
    reply = api.request("/nothing", headers={"X-Own": "z"})
    assert reply.status == 404
    assert reply.json == {"why": "Missing Authentication Token", "kind": "MISSING_AUTHENTICATION_TOKEN"}
    assert (reply.headers["access-control-allow-origin"], reply.headers["x-asked"]) == ("*", "z")


def test_each_request_is_in_the_access_log(aws: Clients, api: RestApi) -> None:
    group = web.name("/access")
    logs = aws.client("logs")
    logs.create_log_group(logGroupName=group)
    fields = {"path": "resourcePath", "status": "status", "none": "authorizer.x", "took": "responseLatency"}
    line = json.dumps({name: f"$context.{variable}" for name, variable in fields.items()})
    api.method()
    arn = f"arn:aws:logs:{aws.region}:000000000000:log-group:{group}"
    api.settings(**{"accessLogSettings/destinationArn": arn, "accessLogSettings/format": line})
    api.request()
    api.request("/nothing")

    def lines() -> list[dict[str, str]] | None:
        events = logs.filter_log_events(logGroupName=group)["events"]
        return [json.loads(event["message"]) for event in events] if len(events) == 2 else None

    first, second = wait_until(lines, what="two lines of the access log", seconds=web.SECONDS)
    assert 0 <= int(first.pop("took")) < web.SECONDS * 1000
    assert first == {"path": "/", "status": "200", "none": "-"}
    assert second["status"] == "403"


def test_the_steps_of_an_execution_are_in_its_log(aws: Clients, api: RestApi) -> None:
    logs = aws.client("logs")
    group = f"API-Gateway-Execution-Logs_{api.id}/prod"
    api.method()
    api.settings(**{"*/*/logging/loglevel": "INFO"})
    api.request()

    def lines() -> list[str] | None:
        if not logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"]:
            return None
        events = logs.filter_log_events(logGroupName=group)["events"]
        messages = [event["message"] for event in events]
        return messages if any("Method completed" in message for message in messages) else None

    messages = wait_until(lines, what="the execution's log", seconds=web.SECONDS)
    assert any("HTTP Method: GET, Resource Path: /" in message for message in messages)
    assert messages[-1].endswith("Method completed with status: 200")


@pytest.mark.parametrize("key", ["MethodSettings", "AccessLogSetting"])
def test_a_template_gives_a_stage_its_settings(aws: Clients, key: str) -> None:
    cloudformation = aws.client("cloudformation")
    group = f"arn:aws:logs:{aws.region}:000000000000:log-group:/x"
    resources: dict[str, Any] = {
        "Api": {"Type": "AWS::ApiGateway::RestApi", "Properties": {"Name": web.name("api")}},
        "Method": {"Type": "AWS::ApiGateway::Method", "Properties": {
            "RestApiId": {"Ref": "Api"}, "ResourceId": {"Fn::GetAtt": ["Api", "RootResourceId"]}, "HttpMethod": "GET",
            "AuthorizationType": "NONE", "Integration": {"Type": "MOCK"}}},
        "Deployment": {"Type": "AWS::ApiGateway::Deployment", "DependsOn": "Method",
                       "Properties": {"RestApiId": {"Ref": "Api"}}},
        "Stage": {"Type": "AWS::ApiGateway::Stage", "Properties": {
            "RestApiId": {"Ref": "Api"}, "DeploymentId": {"Ref": "Deployment"}, "StageName": "prod",
            "MethodSettings": [{"ResourcePath": "/*", "HttpMethod": "*", "ThrottlingRateLimit": 100,
                                "ThrottlingBurstLimit": 200}],
            "AccessLogSetting": {"DestinationArn": group, "Format": "$context.status"}}},
    }  # fmt: skip
    stack = web.name("stack")
    outputs = {"Id": {"Value": {"Ref": "Api"}}}
    cloudformation.create_stack(StackName=stack, TemplateBody=json.dumps({"Resources": resources, "Outputs": outputs}))
    cloudformation.get_waiter("stack_create_complete").wait(StackName=stack, WaiterConfig={"Delay": 1})
    [described] = cloudformation.describe_stacks(StackName=stack)["Stacks"]
    client: Any = aws.client("apigateway")
    stage = client.get_stage(restApiId=described["Outputs"][0]["OutputValue"], stageName="prod")
    cloudformation.delete_stack(StackName=stack)
    if key == "MethodSettings":
        settings = stage["methodSettings"]["*/*"]
        assert (settings["throttlingRateLimit"], settings["throttlingBurstLimit"]) == (100.0, 200)
    else:
        assert stage["accessLogSettings"] == {"destinationArn": group, "format": "$context.status"}
