"""Updates and deletions of a function that failed when it was created."""

from __future__ import annotations

import contextlib
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


def _delete_what_does_not_run(module: ModuleType) -> None:
    service = module.LambdaService
    stop: Callable[[Any, str], None] = service.stop_version

    @wraps(stop)
    def stop_what_runs(self: Any, qualified_arn: str) -> None:
        # it has no manager, or is about to get none
        with contextlib.suppress(ValueError):
            stop(self, qualified_arn)

    service.stop_version = stop_what_runs


def _mend(module: ModuleType) -> None:
    _start_what_does_not_run(module)
    _delete_what_does_not_run(module)


FAILED_FUNCTIONS = Correction(
    "failed-functions",
    "Answers 500 to an update or a deletion of a function whose creation failed.",
    "Updates such a function, which then works, and deletes it.",
    "https://docs.aws.amazon.com/lambda/latest/dg/functions-states.html",
    {"localstack.services.lambda_.invocation.lambda_service": _mend},
)
