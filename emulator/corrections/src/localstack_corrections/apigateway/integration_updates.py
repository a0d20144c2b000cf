"""REST APIs: change an integration's type and passthrough behaviour, whose names differ in moto."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any

from localstack_corrections.correction import Correction

if TYPE_CHECKING:
    from types import ModuleType

_MODULE = "localstack.services.apigateway.legacy.provider"
_PATHS = {"/passthroughBehavior": "/passthroughBehaviour", "/type": "/integrationType"}


def _patch(module: ModuleType) -> None:
    provider = module.ApigatewayProvider
    update = provider.update_integration

    @wraps(update)
    def update_integration(self: Any, *arguments: Any, patch_operations: Any = None, **named: Any) -> Any:
        operations = [
            {**operation, "path": _PATHS.get(operation["path"], operation["path"])}
            for operation in patch_operations or []
        ]
        return update(self, *arguments, patch_operations=operations, **named)

    provider.update_integration = update_integration


CORRECTION = Correction(
    name="integration-updates",
    localstack="Ignores a new type or passthrough behaviour in `UpdateIntegration`.",
    aws="Sets it.",
    source="https://docs.aws.amazon.com/apigateway/latest/api/API_UpdateIntegration.html",
    patches={_MODULE: _patch},
)
