"""The operations of ``apigatewayv2``: moto's, and here those that moto has not, or not as AWS has them."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from localstack.aws.api import CommonServiceException, RequestContext, handler
from localstack.aws.skeleton import create_dispatch_table
from localstack.aws.spec import load_service
from localstack.services.moto import call_moto
from localstack.services.plugins import SERVICE_PLUGINS, Service, ServiceLifecycleHook

from localstack_corrections.apigatewayv2 import checks, openapi, registry
from localstack_corrections.apigatewayv2.domain_names import DomainNameOperations
from localstack_corrections.apigatewayv2.registry import Deployment, HttpApi, new_id
from localstack_corrections.apigatewayv2.snapshot import take

if TYPE_CHECKING:
    from collections.abc import Callable

_SERVICE = "apigatewayv2"
_REFUSED = re.compile(r"(RoutingRule|VpcLink|Portal|Product)")
_READS = re.compile(r"(Get|List|Export)")
_STAGE = re.compile(r"\$default|[A-Za-z0-9_-]{1,128}")
_STAGE_SETTINGS = {
    "AccessLogSettings": "access_log_settings",
    "AutoDeploy": "auto_deploy",
    "ClientCertificateId": "client_certificate_id",
    "DefaultRouteSettings": "default_route_settings",
    "DeploymentId": "deployment_id",
    "Description": "description",
    "RouteSettings": "route_settings",
    "StageVariables": "stage_variables",
}


def service() -> Service:
    """Return the service, which LocalStack starts with the first request for it."""
    provider = HttpApiProvider()
    return Service.for_provider(provider, dispatch_table_factory=_dispatch_table)


def _dispatch_table(provider: HttpApiProvider) -> dict[str, Callable[[RequestContext, Any], Any]]:
    own = create_dispatch_table(provider)
    operations = load_service(_SERVICE).operation_names
    return {name: _checked(name, own.get(name) or (lambda context, _: call_moto(context))) for name in operations}


def _checked(name: str, run: Callable[[RequestContext, Any], Any]) -> Callable[[RequestContext, Any], Any]:
    def checked(context: RequestContext, request: Any) -> Any:
        if _REFUSED.search(name):
            raise NotImplementedError(
                f"HTTP APIs have no {name} here: VPC links, routing rules and portals are not served. "
                "Hint: an HTTP_PROXY integration reaches any address, and API mappings any API."
            )
        checks.check(name, context.account_id, context.region, request)
        result = run(context, request)
        if not _READS.match(name) and (api := registry.find(request.get("ApiId") or "")):
            api.changed()
        return _page(request, result) if name.startswith("Get") and "Items" in (result or {}) else result

    return checked


def _page(request: Any, result: dict[str, Any]) -> dict[str, Any]:
    """Return the items from ``NextToken`` on, at most ``MaxResults``."""
    try:
        first = int(request.get("NextToken") or 0)
        most = int(request.get("MaxResults") or 0) or len(result["Items"])
    except ValueError as error:
        raise CommonServiceException("BadRequestException", f"Invalid paging parameter: {error}", 400) from error
    items = result["Items"][first : first + most]
    more = first + most < len(result["Items"])
    return {**result, "Items": items} | ({"NextToken": str(first + most)} if more else {})


def api_of(api_id: str, account: str, region: str) -> HttpApi:
    """Return the API.

    :raises CommonServiceException: 404 for one that is not there.
    """
    api = registry.find(api_id)
    if api is None or (api.account, api.region) != (account, region):
        raise CommonServiceException("NotFoundException", f"Invalid API identifier specified {account}:{api_id}", 404)
    return api


class HttpApiProvider(DomainNameOperations, ServiceLifecycleHook):
    """Operations that moto lacks."""

    service = _SERVICE

    def on_before_start(self) -> None:
        """Load the service of REST APIs: it has the routes of all APIs' requests."""
        SERVICE_PLUGINS.require("apigateway")

    @handler("CreateApi", expand=False)
    def create_api(self, context: RequestContext, request: dict[str, Any]) -> dict[str, Any]:
        """Make an API, and with ``Target`` a route, an integration and the stage ``$default``."""
        if request.get("ProtocolType") == "WEBSOCKET":
            raise NotImplementedError("WebSocket APIs are not there. Hint: ProtocolType HTTP is.")
        made: dict[str, Any] = call_moto(context)
        api = self._registered(context, made["ApiId"])
        if target := request.get("Target"):
            self._quick_create(api, target, request)
        return self._described(api, made)

    def _registered(self, context: RequestContext, api_id: str) -> HttpApi:
        from moto.apigatewayv2.models import apigatewayv2_backends

        backend = apigatewayv2_backends[context.account_id][context.region]
        resources = backend.apis.pop(api_id)
        resources.api_id = new_id()
        resources.api_endpoint = _endpoint(resources.api_id)
        tags = backend.tagger.get_tag_dict_for_resource(resources.arn)
        resources.arn = f"arn:aws:apigateway:{context.region}::/apis/{resources.api_id}"
        backend.tag_resource(resources.arn, tags)
        backend.apis[resources.api_id] = resources
        api = HttpApi(context.account_id, context.region, resources, backend)
        registry.register(api)
        return api

    def _quick_create(self, api: HttpApi, target: str, request: dict[str, Any]) -> None:
        resources = api.resources
        is_function = ":lambda:" in target
        integration = resources.create_integration(
            connection_type="INTERNET",
            description=None,
            integration_method=None if is_function else "ANY",
            integration_type="AWS_PROXY" if is_function else "HTTP_PROXY",
            integration_uri=target,
            payload_format_version="2.0" if is_function else "1.0",
            credentials_arn=request.get("CredentialsArn"),
        )
        resources.create_route(
            api_key_required=False,
            authorization_scopes=[],
            authorization_type="NONE",
            route_key=request.get("RouteKey") or "$default",
            target=f"integrations/{integration.id}",
        )
        resources.create_stage({"stageName": "$default", "autoDeploy": True})

    def _described(self, api: HttpApi, made: dict[str, Any]) -> dict[str, Any]:
        resources = api.resources
        return {
            **made,
            "ApiId": api.id,
            "ApiEndpoint": resources.api_endpoint,
            "Tags": resources.backend.get_tags(resources.arn),
        }

    @handler("DeleteApi", expand=False)
    def delete_api(self, context: RequestContext, request: dict[str, Any]) -> None:
        """Delete an API and all that it has."""
        api = api_of(request["ApiId"], context.account_id, context.region)
        call_moto(context)
        registry.forget(api.id)

    @handler("ImportApi", expand=False)
    def import_api(self, context: RequestContext, request: dict[str, Any]) -> dict[str, Any]:
        """Make an API of an OpenAPI definition."""
        from moto.apigatewayv2.models import apigatewayv2_backends

        definition = openapi.parse(request.get("Body") or "")
        backend = apigatewayv2_backends[context.account_id][context.region]
        made = backend.create_api(
            None, None, None, None, None, definition.get("info", {}).get("title") or "API", "HTTP", None, {}, None
        )
        api = self._registered(context, made.api_id)
        openapi.load(api, definition, request.get("Basepath") or "ignore")
        return _of_json(api.resources.to_json(), "Api")

    @handler("ReimportApi", expand=False)
    def reimport_api(self, context: RequestContext, request: dict[str, Any]) -> dict[str, Any]:
        """Replace an API's configuration by that of an OpenAPI definition."""
        api = api_of(request["ApiId"], context.account_id, context.region)
        openapi.load(api, openapi.parse(request.get("Body") or ""), request.get("Basepath") or "ignore")
        return _of_json(api.resources.to_json(), "Api")

    @handler("ExportApi", expand=False)
    def export_api(self, context: RequestContext, request: dict[str, Any]) -> dict[str, Any]:
        """Return an API, or what a stage of it serves, as an OpenAPI definition."""
        api = api_of(request["ApiId"], context.account_id, context.region)
        if request.get("Specification") != "OAS30":
            raise CommonServiceException("BadRequestException", "Specification must be OAS30", 400)
        snapshot = take(api.resources)
        if stage := request.get("StageName"):
            self._stage(api, stage)
            serving = api.serving(stage)
            snapshot = (serving and serving.snapshot) or snapshot
        extensions = request.get("IncludeExtensions") is not False
        return {"body": openapi.export(api.resources, snapshot, extensions, request.get("OutputType") or "JSON")}

    @handler("CreateStage", expand=False)
    def create_stage(self, context: RequestContext, request: dict[str, Any]) -> dict[str, Any]:
        """Make a stage."""
        api = api_of(request["ApiId"], context.account_id, context.region)
        name = request["StageName"]
        if not _STAGE.fullmatch(name):
            raise CommonServiceException("BadRequestException", f"Invalid stage name: {name}", 400)
        if name in api.resources.stages:
            raise CommonServiceException("ConflictException", f"Stage {name} already exists", 409)
        self._check_deployment(api, request)
        call_moto(context)
        stage = api.resources.stages[name]
        stage.deployment_id = request.get("DeploymentId")
        return self._stage_described(stage)

    @handler("UpdateStage", expand=False)
    def update_stage(self, context: RequestContext, request: dict[str, Any]) -> dict[str, Any]:
        """Change what the request has; the rest of the stage stays as it is."""
        api = api_of(request["ApiId"], context.account_id, context.region)
        stage = self._stage(api, request["StageName"])
        self._check_deployment(api, request)
        for name, attribute in _STAGE_SETTINGS.items():
            if name in request and request[name] is not None:
                setattr(stage, attribute, _lower_keys(request[name], name))
        stage.updated = datetime.now()  # noqa: DTZ005 - moto's times have no zone
        return self._stage_described(stage)

    @handler("GetStage", expand=False)
    def get_stage(self, context: RequestContext, request: dict[str, Any]) -> dict[str, Any]:
        """Return a stage."""
        api = api_of(request["ApiId"], context.account_id, context.region)
        return self._stage_described(self._stage(api, request["StageName"]))

    @handler("GetStages", expand=False)
    def get_stages(self, context: RequestContext, request: dict[str, Any]) -> dict[str, Any]:
        """Return all stages."""
        api = api_of(request["ApiId"], context.account_id, context.region)
        return {"Items": [self._stage_described(stage) for stage in api.resources.stages.values()]}

    @handler("DeleteStage", expand=False)
    def delete_stage(self, context: RequestContext, request: dict[str, Any]) -> None:
        """Delete a stage."""
        api = api_of(request["ApiId"], context.account_id, context.region)
        self._stage(api, request["StageName"])
        call_moto(context)

    @handler("DeleteAccessLogSettings", expand=False)
    def delete_access_log_settings(self, context: RequestContext, request: dict[str, Any]) -> None:
        """End a stage's access log."""
        api = api_of(request["ApiId"], context.account_id, context.region)
        self._stage(api, request["StageName"]).access_log_settings = None

    @handler("DeleteRouteSettings", expand=False)
    def delete_route_settings(self, context: RequestContext, request: dict[str, Any]) -> None:
        """Remove a route's settings in a stage."""
        api = api_of(request["ApiId"], context.account_id, context.region)
        self._stage(api, request["StageName"]).route_settings.pop(request["RouteKey"], None)

    @handler("ResetAuthorizersCache", expand=False)
    def reset_authorizers_cache(self, context: RequestContext, request: dict[str, Any]) -> None:
        """Forget the results of Lambda authorizers: a change of the API does."""
        api = api_of(request["ApiId"], context.account_id, context.region)
        self._stage(api, request["StageName"])

    def _stage(self, api: HttpApi, name: str) -> Any:
        if name not in api.resources.stages:
            raise CommonServiceException(
                "NotFoundException", f"Unable to find Stage by name {name} within the API", 404
            )
        return api.resources.stages[name]

    def _check_deployment(self, api: HttpApi, request: dict[str, Any]) -> None:
        deployment = request.get("DeploymentId")
        if deployment and deployment not in api.deployments:
            raise CommonServiceException(
                "NotFoundException", f"Invalid Deployment identifier specified {deployment}", 404
            )

    def _stage_described(self, stage: Any) -> dict[str, Any]:
        said = _of_json(stage.to_json(), "Stage")
        if deployment := getattr(stage, "deployment_id", None):
            said["DeploymentId"] = deployment
        if stage.auto_deploy:
            said["LastDeploymentStatusMessage"] = "Successfully deployed stage with the API's current configuration"
        return said

    @handler("CreateDeployment", expand=False)
    def create_deployment(self, context: RequestContext, request: dict[str, Any]) -> dict[str, Any]:
        """Freeze the API's configuration, and serve it from the stage of the request."""
        api = api_of(request["ApiId"], context.account_id, context.region)
        if not api.resources.routes:
            raise CommonServiceException(
                "BadRequestException", "At least one route is required before deploying the Api.", 400
            )
        stage = self._stage(api, request["StageName"]) if request.get("StageName") else None
        deployment = Deployment(new_id(6), take(api.resources), time.time(), description=request.get("Description"))
        api.deployments[deployment.id] = deployment
        if stage:
            stage.deployment_id = deployment.id
        return self._deployment_described(deployment)

    @handler("GetDeployment", expand=False)
    def get_deployment(self, context: RequestContext, request: dict[str, Any]) -> dict[str, Any]:
        """Return a deployment."""
        api = api_of(request["ApiId"], context.account_id, context.region)
        self._check_deployment(api, request)
        return self._deployment_described(api.deployments[request["DeploymentId"]])

    @handler("GetDeployments", expand=False)
    def get_deployments(self, context: RequestContext, request: dict[str, Any]) -> dict[str, Any]:
        """Return all deployments, the newest first."""
        api = api_of(request["ApiId"], context.account_id, context.region)
        return {"Items": [self._deployment_described(one) for one in reversed(list(api.deployments.values()))]}

    @handler("UpdateDeployment", expand=False)
    def update_deployment(self, context: RequestContext, request: dict[str, Any]) -> dict[str, Any]:
        """Change a deployment's description."""
        api = api_of(request["ApiId"], context.account_id, context.region)
        self._check_deployment(api, request)
        deployment = api.deployments[request["DeploymentId"]]
        deployment.description = request.get("Description")
        return self._deployment_described(deployment)

    @handler("DeleteDeployment", expand=False)
    def delete_deployment(self, context: RequestContext, request: dict[str, Any]) -> None:
        """Delete a deployment that no stage serves."""
        api = api_of(request["ApiId"], context.account_id, context.region)
        self._check_deployment(api, request)
        name = request["DeploymentId"]
        if any(getattr(stage, "deployment_id", None) == name for stage in api.resources.stages.values()):
            raise CommonServiceException(
                "BadRequestException",
                f"Active stages pointing to this deployment must be moved or deleted: {name}",
                400,
            )
        del api.deployments[name]

    def _deployment_described(self, deployment: Deployment) -> dict[str, Any]:
        return {**deployment.as_json(), "CreatedDate": datetime.fromtimestamp(deployment.created, UTC)}

    @handler("GetAuthorizers", expand=False)
    def get_authorizers(self, context: RequestContext, request: dict[str, Any]) -> dict[str, Any]:
        """Return all authorizers."""
        api = api_of(request["ApiId"], context.account_id, context.region)
        return {"Items": [_of_json(one.to_json(), "Authorizer") for one in api.resources.authorizers.values()]}

    @handler("GetModels", expand=False)
    def get_models(self, context: RequestContext, request: dict[str, Any]) -> dict[str, Any]:
        """Return all models."""
        api = api_of(request["ApiId"], context.account_id, context.region)
        return {"Items": [_of_json(one.to_json(), "Model") for one in api.resources.models.values()]}


def _endpoint(api_id: str) -> str:
    """Return the address of the API by its host name; a path below the emulator's endpoint leads there as well."""
    from localstack import config

    host = config.LOCALSTACK_HOST
    return f"http://{api_id}.execute-api.{host.host}:{host.port}"


def _of_json(said: dict[str, Any], shape: str) -> dict[str, Any]:
    """Return moto's JSON as a response's structure: names with a capital, no values that are none."""
    made = {name[:1].upper() + name[1:]: value for name, value in said.items() if value is not None}
    members = load_service(_SERVICE).shape_for(shape).members
    return {name: _capital_keys(value, members[name]) for name, value in made.items() if name in members}


def _capital_keys(value: Any, shape: Any) -> Any:
    if shape.type_name == "structure" and isinstance(value, dict):
        return {
            name: _capital_keys(value[member.serialization.get("name", name)], member)
            for name, member in shape.members.items()
            if value.get(member.serialization.get("name", name)) is not None
        }
    if shape.type_name == "map" and isinstance(value, dict):
        return {name: _capital_keys(one, shape.value) for name, one in value.items()}
    if shape.type_name == "list" and isinstance(value, list):
        return [_capital_keys(one, shape.member) for one in value]
    return value


def _lower_keys(value: Any, name: str) -> Any:
    """Return a structure of a request as moto keeps it: the names as in JSON."""
    shape = load_service(_SERVICE).operation_model("UpdateStage").input_shape.members[name]
    return _as_json(value, shape)


def _as_json(value: Any, shape: Any) -> Any:
    if shape.type_name == "structure" and isinstance(value, dict):
        return {
            shape.members[name].serialization.get("name", name): _as_json(one, shape.members[name])
            for name, one in value.items()
            if one is not None
        }
    if shape.type_name == "map" and isinstance(value, dict):
        return {name: _as_json(one, shape.value) for name, one in value.items()}
    return value
