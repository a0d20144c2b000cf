"""Make LocalStack find the service and its resource types: as if they were installed as plugins of its own.

They are no entry points of the package, so that they are not there where the correction is switched off.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from types import ModuleType

SERVICE = "apigatewayv2"
_TYPES = "AWS::ApiGatewayV2::"


def add_service(plugins: ModuleType) -> None:
    """Add the service to those that ``localstack.services.plugins`` knows."""
    manager = plugins.ServicePluginManager
    resolve, load = manager._resolve_api_provider_specs, manager._load_service_plugin

    def resolve_with_ours(self: Any) -> Any:
        specs = resolve(self)
        specs[SERVICE].append("default")
        return specs

    def load_ours(self: Any, name: str) -> Any:
        if name != SERVICE:
            return load(self, name)
        from localstack_corrections.apigatewayv2.provider import service

        plugin = plugins.ServicePluginAdapter(api=SERVICE, create_service=service)
        plugin.name = f"{SERVICE}:default"
        plugin.load()
        return plugin

    manager._resolve_api_provider_specs, manager._load_service_plugin = resolve_with_ours, load_ours
    if (known := plugins.SERVICE_PLUGINS._api_provider_specs) is not None:
        known[SERVICE] = ["default"]


def add_resource_types(resource_provider: ModuleType) -> None:
    """Add the resource types to those that CloudFormation finds."""
    executor = resource_provider.ResourceProviderExecutor
    find = executor.try_load_resource_provider

    def find_ours(resource_type: str) -> Any:
        if not (resource_type or "").startswith(_TYPES):
            return find(resource_type)
        from localstack_corrections.apigatewayv2.resources.provider import provider_of

        return provider_of(resource_type.removeprefix(_TYPES))()

    executor.try_load_resource_provider = staticmethod(find_ours)
