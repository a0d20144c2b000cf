"""Integrations of a route: a function, an HTTP endpoint or a service."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from localstack_corrections.apigatewayv2.invocation import HttpApiError

if TYPE_CHECKING:
    from localstack_corrections.apigatewayv2.invocation import Answer, Invocation


def call(invocation: Invocation, integration: dict[str, Any]) -> Answer:
    """Return the answer of the integration.

    :raises HttpApiError: it could not be called, took too long, or answered with something malformed.
    """
    kind = integration.get("integrationType")
    if kind == "AWS_PROXY" and integration.get("integrationSubtype"):
        from localstack_corrections.apigatewayv2.integrations import services

        return services.call(invocation, integration)
    if kind == "AWS_PROXY":
        from localstack_corrections.apigatewayv2.integrations import functions

        return functions.call(invocation, integration)
    if kind == "HTTP_PROXY":
        from localstack_corrections.apigatewayv2.integrations import http

        return http.call(invocation, integration)
    raise HttpApiError(500, "Internal Server Error", reason=f"HTTP APIs have no integration of type {kind}")
