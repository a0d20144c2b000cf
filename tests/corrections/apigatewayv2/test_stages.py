"""Stages, deployments, throttling, CORS, access logs and the definition of an HTTP API."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import ClientError

from localdev.system.waiting import wait_until
from tests.corrections import web

if TYPE_CHECKING:
    from localdev.engines.clients import Clients
    from tests.corrections.apigatewayv2.http_api import HttpApi


def test_a_stage_serves_what_was_deployed_to_it(api: HttpApi, echo: str) -> None:
    integration = api.function(echo)
    api.route("GET /old", integration)
    deployment = api.client.create_deployment(ApiId=api.id)["DeploymentId"]
    api.client.create_stage(ApiId=api.id, StageName="prod", DeploymentId=deployment, StageVariables={"v": "1"})
    api.route("GET /new", integration)
    assert [api.request(path).status for path in ("/prod/old", "/prod/new", "/new")] == [200, 404, 200]
    event = api.request("/prod/old").json
    assert (event["rawPath"], event["stageVariables"]) == ("/prod/old", {"v": "1"})


def test_a_stage_without_a_deployment_serves_nothing(api: HttpApi, echo: str) -> None:
    api.route("GET /", api.function(echo))
    api.client.create_stage(ApiId=api.id, StageName="empty")
    assert api.request("/empty").status == 404


def test_a_deployment_can_be_moved_to(api: HttpApi, echo: str) -> None:
    integration = api.function(echo)
    api.route("GET /old", integration)
    api.client.create_stage(ApiId=api.id, StageName="prod")
    api.client.create_deployment(ApiId=api.id, StageName="prod")
    api.route("GET /new", integration)
    second = api.client.create_deployment(ApiId=api.id)["DeploymentId"]
    api.client.update_stage(ApiId=api.id, StageName="prod", DeploymentId=second)
    assert api.request("/prod/new").status == 200


def test_a_stage_variable_chooses_the_function(api: HttpApi, echo: str) -> None:
    api.client.update_stage(ApiId=api.id, StageName="$default", StageVariables={"name": echo.rsplit(":", 1)[1]})
    prefix = echo.rsplit(":", 1)[0]
    api.route("GET /", api.function(f"{prefix}:${{stageVariables.name}}"))
    assert api.request("/").status == 200


def test_requests_beyond_the_burst_are_refused(api: HttpApi, echo: str) -> None:
    api.route("GET /", api.function(echo))
    limits = {"ThrottlingRateLimit": 0.001, "ThrottlingBurstLimit": 2}
    api.client.update_stage(ApiId=api.id, StageName="$default", DefaultRouteSettings=limits)
    replies = [api.request("/") for _ in range(3)]
    assert [reply.status for reply in replies] == [200, 200, 429]
    assert replies[2].json == {"message": "Too Many Requests"}


def test_a_route_has_limits_of_its_own(api: HttpApi, echo: str) -> None:
    integration = api.function(echo)
    for key in ("GET /a", "GET /b"):
        api.route(key, integration)
    limits = {"GET /a": {"ThrottlingRateLimit": 0.001, "ThrottlingBurstLimit": 1}}
    api.client.update_stage(ApiId=api.id, StageName="$default", RouteSettings=limits)
    assert [api.request(path).status for path in ("/a", "/a", "/b", "/b")] == [200, 429, 200, 200]


def test_a_preflight_request_is_answered(api: HttpApi) -> None:
    cors = {
        "AllowOrigins": ["https://a.example"],
        "AllowMethods": ["GET", "PUT"],
        "AllowHeaders": ["x-own"],
        "MaxAge": 5,
    }
    api.client.update_api(ApiId=api.id, CorsConfiguration=cors)
    asked = {"Origin": "https://a.example", "Access-Control-Request-Method": "PUT"}
    reply = api.request("/anything", "OPTIONS", headers=asked)
    said = {name: reply.headers.get(f"access-control-{name}") for name in ("allow-origin", "allow-methods", "max-age")}
    assert reply.status == 204
    assert said == {"allow-origin": "https://a.example", "allow-methods": "GET,PUT", "max-age": "5"}


def test_another_origin_is_allowed_nothing(api: HttpApi, echo: str) -> None:
    api.route("GET /", api.function(echo))
    api.client.update_api(ApiId=api.id, CorsConfiguration={"AllowOrigins": ["https://a.example"]})
    said = [api.request("/", headers={"Origin": f"https://{host}.example"}).headers for host in ("a", "b")]
    assert said[0]["access-control-allow-origin"] == "https://a.example"
    assert "access-control-allow-origin" not in said[1]


def test_each_request_is_in_the_access_log(aws: Clients, api: HttpApi, echo: str) -> None:
    group = web.name("/access")
    logs = aws.client("logs")
    logs.create_log_group(logGroupName=group)
    line = json.dumps(
        {
            "key": "$context.routeKey",
            "status": "$context.status",
            "ip": "$context.identity.sourceIp",
            "none": "$context.authorizer.principalId",
            "length": "$context.responseLength",
            "authorizer": "$context.authorizer.error",
            "integration": "$context.integrationErrorMessage",
            "message": "$context.error.message",
        }
    )
    arn = f"arn:aws:logs:{aws.region}:000000000000:log-group:{group}:*"
    settings = {"DestinationArn": arn, "Format": line}
    api.client.update_stage(ApiId=api.id, StageName="$default", AccessLogSettings=settings)
    api.route("GET /a", api.function(echo))
    length = len(api.request("/a").body)
    api.request("/b")
    api.route("GET /c", api.function(echo), AuthorizationType="AWS_IAM")
    api.request("/c")
    api.route("GET /d", api.function("arn:aws:lambda:us-east-1:000000000000:function:no-such"))
    api.request("/d")

    def lines() -> list[dict[str, str]] | None:
        events = logs.filter_log_events(logGroupName=group)["events"]
        return [json.loads(event["message"]) for event in events] if len(events) == 4 else None

    first, second, third, fourth = wait_until(lines, what="four lines of the access log", seconds=web.SECONDS)
    assert first == {
        "key": "GET /a", "status": "200", "ip": "127.0.0.1", "none": "-", "length": str(length),
        "authorizer": "-", "integration": "-", "message": "-",
    }  # fmt: skip
    assert (second["status"], second["message"], second["integration"]) == ("404", "Not Found", "-")
    # each error is said of the step that failed
    assert (third["authorizer"], third["integration"]) == ("Missing Authentication Token", "-")
    assert (fourth["authorizer"], fourth["message"]) == ("-", "Internal Server Error")
    assert "no-such" in fourth["integration"]


def test_an_exported_definition_makes_the_same_api(api: HttpApi, echo: str) -> None:
    api.route("GET /a/{id}", api.function(echo))
    api.route("$default", api.function(echo))
    exported = api.client.export_api(ApiId=api.id, Specification="OAS30", OutputType="JSON")["body"].read().decode()
    copy = api.client.import_api(Body=exported)["ApiId"]
    api.client.create_stage(ApiId=copy, StageName="$default", AutoDeploy=True)
    url = api.url.replace(api.id, copy)
    assert web.request(f"{url}/a/7").json["pathParameters"] == {"id": "7"}
    assert web.request(f"{url}/other", "POST").json["routeKey"] == "$default"


def test_websocket_apis_are_refused(api: HttpApi) -> None:
    with pytest.raises(ClientError, match="WebSocket APIs are not there"):
        api.client.create_api(Name="x", ProtocolType="WEBSOCKET", RouteSelectionExpression="$request.body.action")


def test_a_second_route_of_a_key_is_a_conflict(api: HttpApi, echo: str) -> None:
    integration = api.function(echo)
    api.route("GET /a/{x}", integration)
    with pytest.raises(api.client.exceptions.ConflictException, match="already exists"):
        api.route("GET /a/{y}", integration)


def test_an_integration_in_use_cannot_be_deleted(api: HttpApi, echo: str) -> None:
    integration = api.function(echo)
    api.route("GET /", integration)
    with pytest.raises(api.client.exceptions.ConflictException):
        api.client.delete_integration(ApiId=api.id, IntegrationId=integration)


def test_an_api_that_is_deleted_is_gone(api: HttpApi) -> None:
    api.client.delete_api(ApiId=api.id)
    assert api.request("/").status == 404
    with pytest.raises(api.client.exceptions.NotFoundException):
        api.client.get_api(ApiId=api.id)


def test_credentials_and_every_origin_are_refused_together(api: HttpApi) -> None:
    with pytest.raises(ClientError, match="allow-credentials is not supported if 'allow-origin' is"):
        api.client.update_api(ApiId=api.id, CorsConfiguration={"AllowOrigins": ["*"], "AllowCredentials": True})


def test_tags_and_the_base_path_of_a_definition_are_imported(api: HttpApi) -> None:
    document = {
        "openapi": "3.0.1",
        "info": {"title": "menu", "version": "1"},
        "servers": [{"url": "https://api.test/{basePath}", "variables": {"basePath": {"default": "/prod/v1"}}}],
        "tags": [{"name": "team", "x-amazon-apigateway-tag-value": "pizza"}, {"name": "a tag of OpenAPI"}],
        "paths": {"/a": {"get": {}}, "/$default": {"x-amazon-apigateway-any-method": {}}},
    }
    found = {}
    for base in ("ignore", "prepend", "split"):
        made = api.client.import_api(Body=json.dumps(document), Basepath=base)
        keys = [route["RouteKey"] for route in api.client.get_routes(ApiId=made["ApiId"])["Items"]]
        found[base] = sorted(keys)
        assert made["Tags"] == {"team": "pizza"}
    assert found == {
        "ignore": ["$default", "GET /a"],
        "prepend": ["$default", "GET /prod/v1/a"],
        "split": ["$default", "GET /v1/a"],
    }
