"""Custom domain names, usage reports, test invocations and what logs say of a request."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from localdev.system.waiting import wait_until
from localstack_corrections.apigateway.custom_domains import chosen
from tests.corrections import web

if TYPE_CHECKING:
    from localdev.engines import EmbeddedEngine
    from localdev.engines.clients import Clients
    from tests.corrections.apigateway.rest_api import RestApi

ALLOW = """
def handler(event, context):
    statement = {"Action": "execute-api:Invoke", "Effect": "Allow", "Resource": "*"}
    return {"principalId": "me", "policyDocument": {"Statement": [statement]}}
"""


def _domain(api: RestApi, base: str) -> str:
    name = f"{web.name('api')}.example.test"
    api.client.create_domain_name(domainName=name, endpointConfiguration={"types": ["REGIONAL"]})
    api.client.create_base_path_mapping(domainName=name, basePath=base, restApiId=api.id, stage="prod")
    return name


def test_a_domain_name_serves_the_stage_of_the_base_path(
    api: RestApi, corrected_engine: EmbeddedEngine, echo: str
) -> None:
    api.method(echo, resource=api.resource("pets"))
    api.deploy()
    host = _domain(api, "v1")
    reply = web.request(f"{corrected_engine.endpoint_url}/v1/pets?a=1", headers={"Host": host})
    event = reply.json
    assert (event["resource"], event["path"], event["queryStringParameters"]) == ("/pets", "/v1/pets", {"a": "1"})
    assert (event["requestContext"]["path"], event["requestContext"]["domainName"]) == ("/v1/pets", host)
    assert web.request(f"{corrected_engine.endpoint_url}/v2/pets", headers={"Host": host}).status == 403


def _template(api: RestApi, domain: str, base: str) -> str:
    mapping = {"DomainName": {"Ref": "Domain"}, "RestApiId": api.id, "Stage": "prod", "BasePath": base}
    named = {"DomainName": domain, "EndpointConfiguration": {"Types": ["REGIONAL"]}}
    resources = {
        "Domain": {"Type": "AWS::ApiGateway::DomainName", "Properties": named},
        "Mapping": {"Type": "AWS::ApiGateway::BasePathMapping", "Properties": mapping},
    }
    return json.dumps({"Resources": resources})


def test_a_mapping_of_a_template_moves_with_its_base_path(
    aws: Clients, api: RestApi, corrected_engine: EmbeddedEngine
) -> None:
    api.method()
    api.deploy()
    cloudformation, stack = aws.client("cloudformation"), web.name("stack")
    domain = f"{web.name('api')}.example.test"
    cloudformation.create_stack(StackName=stack, TemplateBody=_template(api, domain, "v1"))
    cloudformation.get_waiter("stack_create_complete").wait(StackName=stack, WaiterConfig={"Delay": 1})
    cloudformation.update_stack(StackName=stack, TemplateBody=_template(api, domain, "v2"))
    cloudformation.get_waiter("stack_update_complete").wait(StackName=stack, WaiterConfig={"Delay": 1})
    url, headers = corrected_engine.endpoint_url, {"Host": domain}
    assert [web.request(f"{url}/{base}", headers=headers).status for base in ("v1", "v2")] == [403, 200]
    cloudformation.delete_stack(StackName=stack)


def test_a_domain_name_that_is_deleted_serves_nothing(api: RestApi, corrected_engine: EmbeddedEngine) -> None:
    api.method()
    api.deploy()
    host = _domain(api, "v1")
    api.client.delete_domain_name(domainName=host)
    assert web.request(f"{corrected_engine.endpoint_url}/v1", headers={"Host": host}).status == 404


def test_localstack_as_released_serves_no_domain_name(released_api: RestApi, released_engine: EmbeddedEngine) -> None:
    released_api.method()
    released_api.deploy()
    host = _domain(released_api, "v1")
    assert web.request(f"{released_engine.endpoint_url}/v1", headers={"Host": host}).status == 404


def test_the_longest_base_path_wins() -> None:
    mappings = [{"basePath": base} for base in ("(none)", "v1", "v1/beta")]
    found = {path: chosen(mappings, path) for path in ("/v1/beta/x", "/v1", "/v10")}
    assert {path: (each[0]["basePath"], each[1]) for path, each in found.items() if each} == {
        "/v1/beta/x": ("v1/beta", "/x"),
        "/v1": ("v1", "/"),
        "/v10": ("(none)", "/v10"),
    }


def test_an_api_without_its_default_endpoint_is_forbidden_there(api: RestApi) -> None:
    api.method()
    patch = [{"op": "replace", "path": "/disableExecuteApiEndpoint", "value": "True"}]
    api.client.update_rest_api(restApiId=api.id, patchOperations=patch)
    assert api.request().status == 403


def _usage_plan(api: RestApi) -> dict[str, Any]:
    """Make a plan of three requests a day for the API's only method."""
    api.method(apiKeyRequired=True)
    api.deploy()
    plan: dict[str, Any] = api.client.create_usage_plan(
        name=web.name("plan"), apiStages=[{"apiId": api.id, "stage": "prod"}], quota={"limit": 3, "period": "DAY"}
    )
    return plan


def _used(api: RestApi, plan: dict[str, Any], requests: int) -> str:
    """Make that many requests with a new key, whose id is returned."""
    key = api.client.create_api_key(name=web.name("key"), enabled=True)
    api.client.create_usage_plan_key(usagePlanId=plan["id"], keyId=key["id"], keyType="API_KEY")
    for _ in range(requests):
        api.request(headers={"X-API-Key": key["value"]})
    return str(key["id"])


def test_usage_is_what_was_used_and_what_remains(api: RestApi) -> None:
    plan = _usage_plan(api)
    day, key = web.in_one_day(lambda: _used(api, plan, 2))
    usage = api.client.get_usage(usagePlanId=plan["id"], startDate=day, endDate=day)
    assert usage["items"] == {key: [[2, 1]]}


def test_an_exhausted_quota_can_be_extended(api: RestApi) -> None:
    plan = _usage_plan(api)

    def extended() -> tuple[str, Any]:
        key = _used(api, plan, 3)
        patch = [{"op": "replace", "path": "/remaining", "value": "5"}]
        return key, api.client.update_usage(usagePlanId=plan["id"], keyId=key, patchOperations=patch)

    _, (key, updated) = web.in_one_day(extended)
    assert updated["items"] == {key: [[3, 5]]}


def test_localstack_as_released_has_no_usage(released_api: RestApi) -> None:
    plan = _usage_plan(released_api)
    with pytest.raises(ClientError, match="GetUsage"):
        released_api.client.get_usage(usagePlanId=plan["id"], startDate="2026-11-01", endDate="2026-11-01")


def test_an_authorizer_can_be_tested(aws: Clients, api: RestApi) -> None:
    authorizer = api.authorizer(web.function(aws, ALLOW), "TOKEN", "method.request.header.Authorization")
    answer = api.client.test_invoke_authorizer(
        restApiId=api.id, authorizerId=authorizer, headers={"Authorization": "x"}
    )
    refused = api.client.test_invoke_authorizer(restApiId=api.id, authorizerId=authorizer, headers={})
    assert (answer["clientStatus"], answer["principalId"], refused["clientStatus"]) == (200, "me", 401)


def test_localstack_as_released_tests_no_authorizer(released: Clients, released_api: RestApi) -> None:
    function = web.function(released, ALLOW)
    authorizer = released_api.authorizer(function, "TOKEN", "method.request.header.Authorization")
    with pytest.raises(ClientError, match="TestInvokeAuthorizer"):
        released_api.client.test_invoke_authorizer(restApiId=released_api.id, authorizerId=authorizer)


def test_logs_say_how_long_each_part_took(aws: Clients, api: RestApi, echo: str) -> None:
    group, logs = web.name("/access"), aws.client("logs")
    logs.create_log_group(logGroupName=group)
    names = ("integrationLatency", "integration.latency", "integration.status", "authorizer.latency", "error.message")
    authorizer = api.authorizer(web.function(aws, ALLOW), "TOKEN", "method.request.header.Authorization")
    api.method(echo, authorizationType="CUSTOM", authorizerId=authorizer)
    api.settings(
        **{
            "accessLogSettings/destinationArn": f"arn:aws:logs:{aws.region}:000000000000:log-group:{group}",
            "accessLogSettings/format": json.dumps({name: f"$context.{name}" for name in names}),
            "*/*/logging/loglevel": "INFO",
            "*/*/logging/dataTrace": "true",
        }
    )
    api.request(headers={"Authorization": "x"})
    [event] = wait_until(
        lambda: logs.filter_log_events(logGroupName=group)["events"] or None, what="a line", seconds=web.SECONDS
    )
    said = json.loads(event["message"])
    assert said.pop("integration.status") == "200"
    assert said.pop("error.message") == "-"
    assert all(int(value) >= 0 for value in said.values())
    steps = f"API-Gateway-Execution-Logs_{api.id}/prod"

    def written() -> list[str] | None:
        if not logs.describe_log_groups(logGroupNamePrefix=steps)["logGroups"]:
            return None
        events = logs.filter_log_events(logGroupName=steps)["events"]
        return [each["message"].split(") ", 1)[1] for each in events] or None

    lines = wait_until(written, what="the steps of the execution", seconds=web.SECONDS)
    begins = ["Extended Request Id", "Starting authorizer", "Successfully completed authorizer", "Verifying Usage Plan"]
    assert [line.startswith(begin) for line, begin in zip(lines, begins, strict=False)] == [True] * 4
    assert any(line.startswith("Method request headers: {") for line in lines)
    assert any(line.startswith("Received response. Status: 200, Integration latency: ") for line in lines)
