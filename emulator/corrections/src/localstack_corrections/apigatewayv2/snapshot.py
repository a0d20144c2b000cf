"""A frozen configuration of an API: what a deployment holds and a stage serves."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from localstack_corrections.apigatewayv2.routes import RouteTable

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Snapshot:
    """Copies of an API's resources, in the names of its responses, such as ``integrationUri``."""

    routes: RouteTable
    integrations: Mapping[str, dict[str, Any]]
    authorizers: Mapping[str, dict[str, Any]]
    cors: dict[str, Any] | None


def take(api: Any) -> Snapshot:
    """Return a snapshot of moto's API object as it is now."""
    return Snapshot(
        routes=RouteTable(_said(route) for route in list(api.routes.values())),
        integrations={name: _said(integration) for name, integration in list(api.integrations.items())},
        authorizers={name: _said(authorizer) for name, authorizer in list(api.authorizers.items())},
        cors=copy.deepcopy(api.cors_configuration) or None,
    )


def _said(resource: Any) -> dict[str, Any]:
    return {name: copy.deepcopy(value) for name, value in resource.to_json().items() if value is not None}
