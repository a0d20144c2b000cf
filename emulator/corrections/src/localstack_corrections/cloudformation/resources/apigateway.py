"""API Gateway's REST APIs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from localstack_corrections.apigateway import stage_settings
from localstack_corrections.cloudformation.resources.change import Change, as_mapping, create_anew, put_again

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from localstack_corrections.cloudformation.records import Properties
    from localstack_corrections.cloudformation.resources.change import Preparation, Update


def _patches(change: Change, names: Iterable[str]) -> list[dict[str, str]]:
    """Return the patch operations for the plain properties among these that changed."""
    return [
        {"op": "replace", "path": f"/{_camel(name)}", "value": _text(change.after.get(name))}
        for name in names
        if change.changed(name)
    ]


def _differences(path: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> list[dict[str, str]]:
    """Return the patch operations that make one mapping the other."""
    removed = [{"op": "remove", "path": f"{path}/{_escaped(key)}"} for key in before if key not in after]
    return removed + [
        {"op": "replace", "path": f"{path}/{_escaped(key)}", "value": _text(value)}
        for key, value in after.items()
        if before.get(key) != value
    ]


def _camel(name: str) -> str:
    return name[0].lower() + name[1:]


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return json.dumps(value) if isinstance(value, dict | list) else str(value)


def _escaped(key: str) -> str:
    """Return a key as a part of a JSON pointer. https://www.rfc-editor.org/rfc/rfc6901"""
    return key.replace("~", "~0").replace("/", "~1")


def _retag(change: Change, path: str) -> None:
    """Change the tags of what API Gateway knows by this path."""
    arn = f"arn:aws:apigateway:{change.request.region_name}::{path}"
    api = change.client("apigateway")
    change.retag(
        lambda tags: api.tag_resource(resourceArn=arn, tags=tags),
        lambda keys: api.untag_resource(resourceArn=arn, tagKeys=keys),
    )


def rest_api(change: Change) -> Properties:
    """Patch a REST API, or import its new definition over the old one."""
    api, api_id = change.client("apigateway"), change.after["RestApiId"]
    patches = _patches(change, ("Name", "Description", "MinimumCompressionSize", "Policy", "DisableExecuteApiEndpoint"))
    if change.changed("ApiKeySourceType"):
        source = change.after.get("ApiKeySourceType", "HEADER")
        patches.append({"op": "replace", "path": "/apiKeySource", "value": source})
    if change.changed("EndpointConfiguration"):
        kinds = (change.after.get("EndpointConfiguration") or {}).get("Types") or ["EDGE"]
        patches.append({"op": "replace", "path": "/endpointConfiguration/types/0", "value": kinds[0]})
    # LocalStack answers GetRestApi with the tags of the API, and TagResource changes others
    patches += _differences("/tags", *(as_mapping(state.get("Tags")) for state in (change.before, change.after)))
    if patches:
        api.update_rest_api(restApiId=api_id, patchOperations=patches)
    for patch in _media_types(change):
        # one by one: LocalStack finds the place of each before it removes any
        api.update_rest_api(restApiId=api_id, patchOperations=[patch])
    _retag(change, f"/restapis/{api_id}")
    if change.changed("Body", "BodyS3Location", "Parameters", "Mode") and (body := _definition(change)):
        parameters = {"basepath": "ignore", **(change.after.get("Parameters") or {})}
        mode = change.after.get("Mode", "overwrite")
        api.put_rest_api(restApiId=api_id, body=body, mode=mode, parameters=parameters)
    roots = [each for each in api.get_resources(restApiId=api_id, limit=500)["items"] if each["path"] == "/"]
    return {"RootResourceId": roots[0]["id"]}


def _media_types(change: Change) -> Iterator[dict[str, str]]:
    before, after = (state.get("BinaryMediaTypes") or [] for state in (change.before, change.after))
    yield from ({"op": "remove", "path": f"/binaryMediaTypes/{_escaped(kind)}"} for kind in before if kind not in after)
    yield from ({"op": "add", "path": f"/binaryMediaTypes/{_escaped(kind)}"} for kind in after if kind not in before)


def _definition(change: Change) -> bytes | None:
    """Return the OpenAPI document of a REST API that has one."""
    body = change.after.get("Body")
    if body:
        return (body if isinstance(body, str) else json.dumps(body)).encode()
    location = change.after.get("BodyS3Location")
    if not location:
        return None
    version = {"VersionId": location["Version"]} if location.get("Version") else {}
    document = change.client("s3").get_object(Bucket=location["Bucket"], Key=location["Key"], **version)
    content: bytes = document["Body"].read()
    return content


def stage(change: Change) -> None:
    """Patch a stage; another deployment takes over between two requests."""
    plain = (
        "DeploymentId", "Description", "DocumentationVersion", "CacheClusterEnabled", "CacheClusterSize",
        "TracingEnabled", "ClientCertificateId",
    )  # fmt: skip
    patches = _patches(change, plain)
    patches += _differences("/variables", change.before.get("Variables") or {}, change.after.get("Variables") or {})
    api_id, name = change.after["RestApiId"], change.after["StageName"]
    if change.changed("MethodSettings", "AccessLogSetting"):
        stage_settings.give(change.after, change.request.account_id, change.request.region_name)
    if patches:
        change.client("apigateway").update_stage(restApiId=api_id, stageName=name, patchOperations=patches)
    if change.changed("Tags"):
        # as with an API, GetStage answers with other tags than TagResource changes
        stage_settings.tag(api_id, name, as_mapping(change.after.get("Tags")), change.request)
    _retag(change, f"/restapis/{api_id}/stages/{name}")


def deployment(change: Change) -> None:
    """Describe a deployment; everything else of it is a snapshot."""
    if patches := _patches(change, ("Description",)):
        change.client("apigateway").update_deployment(
            restApiId=change.after["RestApiId"], deploymentId=change.after["DeploymentId"], patchOperations=patches
        )


def api_key(change: Change) -> None:
    """Patch an API key."""
    if patches := _patches(change, ("Name", "Description", "CustomerId")):
        change.client("apigateway").update_api_key(apiKey=change.after["APIKeyId"], patchOperations=patches)
    if change.changed("Enabled"):
        enabled = {"op": "replace", "path": "/enabled", "value": _text(change.after.get("Enabled", False))}
        change.client("apigateway").update_api_key(apiKey=change.after["APIKeyId"], patchOperations=[enabled])
    _retag(change, f"/apikeys/{change.after['APIKeyId']}")


def usage_plan(change: Change) -> None:
    """Patch a usage plan: its limits, and the stages it is for."""
    patches = _patches(change, ("Description",))
    if change.changed("UsagePlanName"):
        patches.append({"op": "replace", "path": "/name", "value": change.after["UsagePlanName"]})
    for name in ("Throttle", "Quota"):
        patches += _limits(name, change.before.get(name) or {}, change.after.get(name) or {})
    before, after = _stages(change.before), _stages(change.after)
    patches += [{"op": "remove", "path": "/apiStages", "value": each} for each in sorted(before - after)]
    patches += [{"op": "add", "path": "/apiStages", "value": each} for each in sorted(after - before)]
    if patches:
        change.client("apigateway").update_usage_plan(usagePlanId=change.after["Id"], patchOperations=patches)
    _retag(change, f"/usageplans/{change.after['Id']}")


def _limits(name: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> list[dict[str, str]]:
    if before and not after:
        return [{"op": "remove", "path": f"/{_camel(name)}"}]
    return _differences(f"/{_camel(name)}", _lowered(before), _lowered(after))


def _lowered(limits: Mapping[str, Any]) -> dict[str, Any]:
    return {_camel(name): value for name, value in limits.items()}


def _stages(properties: Properties) -> set[str]:
    return {f"{each['ApiId']}:{each['Stage']}" for each in properties.get("ApiStages") or ()}


def model(change: Change) -> None:
    """Patch a model's schema and description."""
    if patches := _patches(change, ("Schema", "Description")):
        change.client("apigateway").update_model(
            restApiId=change.after["RestApiId"], modelName=change.after["Name"], patchOperations=patches
        )


def request_validator(change: Change) -> None:
    """Patch what a request validator looks at."""
    patches = [
        {"op": "replace", "path": f"/{_camel(name)}", "value": _text(change.after.get(name, False))}
        for name in ("ValidateRequestBody", "ValidateRequestParameters")
        if change.changed(name)
    ]
    if patches:
        change.client("apigateway").update_request_validator(
            restApiId=change.after["RestApiId"],
            requestValidatorId=change.after["RequestValidatorId"],
            patchOperations=patches,
        )


def account(change: Change) -> None:
    """Set the role that API Gateway logs with."""
    role = {"op": "replace", "path": "/cloudwatchRoleArn", "value": change.after.get("CloudWatchRoleArn", "")}
    change.client("apigateway").update_account(patchOperations=[role])


def without_a_role(request: Any) -> None:
    """Let an account have no role; LocalStack fails without."""
    request.desired_state.setdefault("CloudWatchRoleArn", "")


PREPARATIONS: Mapping[str, Preparation] = {"AWS::ApiGateway::Account": without_a_role}

UPDATES: Mapping[str, Update] = {
    "AWS::ApiGateway::Account": account,
    "AWS::ApiGateway::ApiKey": api_key,
    "AWS::ApiGateway::BasePathMapping": create_anew,
    "AWS::ApiGateway::Deployment": deployment,
    "AWS::ApiGateway::GatewayResponse": put_again,
    # requests go to the snapshot of a deployment, which a method's absence for a moment does not touch
    "AWS::ApiGateway::Method": create_anew,
    "AWS::ApiGateway::Model": model,
    "AWS::ApiGateway::RequestValidator": request_validator,
    "AWS::ApiGateway::RestApi": rest_api,
    "AWS::ApiGateway::Stage": stage,
    "AWS::ApiGateway::UsagePlan": usage_plan,
}
