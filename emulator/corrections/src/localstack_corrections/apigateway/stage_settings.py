"""CloudFormation: give a REST API's stage its method settings and access log."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from localstack_corrections.correction import Correction

if TYPE_CHECKING:
    from types import ModuleType

_MODULE = "localstack.services.cloudformation.resource_provider"
_TYPE = "AWS::ApiGateway::Stage"
_NUMBERS = {"throttlingBurstLimit": int, "throttlingRateLimit": float, "cacheTtlInSeconds": int}
_FLAGS = frozenset({"cacheDataEncrypted", "cachingEnabled", "dataTraceEnabled", "metricsEnabled"})


def _patch(module: ModuleType) -> None:
    executor = module.ResourceProviderExecutor
    execute = executor.execute_action

    def execute_action(self: Any, resource_provider: Any, raw_payload: dict[str, Any]) -> Any:
        event = execute(self, resource_provider, raw_payload)
        if raw_payload["resourceType"] == _TYPE and raw_payload["action"] != "Remove" and event.resource_model:
            properties = raw_payload["requestData"]["resourceProperties"]
            model = {"StageName": event.resource_model.get("StageName"), **properties}
            give(model, raw_payload["awsAccountId"], raw_payload["region"])
        return event

    executor.execute_action = execute_action


def give(model: dict[str, Any], account: str, region: str) -> None:
    """Set the method settings and the access log that a template gives a stage."""
    stage = _stage(model.get("RestApiId"), model.get("StageName") or "default", account, region)
    if stage is None:
        return
    # the defaults are what the stage has for all methods: nothing of the old settings
    stage.method_settings = {}
    stage.method_settings = {
        _key(settings): {**stage._get_default_method_settings(), **_settings(settings)}
        for settings in model.get("MethodSettings") or []
    }
    log = model.get("AccessLogSetting") or {}
    stage.access_log_settings = {_lower(name): value for name, value in log.items()} or None


def tag(api_id: str, name: str, tags: dict[str, str], request: Any) -> None:
    """Set the tags that GetStage answers with."""
    if stage := _stage(api_id, name, request.account_id, request.region_name):
        stage.tags = tags


def _stage(api_id: str | None, name: str, account: str, region: str) -> Any:
    from moto.apigateway.models import apigateway_backends

    api = apigateway_backends[account][region].apis.get(api_id)
    return api.stages.get(name) if api else None


def _key(settings: dict[str, Any]) -> str:
    path = str(settings.get("ResourcePath") or "/*").removeprefix("/")
    method = settings.get("HttpMethod") or "*"
    return f"{path}/{method}" if path == "*" else f"~1{path.replace('/', '~1')}/{method}"


def _settings(settings: dict[str, Any]) -> dict[str, Any]:
    """Return the settings in the API's names and types."""
    made = {}
    for name, value in settings.items():
        lower = _lower(name)
        if lower in {"resourcePath", "httpMethod"}:
            continue
        if lower in _FLAGS:
            made[lower] = str(value).lower() == "true"
        else:
            made[lower] = _NUMBERS[lower](value) if lower in _NUMBERS else value
    return made


def _lower(name: str) -> str:
    return name[:1].lower() + name[1:]


CORRECTION = Correction(
    name="stage-settings",
    localstack="Leaves out MethodSettings and AccessLogSetting of AWS::ApiGateway::Stage.",
    aws="Gives the stage both.",
    source="https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigateway-stage.html",
    patches={_MODULE: _patch},
)
