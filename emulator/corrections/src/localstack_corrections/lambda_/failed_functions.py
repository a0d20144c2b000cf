"""Updates of a function that failed when it was created."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any

from localstack_corrections.correction import Correction

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType


def _start_what_does_not_run(module: ModuleType) -> None:
    service = module.LambdaService
    update: Callable[[Any, Any], Any] = service.update_version

    @wraps(update)
    def update_or_start(self: Any, new_version: Any) -> Any:
        if new_version.qualified_arn in self.lambda_running_versions or new_version.config.capacity_provider_config:
            return update(self, new_version)
        # refuses what is being created or updated just now
        return self.create_function_version(new_version)

    service.update_version = update_or_start


FAILED_FUNCTIONS = Correction(
    "failed-functions",
    "Answers 500 to an update of a function whose creation failed, which can then only be deleted.",
    "Updates such a function, which then works.",
    "https://docs.aws.amazon.com/lambda/latest/dg/functions-states.html",
    {"localstack.services.lambda_.invocation.lambda_service": _start_what_does_not_run},
)
