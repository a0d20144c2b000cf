"""HTTP APIs in CloudFormation, written with the CDK's own constructs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from aws_cdk import App, CfnOutput, Stack
from aws_cdk import aws_apigatewayv2 as apigateway
from aws_cdk import aws_lambda as functions
from aws_cdk.aws_apigatewayv2_integrations import HttpLambdaIntegration, HttpUrlIntegration
from aws_cdk.aws_certificatemanager import Certificate

from tests.corrections import web

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from localdev.engines import EmbeddedEngine
    from localdev.engines.clients import Clients


def _template(build: Callable[[Stack], None]) -> dict[str, Any]:
    app = App(analytics_reporting=False)
    stack = Stack(app, "Stack")
    stack.template_options.metadata = {}
    build(stack)
    template: dict[str, Any] = app.synth().get_stack_by_name("Stack").template
    # no bootstrap stack is needed for a template without assets
    for part in ("Parameters", "Rules"):
        template.pop(part, None)
    return template


def _function(stack: Stack) -> functions.Function:
    return functions.Function(
        stack,
        "Function",
        runtime=functions.Runtime.PYTHON_3_13,
        handler="index.handler",
        code=functions.Code.from_inline(web.SAY_THE_EVENT),
    )


def _api(paths: list[str], variables: dict[str, str] | None = None) -> Callable[[Stack], None]:
    def build(stack: Stack) -> None:
        function = _function(stack)
        cors = apigateway.CorsPreflightOptions(allow_origins=["*"], allow_methods=[apigateway.CorsHttpMethod.ANY])
        api = apigateway.HttpApi(stack, "Api", cors_preflight=cors if variables is None else None)
        integration = HttpLambdaIntegration("Integration", function)
        for path in paths:
            api.add_routes(path=path, methods=[apigateway.HttpMethod.GET], integration=integration)
        prod = apigateway.HttpStage(stack, "Prod", http_api=api, stage_name="prod", auto_deploy=True)
        prod.node.default_child.add_property_override("StageVariables", variables or {"old": "1"})  # type: ignore[union-attr]
        CfnOutput(stack, "Url", value=api.url or "")
        CfnOutput(stack, "Endpoint", value=api.api_endpoint)

    return build


class _Deployed:
    def __init__(self, clients: Clients, endpoint: str) -> None:
        self.client = clients.client("cloudformation")
        self.name = web.name("stack")
        self._endpoint = endpoint

    def create(self, template: dict[str, Any]) -> dict[str, str]:
        capabilities = ["CAPABILITY_IAM"]
        self.client.create_stack(StackName=self.name, TemplateBody=json.dumps(template), Capabilities=capabilities)  # type: ignore[arg-type]
        self.client.get_waiter("stack_create_complete").wait(StackName=self.name, WaiterConfig={"Delay": 1})
        return self.outputs()

    def update(self, template: dict[str, Any]) -> dict[str, str]:
        capabilities = ["CAPABILITY_IAM"]
        self.client.update_stack(StackName=self.name, TemplateBody=json.dumps(template), Capabilities=capabilities)  # type: ignore[arg-type]
        self.client.get_waiter("stack_update_complete").wait(StackName=self.name, WaiterConfig={"Delay": 1})
        return self.outputs()

    def outputs(self) -> dict[str, str]:
        [stack] = self.client.describe_stacks(StackName=self.name)["Stacks"]
        return {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}

    def delete(self) -> None:
        self.client.delete_stack(StackName=self.name)
        self.client.get_waiter("stack_delete_complete").wait(StackName=self.name, WaiterConfig={"Delay": 1})

    def url(self, outputs: dict[str, str]) -> str:
        api_id = outputs["Url"].split("//")[1].split(".")[0]
        return f"{self._endpoint}/_aws/execute-api/{api_id}"


@pytest.fixture
def deployed(aws: Clients, corrected_engine: EmbeddedEngine) -> Iterator[_Deployed]:
    """Provide a stack that is deleted in the end."""
    stack = _Deployed(aws, corrected_engine.endpoint_url)
    yield stack
    stack.delete()


def test_an_api_of_the_cdk_is_deployed_updated_and_deleted(aws: Clients, corrected_engine: EmbeddedEngine) -> None:
    stack = _Deployed(aws, corrected_engine.endpoint_url)
    outputs = stack.create(_template(_api(["/a", "/b/{id}"])))
    url = stack.url(outputs)
    assert outputs["Endpoint"].split("//")[1] in outputs["Url"]
    assert web.request(f"{url}/a", headers={"Origin": "https://x"}).headers["access-control-allow-origin"] == "*"
    assert web.request(f"{url}/prod/b/7").json["stageVariables"] == {"old": "1"}

    updated = stack.update(_template(_api(["/b/{id}", "/c"], variables={"new": "2"})))
    assert stack.url(updated) == url
    assert [web.request(url + path).status for path in ("/a", "/b/7", "/c")] == [404, 200, 200]
    assert web.request(f"{url}/prod/c").json["stageVariables"] == {"new": "2"}
    assert "access-control-allow-origin" not in web.request(f"{url}/c", headers={"Origin": "https://x"}).headers

    stack.delete()
    assert web.request(f"{url}/c").status == 404


def test_what_a_template_has_no_longer_is_removed(aws: Clients, deployed: _Deployed) -> None:
    def build(mapped: bool) -> Callable[[Stack], None]:
        def built(stack: Stack) -> None:
            api = apigateway.HttpApi(stack, "Api")
            mapping = apigateway.ParameterMapping().append_header("x", apigateway.MappingValue.custom("1"))
            integration = HttpUrlIntegration("Web", "http://127.0.0.1:9", parameter_mapping=mapping if mapped else None)
            api.add_routes(path="/a", methods=[apigateway.HttpMethod.GET], integration=integration)
            CfnOutput(stack, "Url", value=api.url or "")

        return built

    api_id = deployed.url(deployed.create(_template(build(mapped=True)))).rsplit("/", 1)[1]
    client: Any = aws.client("apigatewayv2")
    [before] = client.get_integrations(ApiId=api_id)["Items"]
    deployed.update(_template(build(mapped=False)))
    [after] = client.get_integrations(ApiId=api_id)["Items"]
    assert before["RequestParameters"] == {"append:header.x": "1"}
    assert not after.get("RequestParameters")
    assert after["IntegrationId"] == before["IntegrationId"]


def test_a_domain_name_of_the_cdk_is_deployed_and_its_mapping_moved(
    corrected_engine: EmbeddedEngine, deployed: _Deployed
) -> None:
    name = f"{web.name('api')}.example.test"

    def build(key: str) -> Callable[[Stack], None]:
        def built(stack: Stack) -> None:
            arn = "arn:aws:acm:us-east-1:000000000000:certificate/1"
            certificate = Certificate.from_certificate_arn(stack, "Certificate", arn)
            domain = apigateway.DomainName(stack, "Domain", domain_name=name, certificate=certificate)
            mapping = apigateway.DomainMappingOptions(domain_name=domain, mapping_key=key)
            api = apigateway.HttpApi(stack, "Api", default_domain_mapping=mapping)
            function = _function(stack)
            api.add_routes(path="/a", integration=HttpLambdaIntegration("Integration", function))
            CfnOutput(stack, "Alias", value=domain.regional_domain_name)

        return built

    def asked(path: str) -> int:
        return web.request(f"{corrected_engine.endpoint_url}{path}", headers={"Host": name}).status

    assert deployed.create(_template(build("v1")))["Alias"]
    assert (asked("/v1/a"), asked("/v2/a")) == (200, 403)
    deployed.update(_template(build("v2")))
    assert (asked("/v1/a"), asked("/v2/a")) == (403, 200)


def test_a_vpc_link_is_named_and_left_out(deployed: _Deployed) -> None:
    link = {"Type": "AWS::ApiGatewayV2::VpcLink", "Properties": {"Name": "link", "SubnetIds": ["subnet-1"]}}
    template = {"Resources": {"Link": link}}
    deployed.client.create_stack(StackName=deployed.name, TemplateBody=json.dumps(template))
    deployed.client.get_waiter("stack_create_complete").wait(StackName=deployed.name, WaiterConfig={"Delay": 1})
    reasons = [
        event.get("ResourceStatusReason") or ""
        for event in deployed.client.describe_stack_events(StackName=deployed.name)["StackEvents"]
    ]
    assert any("AWS::ApiGatewayV2::VpcLink is not supported" in reason for reason in reasons)
