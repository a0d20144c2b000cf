"""An environment that was started for an invocation is used by that invocation."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

from localstack_corrections.correction import Correction

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType


def _reserve_before_others_can(module: ModuleType) -> None:
    from localstack.services.lambda_.invocation.execution_environment import InvalidStatusException
    from localstack.services.lambda_.invocation.lambda_models import InitializationType

    def reserve_one(environments: dict[str, Any], provisioning_type: Any) -> Any:
        # timers and deletions change the dictionary meanwhile
        for environment in list(environments.values()):
            if environment.initialization_type == provisioning_type:
                with contextlib.suppress(InvalidStatusException), environment.status_lock:
                    environment.reserve()
                    return environment
        return None

    @contextlib.contextmanager
    def get_environment(
        self: Any, version_manager_id: str, function_version: Any, provisioning_type: Any
    ) -> Iterator[Any]:
        environments = self.environments[version_manager_id]
        environment = reserve_one(environments, provisioning_type)
        if not environment:
            if provisioning_type == InitializationType.provisioned_concurrency:
                raise module.AssignmentException("No provisioned concurrency environment available despite lease.")
            environment = self.start_environment(version_manager_id, function_version)
            with environment.status_lock:
                environment.reserve()
            environments[environment.id] = environment
        try:
            yield environment
        except Exception:
            self.stop_environment(environment)
            raise
        # an environment that was stopped while it worked ends by itself; its timer starts before it is free
        with contextlib.suppress(InvalidStatusException), environment.status_lock:
            environment.release()

    module.AssignmentService.get_environment = get_environment


ENVIRONMENT_RESERVATIONS = Correction(
    "environment-reservations",
    "Fails an invocation under load: another one takes the environment that was started for it, a dictionary changes "
    "while it is searched, or a keep-alive timer is started twice.",
    "Gives each invocation an environment of its own.",
    "tests/emulator/test_robustness.py: 300 invocations at once",
    {"localstack.services.lambda_.invocation.assignment": _reserve_before_others_can},
)
