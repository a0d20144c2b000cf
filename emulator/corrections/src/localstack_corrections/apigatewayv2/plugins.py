"""Make LocalStack find the service and its resource types: as if they were installed as plugins of its own.

They are no entry points of the package, so that they are not there where the correction is switched off.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from localstack_corrections import services

if TYPE_CHECKING:
    from types import ModuleType

SERVICE = "apigatewayv2"
_TYPES = "AWS::ApiGatewayV2::"


def add_service(plugins: ModuleType) -> None:
    """Add the service to those that ``localstack.services.plugins`` knows."""

    def create() -> Any:
        from localstack_corrections.apigatewayv2.provider import service

        return service()

    services.add(plugins, SERVICE, create)


def add_resource_types(resource_provider: ModuleType) -> None:
    """Add the resource types to those that CloudFormation finds."""
    executor = resource_provider.ResourceProviderExecutor
    find = executor.try_load_resource_provider

    def find_ours(resource_type: str) -> Any:
        if not (resource_type or "").startswith(_TYPES):
            return find(resource_type)
        from localstack_corrections.apigatewayv2.resources.provider import provider_of

        provider = provider_of(resource_type.removeprefix(_TYPES))
        return provider() if provider else None

    executor.try_load_resource_provider = staticmethod(find_ours)
