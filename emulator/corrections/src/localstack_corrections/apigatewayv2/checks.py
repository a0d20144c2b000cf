"""Refuse requests to ``apigatewayv2`` that AWS refuses and moto takes.

https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/api-reference.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from localstack.aws.api import CommonServiceException

from localstack_corrections.apigatewayv2 import registry
from localstack_corrections.apigatewayv2.integrations.services import SUBTYPES
from localstack_corrections.apigatewayv2.mappings import MappingKeyError, check_request_keys, check_response_keys
from localstack_corrections.apigatewayv2.routes import RouteKeyError, check_route_key, normalized

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from localstack_corrections.apigatewayv2.registry import HttpApi


def _refuse(message: str) -> CommonServiceException:
    return CommonServiceException("BadRequestException", message, 400)


def check(operation: str, account: str, region: str, request: dict[str, Any]) -> None:
    """Raise an error for a request that AWS refuses.

    :raises CommonServiceException: with AWS's error code and status.
    """
    _check_cors(request.get("CorsConfiguration") or {})
    if not (api_id := request.get("ApiId")) or operation in {"CreateApiMapping", "UpdateApiMapping"}:
        return
    api = registry.find(api_id)
    if api is None or (api.account, api.region) != (account, region):
        raise CommonServiceException("NotFoundException", f"Invalid API identifier specified {account}:{api_id}", 404)
    if special := _CHECKS.get(operation):
        special(api, request)
    for name, (kind, label) in _IDS.items():
        if request.get(name) and not operation.startswith("Create") and name != "AuthorizerId":
            _must_have(getattr(api.resources, kind), request[name], label)


def _check_cors(cors: dict[str, Any]) -> None:
    if cors.get("AllowCredentials") and "*" in (cors.get("AllowOrigins") or []):
        # the words of https://github.com/aws/aws-cdk/issues/9076
        raise _refuse("allow-credentials is not supported if 'allow-origin' is *")


_IDS = {
    "RouteId": ("routes", "Route"),
    "IntegrationId": ("integrations", "Integration"),
    "ModelId": ("models", "Model"),
}


def _must_have(known: Mapping[str, Any], name: str, label: str) -> None:
    if name not in known:
        raise CommonServiceException("NotFoundException", f"Invalid {label} identifier specified {name}", 404)


def _create_route(api: HttpApi, request: dict[str, Any]) -> None:
    _check_route(api, request, request["RouteKey"], None)


def _update_route(api: HttpApi, request: dict[str, Any]) -> None:
    _must_have(api.resources.routes, request["RouteId"], "Route")
    if request.get("RouteKey"):
        _check_route(api, request, request["RouteKey"], request["RouteId"])
    else:
        _check_route(api, request, api.resources.routes[request["RouteId"]].route_key, request["RouteId"])


def _check_route(api: HttpApi, request: dict[str, Any], key: str, route_id: str | None) -> None:
    try:
        check_route_key(key)
    except RouteKeyError as error:
        raise _refuse(str(error)) from error
    for other in list(api.resources.routes.values()):
        if other.route_id != route_id and normalized(other.route_key) == normalized(key):
            raise CommonServiceException("ConflictException", f"Route with key {key} already exists for this API", 409)
    if request.get("ApiKeyRequired"):
        raise _refuse("ApiKeyRequired is not currently supported for HTTP APIs")
    target = request.get("Target")
    if target and target.removeprefix("integrations/") not in api.resources.integrations:
        raise _refuse(f"Invalid target {target}: expected integrations/ and the id of an integration of this API")
    _check_authorizer_of(api, request)


def _check_authorizer_of(api: HttpApi, request: dict[str, Any]) -> None:
    kind = request.get("AuthorizationType") or "NONE"
    authorizer = request.get("AuthorizerId")
    if authorizer:
        _must_have(api.resources.authorizers, authorizer, "Authorizer")
    if kind in {"JWT", "CUSTOM"} and not authorizer:
        raise _refuse(f"AuthorizerId is required when the authorizationType is {kind}")


def _create_integration(api: HttpApi, request: dict[str, Any]) -> None:
    kind, subtype = request.get("IntegrationType"), request.get("IntegrationSubtype")
    if kind not in {"AWS_PROXY", "HTTP_PROXY"}:
        raise _refuse(f"HTTP APIs have no integration type {kind}: expected AWS_PROXY or HTTP_PROXY")
    if request.get("ConnectionType") == "VPC_LINK":
        raise NotImplementedError("VPC links are not there. Hint: an HTTP_PROXY integration reaches any address.")
    if subtype:
        _check_subtype(request, subtype)
    elif not request.get("IntegrationUri"):
        raise _refuse("IntegrationUri is required for this integration")
    elif kind == "AWS_PROXY" and request.get("PayloadFormatVersion") not in {"1.0", "2.0"}:
        raise _refuse("PayloadFormatVersion is a required parameter for integration: expected 1.0 or 2.0")
    elif kind == "HTTP_PROXY" and not request.get("IntegrationMethod"):
        raise _refuse("IntegrationMethod is a required parameter for HTTP_PROXY integrations")
    _check_timeout(api, request)
    _check_mappings(subtype, request)


def _check_subtype(request: dict[str, Any], subtype: str) -> None:
    if subtype not in SUBTYPES:
        raise _refuse(f"Unsupported integration subtype {subtype}: expected one of {', '.join(SUBTYPES)}")
    if not request.get("CredentialsArn"):
        raise _refuse("CredentialsArn is required for integrations with AWS services")
    known = SUBTYPES[subtype]
    given = request.get("RequestParameters") or {}
    if missing := [name for name in known.required if name not in given]:
        raise _refuse(f"Parameters {', '.join(missing)} are required for the integration subtype {subtype}")
    if unknown := sorted(given.keys() - known.parameters):
        raise _refuse(f"The integration subtype {subtype} has no parameters {', '.join(unknown)}")


def _check_timeout(_api: HttpApi, request: dict[str, Any]) -> None:
    milliseconds = request.get("TimeoutInMillis")
    if milliseconds is not None and not 50 <= milliseconds <= 30_000:
        raise _refuse("TimeoutInMillis must be between 50 and 30000")


def _update_integration(api: HttpApi, request: dict[str, Any]) -> None:
    _check_timeout(api, request)
    known = api.resources.integrations.get(request["IntegrationId"])
    _check_mappings(request.get("IntegrationSubtype") or (known and known.integration_subtype), request)


def _check_mappings(subtype: str | None, request: dict[str, Any]) -> None:
    try:
        if not subtype:
            check_request_keys(request.get("RequestParameters") or {})
        for mapping in (request.get("ResponseParameters") or {}).values():
            check_response_keys(mapping)
    except MappingKeyError as error:
        raise _refuse(
            f"Invalid mapping expression specified: Validation Result: warnings : [], errors : [{error}]"
        ) from error


def _delete_integration(api: HttpApi, request: dict[str, Any]) -> None:
    target = f"integrations/{request['IntegrationId']}"
    used_by = [route.route_key for route in api.resources.routes.values() if route.target == target]
    if used_by:
        raise CommonServiceException(
            "ConflictException",
            f"Cannot delete Integration '{request['IntegrationId']}' due to routes that use it: {', '.join(used_by)}",
            409,
        )


def _create_authorizer(_api: HttpApi, request: dict[str, Any]) -> None:
    kind = request.get("AuthorizerType")
    if kind == "JWT":
        configuration = request.get("JwtConfiguration") or {}
        if not configuration.get("Issuer") or not configuration.get("Audience"):
            raise _refuse("JwtConfiguration with an Issuer and an Audience is required for a JWT authorizer")
        if len(request.get("IdentitySource") or []) != 1:
            raise _refuse("A JWT authorizer has exactly one IdentitySource")
    elif kind == "REQUEST":
        if not request.get("AuthorizerUri"):
            raise _refuse("AuthorizerUri is required for a REQUEST authorizer")
        if request.get("AuthorizerPayloadFormatVersion") not in {"1.0", "2.0"}:
            raise _refuse("AuthorizerPayloadFormatVersion is a required parameter for REQUEST authorizer")
    else:
        raise _refuse(f"Invalid AuthorizerType {kind}: expected JWT or REQUEST")


def _with_authorizer(api: HttpApi, request: dict[str, Any]) -> None:
    _must_have(api.resources.authorizers, request["AuthorizerId"], "Authorizer")


def _delete_authorizer(api: HttpApi, request: dict[str, Any]) -> None:
    _with_authorizer(api, request)
    if any(route.authorizer_id == request["AuthorizerId"] for route in api.resources.routes.values()):
        raise CommonServiceException("ConflictException", "Cannot delete Authorizer that is used by routes", 409)


_CHECKS: dict[str, Callable[[HttpApi, dict[str, Any]], None]] = {
    "CreateRoute": _create_route,
    "UpdateRoute": _update_route,
    "CreateIntegration": _create_integration,
    "UpdateIntegration": _update_integration,
    "DeleteIntegration": _delete_integration,
    "CreateAuthorizer": _create_authorizer,
    "GetAuthorizer": _with_authorizer,
    "UpdateAuthorizer": _with_authorizer,
    "DeleteAuthorizer": _delete_authorizer,
}
