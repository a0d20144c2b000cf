"""The events that functions get from an HTTP API, in payload format 2.0 and 1.0.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from localstack_corrections.apigatewayv2.invocation import Invocation

_TEXT_TYPES = ("text/", "application/json", "application/javascript", "application/xml")


def event(invocation: Invocation, version: str) -> dict[str, Any]:
    """Return the event in the payload format version, ``2.0`` or ``1.0``."""
    made = _event_1(invocation) if version == "1.0" else event_2(invocation)
    body, encoded = _body(invocation)
    if body is not None or version == "1.0":
        made["body"] = body
    made["isBase64Encoded"] = encoded
    return made


def _body(invocation: Invocation) -> tuple[str | None, bool]:
    """Return the body as a string, and whether it is base64; it is unless its type is one of text."""
    if not invocation.body:
        return None, False
    kind = (invocation.headers.get("Content-Type") or "text/plain").strip().lower()
    if kind.startswith(_TEXT_TYPES):
        try:
            return invocation.body.decode(), False
        except UnicodeDecodeError:
            pass
    return base64.b64encode(invocation.body).decode(), True


def event_2(invocation: Invocation) -> dict[str, Any]:
    """Return the event of format 2.0 without a body, as a Lambda authorizer gets it too."""
    headers = dict(invocation.one_value_headers)
    cookies = _cookies(invocation)
    headers.pop("cookie", None)
    made: dict[str, Any] = {
        "version": "2.0",
        "routeKey": invocation.route_key,
        "rawPath": invocation.full_path,
        "rawQueryString": invocation.query,
    }
    optional = {
        "cookies": cookies,
        "headers": headers,
        "queryStringParameters": _joined(invocation.query_pairs),
        "requestContext": _context_2(invocation),
        "pathParameters": dict(invocation.match.path_parameters) if invocation.match else {},
        "stageVariables": invocation.serving.variables,
    }
    made.update({name: value for name, value in optional.items() if value})
    return made


def _cookies(invocation: Invocation) -> list[str]:
    sent = ";".join(invocation.headers.getlist("Cookie"))
    return [cookie for part in sent.split(";") if (cookie := part.strip())]


def _joined(pairs: list[tuple[str, str]]) -> dict[str, str]:
    joined: dict[str, str] = {}
    for name, value in pairs:
        joined[name] = f"{joined[name]},{value}" if name in joined else value
    return joined


def _context_2(invocation: Invocation) -> dict[str, Any]:
    context = invocation.context
    made = {name: context[name] for name in ("accountId", "apiId")}
    if invocation.authorizer:
        made["authorizer"] = invocation.authorizer
    return {
        **made,
        "domainName": context["domainName"],
        "domainPrefix": context["domainPrefix"],
        "http": {
            "method": invocation.method,
            "path": invocation.full_path,
            "protocol": invocation.protocol,
            "sourceIp": invocation.source,
            "userAgent": invocation.headers.get("User-Agent") or "",
        },
        "requestId": invocation.request_id,
        "routeKey": invocation.route_key,
        "stage": invocation.serving.stage,
        "time": context["requestTime"],
        "timeEpoch": context["requestTimeEpoch"],
    }


def _event_1(invocation: Invocation) -> dict[str, Any]:
    several_headers: dict[str, list[str]] = {}
    for name, value in invocation.headers:
        several_headers.setdefault(name, []).append(value)
    several_values: dict[str, list[str]] = {}
    for name, value in invocation.query_pairs:
        several_values.setdefault(name, []).append(value)
    key = invocation.route_key
    return {
        "version": "1.0",
        "resource": key.split(" ", 1)[1] if " " in key else key,
        "path": invocation.full_path,
        "httpMethod": invocation.method,
        "headers": {name: values[-1] for name, values in several_headers.items()},
        "multiValueHeaders": several_headers,
        "queryStringParameters": {name: values[-1] for name, values in several_values.items()} or None,
        "multiValueQueryStringParameters": several_values or None,
        "requestContext": context_1(invocation),
        "pathParameters": dict(invocation.match.path_parameters) or None if invocation.match else None,
        "stageVariables": invocation.serving.variables or None,
    }


def context_1(invocation: Invocation) -> dict[str, Any]:
    """Return ``requestContext`` of format 1.0."""
    context = invocation.context
    key = invocation.route_key
    identity = dict.fromkeys(
        (
            "accessKey", "accountId", "caller", "cognitoAmr", "cognitoAuthenticationProvider",
            "cognitoAuthenticationType", "cognitoIdentityId", "cognitoIdentityPoolId", "principalOrgId",
        )
    )  # fmt: skip
    identity.update({name: value for name, value in context["identity"].items() if name in identity})
    jwt = invocation.authorizer.get("jwt")
    authorizer = {"claims": jwt["claims"], "scopes": jwt["scopes"]} if jwt else invocation.authorizer.get("lambda")
    made = {name: context[name] for name in ("accountId", "apiId")}
    if authorizer:
        made["authorizer"] = authorizer
    return {
        **made,
        "domainName": context["domainName"],
        "domainPrefix": context["domainPrefix"],
        "extendedRequestId": context["extendedRequestId"],
        "httpMethod": invocation.method,
        "identity": {
            **identity,
            "sourceIp": invocation.source,
            "user": context["identity"]["user"],
            "userAgent": context["identity"]["userAgent"],
            "userArn": context["identity"]["userArn"],
        },
        "path": invocation.full_path,
        "protocol": invocation.protocol,
        "requestId": invocation.request_id,
        "requestTime": context["requestTime"],
        "requestTimeEpoch": context["requestTimeEpoch"],
        "resourceId": key,
        "resourcePath": key.split(" ", 1)[1] if " " in key else key,
        "stage": invocation.serving.stage,
    }
