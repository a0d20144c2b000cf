"""An HTTP API as an OpenAPI 3.0 definition, and back.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-open-api.html
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from localstack_corrections.apigatewayv2.routes import DEFAULT, METHODS

if TYPE_CHECKING:
    from localstack_corrections.apigatewayv2.registry import HttpApi
    from localstack_corrections.apigatewayv2.snapshot import Snapshot

_INTEGRATION = "x-amazon-apigateway-integration"
_ANY = "x-amazon-apigateway-any-method"
_AUTHORIZER = "x-amazon-apigateway-authorizer"
_CORS = "x-amazon-apigateway-cors"
_TAG = "x-amazon-apigateway-tag-value"
_INTEGRATION_FIELDS = {
    "connectionType": "connection_type",
    "connectionId": "connection_id",
    "credentials": "credentials_arn",
    "httpMethod": "integration_method",
    "passthroughBehavior": "passthrough_behavior",
    "payloadFormatVersion": "payload_format_version",
    "requestParameters": "request_parameters",
    "responseParameters": "response_parameters",
    "subtype": "integration_subtype",
    "timeoutInMillis": "timeout_in_millis",
    "tlsConfig": "tls_config",
    "uri": "integration_uri",
}
_IN_RESPONSES = {
    "credentials": "credentialsArn",
    "httpMethod": "integrationMethod",
    "subtype": "integrationSubtype",
    "uri": "integrationUri",
}
"""The names that differ in an API's responses."""


def parse(text: str) -> dict[str, Any]:
    """Return the definition in the text, which is JSON or YAML.

    :raises CommonServiceException: it is no OpenAPI 3.0 definition.
    """
    import yaml
    from localstack.aws.api import CommonServiceException

    try:
        definition = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise CommonServiceException("BadRequestException", f"Unable to parse the definition: {error}", 400) from error
    if not isinstance(definition, dict) or not str(definition.get("openapi", "")).startswith("3.0"):
        raise CommonServiceException("BadRequestException", "Invalid OpenAPI input: expected OpenAPI 3.0", 400)
    return definition


def load(api: HttpApi, definition: dict[str, Any], base_path: str = "ignore") -> None:
    """Replace the API's routes, integrations, authorizers, CORS configuration and tags by the definition's.

    :param base_path: what is done with the path of its server: ``ignore``, ``prepend``, or ``split``, which prepends
        it without its first part.
    """
    resources = api.resources
    for kind in (resources.routes, resources.integrations, resources.authorizers):
        kind.clear()
    info = definition.get("info") or {}
    resources.name = info.get("title") or resources.name
    resources.description = info.get("description") or resources.description
    resources.version = str(info["version"]) if info.get("version") else resources.version
    resources.cors_configuration = definition.get(_CORS) or resources.cors_configuration
    tags = {
        tag["name"]: str(tag[_TAG]) for tag in definition.get("tags") or [] if isinstance(tag, dict) and _TAG in tag
    }
    if tags:
        api.backend.tag_resource(resources.arn, tags)
    components = definition.get("components") or {}
    authorizers = {
        name: _authorizer(resources, name, scheme)
        for name, scheme in (components.get("securitySchemes") or {}).items()
        if _AUTHORIZER in scheme
    }
    shared = (components.get("x-amazon-apigateway-integrations") or {}) | {}
    before = _base_path(definition, base_path)
    for path, operations in (definition.get("paths") or {}).items():
        for method, operation in operations.items():
            if method == _ANY or method.upper() in METHODS:
                whole = path if path.strip("/") == DEFAULT else before + path
                _route(resources, whole, method, operation or {}, authorizers, shared)
    api.changed()


def _base_path(definition: dict[str, Any], wanted: str) -> str:
    """Return the path of the definition's first server, with its variables' defaults, as far as it is wanted."""
    server = next(iter(definition.get("servers") or []), None)
    if server is None or wanted not in {"prepend", "split"}:
        return ""
    path = "/" + str(server.get("url", "")).partition("://")[2].partition("/")[2].strip("/")
    for name, variable in (server.get("variables") or {}).items():
        path = path.replace(f"{{{name}}}", str(variable.get("default", "")).strip("/"))
    if wanted == "split":
        path = "/" + path.removeprefix("/").partition("/")[2]
    return path.rstrip("/")


def _authorizer(resources: Any, name: str, scheme: dict[str, Any]) -> Any:
    said = scheme[_AUTHORIZER]
    source = said.get("identitySource")
    return resources.create_authorizer(
        auth_creds_arn=said.get("authorizerCredentials"),
        auth_payload_format_version=said.get("authorizerPayloadFormatVersion"),
        auth_result_ttl=said.get("authorizerResultTtlInSeconds"),
        authorizer_type=str(said.get("type", "")).upper(),
        authorizer_uri=said.get("authorizerUri"),
        enable_simple_response=said.get("enableSimpleResponses"),
        identity_source=source.split(",") if isinstance(source, str) else source,
        identity_validation_expr=said.get("identityValidationExpression"),
        jwt_config=said.get("jwtConfiguration"),
        name=name,
    )


def _route(
    resources: Any,
    path: str,
    method: str,
    operation: dict[str, Any],
    authorizers: dict[str, Any],
    shared: dict[str, Any],
) -> None:
    said = operation.get(_INTEGRATION)
    if said and "$ref" in said:
        said = shared.get(said["$ref"].rsplit("/", 1)[-1])
    target = f"integrations/{_integration(resources, said).id}" if said else None
    security = next(
        (
            (authorizers[name], scopes)
            for requirement in operation.get("security") or []
            for name, scopes in requirement.items()
            if name in authorizers
        ),
        None,
    )
    authorizer, scopes = security or (None, [])
    kind = "NONE" if authorizer is None else {"JWT": "JWT"}.get(authorizer.authorizer_type, "CUSTOM")
    auth = operation.get("x-amazon-apigateway-auth") or {}
    if str(auth.get("type", "")).upper() == "AWS_IAM":
        kind = "AWS_IAM"
    name = "ANY" if method == _ANY else method.upper()
    resources.create_route(
        api_key_required=False,
        authorization_scopes=scopes,
        authorization_type=kind,
        authorizer_id=authorizer.id if authorizer else None,
        operation_name=operation.get("operationId"),
        route_key=DEFAULT if path.strip("/") == DEFAULT else f"{name} {path}",
        target=target,
    )


def _integration(resources: Any, said: dict[str, Any]) -> Any:
    fields = {attribute: said[name] for name, attribute in _INTEGRATION_FIELDS.items() if name in said}
    responses = fields.get("response_parameters")
    fields = {"connection_type": "INTERNET", "integration_method": None, "integration_uri": None} | fields
    fields["response_parameters"] = responses
    return resources.create_integration(
        description=said.get("description"), integration_type=str(said.get("type", "")).upper(), **fields
    )


def export(api: Any, snapshot: Snapshot, extensions: bool, output: str) -> bytes:
    """Return the definition of what a snapshot holds, as JSON or ``YAML``."""
    definition: dict[str, Any] = {
        "openapi": "3.0.1",
        "info": {"title": api.name, "version": api.version or "1.0"},
        "servers": [{"url": api.api_endpoint}],
        "paths": {},
    }
    if api.description:
        definition["info"]["description"] = api.description
    for route in sorted(snapshot.routes.routes, key=lambda one: str(one["routeKey"])):
        key = route["routeKey"]
        method, path = ("ANY", f"/{DEFAULT}") if key == DEFAULT else key.split(" ", 1)
        operations = definition["paths"].setdefault(path, {})
        operations[_ANY if method == "ANY" else method.lower()] = _operation(
            route, snapshot, extensions, key == DEFAULT
        )
    schemes = {authorizer["name"]: _scheme(authorizer, extensions) for authorizer in snapshot.authorizers.values()}
    if schemes:
        definition["components"] = {"securitySchemes": schemes}
    if extensions:
        definition["x-amazon-apigateway-importexport-version"] = "1.0"
        if snapshot.cors:
            definition[_CORS] = snapshot.cors
    if output.upper() == "YAML":
        import yaml

        return yaml.safe_dump(definition, sort_keys=False).encode()
    return json.dumps(definition, indent=2).encode()


def _operation(route: dict[str, Any], snapshot: Snapshot, extensions: bool, is_default: bool) -> dict[str, Any]:
    path = "" if is_default else route["routeKey"].split(" ", 1)[1]
    names = [part.strip("{}+") for part in path.split("/") if part.startswith("{")]
    made: dict[str, Any] = {"responses": {"default": {"description": f"Default response for {route['routeKey']}"}}}
    if route.get("operationName"):
        made["operationId"] = route["operationName"]
    if names:
        made["parameters"] = [
            {"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in names
        ]
    authorizer = snapshot.authorizers.get(route.get("authorizerId") or "")
    if authorizer:
        made["security"] = [{authorizer["name"]: route.get("authorizationScopes") or []}]
    if not extensions:
        return made
    if is_default:
        made["isDefaultRoute"] = True
    if route.get("authorizationType") == "AWS_IAM":
        made["x-amazon-apigateway-auth"] = {"type": "AWS_IAM"}
    integration = snapshot.integrations.get(str(route.get("target") or "").removeprefix("integrations/"))
    if integration:
        made[_INTEGRATION] = _integration_said(integration)
    return made


def _integration_said(integration: dict[str, Any]) -> dict[str, Any]:
    said = {"type": str(integration["integrationType"]).lower()}
    for name in _INTEGRATION_FIELDS:
        value = integration.get(_IN_RESPONSES.get(name, name))
        if value is not None:
            said[name] = value
    return said


def _scheme(authorizer: dict[str, Any], extensions: bool) -> dict[str, Any]:
    is_jwt = authorizer.get("authorizerType") == "JWT"
    made: dict[str, Any] = (
        {"type": "oauth2", "flows": {}} if is_jwt else {"type": "apiKey", "name": "Unused", "in": "header"}
    )
    if extensions:
        names = {"authorizerCredentialsArn": "authorizerCredentials", "authorizerType": "type"}
        said = {
            names.get(name, name): value
            for name, value in authorizer.items()
            if name not in {"authorizerId", "name"} and value is not None
        }
        said["type"] = said["type"].lower()
        if not is_jwt:
            said["identitySource"] = ",".join(said.get("identitySource") or [])
        else:
            said["identitySource"] = (said.get("identitySource") or [""])[0]
        made[_AUTHORIZER] = said
    return made
