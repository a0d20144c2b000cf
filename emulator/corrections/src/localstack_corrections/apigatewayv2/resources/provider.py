"""Make, change and delete the resources of an HTTP API for CloudFormation."""

from __future__ import annotations

import contextlib
import json
import re
from typing import Any

from localstack.services.cloudformation.resource_provider import OperationStatus, ProgressEvent, ResourceProvider

from localstack_corrections.apigatewayv2 import registry
from localstack_corrections.apigatewayv2.resources.kinds import (
    API,
    API_MAPPING,
    DEPLOYMENT,
    DOMAIN_NAME,
    KINDS,
    STAGE,
    Kind,
)
from localstack_corrections.cloudformation.records import NOT_EMULATED, stand_in

_ATTRIBUTES = ("ApiEndpoint", "DomainNameArn", "RegionalDomainName", "RegionalHostedZoneId")
_WORDS = re.compile(r"(?<!^)(?=[A-Z])")
_DEFAULTS: dict[str, Any] = {
    "authorization_type": "NONE",
    "api_key_required": False,
    "auto_deploy": False,
    "default_route_settings": {"detailedMetricsEnabled": False},
    "disable_execute_api_endpoint": False,
    "request_parameters": None,
    "route_settings": {},
    "stage_variables": {},
    "timeout_in_millis": 30_000,
}
"""What a property is once a template has it no longer; all others are nothing."""


def _done(model: dict[str, Any], message: str = "") -> Any:
    return ProgressEvent(status=OperationStatus.SUCCESS, resource_model=model, message=message)


class HttpApiResourceProvider(ResourceProvider):
    """A provider of one of the types in ``KINDS``."""

    KIND: Kind

    def create(self, request: Any) -> Any:
        """Make the resource; one of a WebSocket API is named as what it is not."""
        model = dict(request.desired_state)
        if _is_of_websocket(model):
            return self._stand_in(request, model)
        client = request.aws_client_factory.apigatewayv2
        if self.KIND is API and ("Body" in model or "BodyS3Location" in model):
            made = client.import_api(Body=_definition(request, model), **_import_options(model))
            self._change(client, {**model, "ApiId": made["ApiId"]})
        else:
            made = getattr(client, f"create_{_snake(self.KIND.name)}")(**self._parameters(client, "Create", model))
        model[self.KIND.identifier] = made[self.KIND.identifier]
        return _done(model | _attributes(made))

    def _stand_in(self, request: Any, model: dict[str, Any]) -> Any:
        """Deploy nothing, as for a type that is not emulated, so that the rest of the stack is there."""
        model.setdefault(self.KIND.identifier, stand_in(request.stack_name, request.logical_resource_id))
        what = f"Resource type {request.resource_type} of a WebSocket API"
        return _done(model, f"{what} is not supported but was deployed as a fallback")

    def update(self, request: Any) -> Any:
        """Change the resource to what the template has now."""
        before = request.previous_state or {}
        if any(before.get(name) != request.desired_state.get(name, before.get(name)) for name in self.KIND.create_only):
            return self._replace(request, before)
        if _is_of_websocket(request.desired_state):
            return self._stand_in(request, dict(request.desired_state))
        model = {**request.desired_state, self.KIND.identifier: before[self.KIND.identifier]}
        client = request.aws_client_factory.apigatewayv2
        model |= {name: before[name] for name in _ATTRIBUTES if name in before}
        if self.KIND is API and ("Body" in model or "BodyS3Location" in model):
            client.reimport_api(ApiId=model["ApiId"], Body=_definition(request, model), **_import_options(model))
        if self.KIND is API_MAPPING:
            model.setdefault("ApiMappingKey", "")
        self._forget(
            model, [name for name in self.KIND.properties if name in before and name not in request.desired_state]
        )
        self._change(client, model)
        return _done(model)

    def _replace(self, request: Any, before: dict[str, Any]) -> Any:
        made = self.create(request)
        self._delete(request.aws_client_factory.apigatewayv2, before)
        return made

    def delete(self, request: Any) -> Any:
        """Delete the resource; one that is gone already is no error."""
        model = request.desired_state
        if model.get(self.KIND.identifier):  # else it was never made
            self._delete(request.aws_client_factory.apigatewayv2, model)
        return _done(model)

    def _delete(self, client: Any, model: dict[str, Any]) -> None:
        if _is_of_websocket(model):
            return
        ids = {name: model[name] for name in {*self.KIND.parents, self.KIND.identifier}}
        if self.KIND is DEPLOYMENT:
            _detach(ids["ApiId"], ids["DeploymentId"])
        with contextlib.suppress(client.exceptions.NotFoundException):
            getattr(client, f"delete_{_snake(self.KIND.name)}")(**ids)

    def _change(self, client: Any, model: dict[str, Any]) -> None:
        parameters = self._parameters(client, "Update", model)
        if self.KIND is API:
            # these two make a route and an integration, which have ids of their own
            parameters = {name: value for name, value in parameters.items() if name not in {"Target", "RouteKey"}}
            _tag(client, f"apis/{model['ApiId']}", model)
        elif self.KIND is DOMAIN_NAME:
            _tag(client, f"domainnames/{model['DomainName']}", model)
        getattr(client, f"update_{_snake(self.KIND.name)}")(**parameters)

    def _parameters(self, client: Any, verb: str, model: dict[str, Any]) -> dict[str, Any]:
        """Return the properties that the operation takes, in its types."""
        members = client.meta.service_model.operation_model(f"{verb}{self.KIND.name}").input_shape.members
        made = {name: value for name, value in model.items() if name in members and value is not None}
        if "Schema" in made and not isinstance(made["Schema"], str):
            made["Schema"] = json.dumps(made["Schema"])
        if "ResponseParameters" in made:
            made["ResponseParameters"] = _response_parameters(made["ResponseParameters"])
        if self.KIND is STAGE and "RouteSettings" in made:
            made["RouteSettings"] = {key: _numbers(value) for key, value in made["RouteSettings"].items()}
        if self.KIND is STAGE and "DefaultRouteSettings" in made:
            made["DefaultRouteSettings"] = _numbers(made["DefaultRouteSettings"])
        return made

    def _forget(self, model: dict[str, Any], removed: list[str]) -> None:
        """Set what the template has no longer to its default; the API's operations can only set values."""
        api = registry.find(model.get("ApiId") or "") if self.KIND is not API_MAPPING else None
        if api is None or not removed:
            return
        resource = (
            api.resources
            if self.KIND is API
            else getattr(api.resources, self.KIND.collection or "stages", {}).get(model[self.KIND.identifier])
        )
        for name in removed:
            attribute = self.KIND.attributes.get(name) or _snake(name)
            if hasattr(resource, attribute):
                setattr(resource, attribute, _DEFAULTS.get(attribute))


def _attributes(made: dict[str, Any]) -> dict[str, Any]:
    """Return the attributes, for ``Fn::GetAtt``, of what an operation made."""
    found = {name: made[name] for name in _ATTRIBUTES if name in made}
    for configuration in made.get("DomainNameConfigurations") or []:
        found["RegionalDomainName"] = configuration.get("ApiGatewayDomainName")
        found["RegionalHostedZoneId"] = configuration.get("HostedZoneId")
    return found


def _tag(client: Any, path: str, model: dict[str, Any]) -> None:
    if tags := model.get("Tags"):
        client.tag_resource(ResourceArn=f"arn:aws:apigateway:{client.meta.region_name}::/{path}", Tags=tags)


def _is_of_websocket(model: dict[str, Any]) -> bool:
    """Return whether a resource is a WebSocket API, which is not emulated, or of one."""
    return model.get("ProtocolType") == "WEBSOCKET" or str(model.get("ApiId", "")).endswith(f"-{NOT_EMULATED}")


def _snake(name: str) -> str:
    return _WORDS.sub("_", name).lower()


def _numbers(settings: dict[str, Any]) -> dict[str, Any]:
    """Return route settings with numbers, which a template may have as text."""
    numbers = {"ThrottlingBurstLimit": int, "ThrottlingRateLimit": float}
    flags = {"DataTraceEnabled", "DetailedMetricsEnabled"}
    made = {}
    for name, value in settings.items():
        if name in flags:
            made[name] = str(value).lower() == "true"
        else:
            made[name] = numbers[name](value) if name in numbers else value
    return made


def _response_parameters(templated: dict[str, Any]) -> dict[str, dict[str, str]]:
    """Return a template's lists of sources and destinations as the mappings that the API takes."""
    made = {}
    for status, said in templated.items():
        pairs = said.get("ResponseParameters") if isinstance(said, dict) else None
        made[status] = {pair["Destination"]: pair["Source"] for pair in pairs} if isinstance(pairs, list) else said
    return made


def _definition(request: Any, model: dict[str, Any]) -> str:
    if body := model.get("Body"):
        return body if isinstance(body, str) else json.dumps(body)
    place = model["BodyS3Location"]
    stored = request.aws_client_factory.s3.get_object(Bucket=place["Bucket"], Key=place["Key"])
    return str(stored["Body"].read().decode())


def _import_options(model: dict[str, Any]) -> dict[str, Any]:
    base_path = {"Basepath": str(model["BasePath"])} if model.get("BasePath") else {}
    return {"FailOnWarnings": str(model.get("FailOnWarnings")).lower() == "true", **base_path}


def _detach(api_id: str, deployment: str) -> None:
    """Take the deployment from its stages: CloudFormation deletes it before a stage that only it had named."""
    if api := registry.find(api_id):
        for stage in api.resources.stages.values():
            if getattr(stage, "deployment_id", None) == deployment:
                stage.deployment_id = None
        api.changed()


def provider_of(name: str) -> type[Any] | None:
    """Return the provider of the type, by the last part of its name; None for a type that is not emulated."""
    for kind in KINDS:
        if kind.name == name:
            return type(
                f"{name}Provider",
                (HttpApiResourceProvider,),
                {
                    "KIND": kind,
                    "TYPE": kind.type,
                    "SCHEMA": kind.schema,
                },
            )
    return None
