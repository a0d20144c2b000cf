"""Services of our own, found by LocalStack as if they were installed as plugins.

They are no entry points of the package, so that they are not there where their correction is switched off.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType


def add(plugins: ModuleType, name: str, create: Callable[[], Any]) -> None:
    """Add a service to those that ``localstack.services.plugins`` knows; ``create`` makes it with its first request."""
    manager = plugins.ServicePluginManager
    resolve, load = manager._resolve_api_provider_specs, manager._load_service_plugin

    def resolve_with_ours(self: Any) -> Any:
        specs = resolve(self)
        specs[name].append("default")
        return specs

    def load_ours(self: Any, wanted: str) -> Any:
        if wanted != name:
            return load(self, wanted)
        plugin = plugins.ServicePluginAdapter(api=name, create_service=create)
        plugin.name = f"{name}:default"
        plugin.load()
        return plugin

    manager._resolve_api_provider_specs, manager._load_service_plugin = resolve_with_ours, load_ours
    if (known := plugins.SERVICE_PLUGINS._api_provider_specs) is not None:
        known[name] = ["default"]
