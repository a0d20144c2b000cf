"""What :mod:`localstack_tuning.environment_assignment` puts in the place of LocalStack's ``AssignmentService``."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections import Counter
from contextlib import contextmanager
from typing import TYPE_CHECKING

from localstack.services.lambda_.invocation.assignment import AssignmentException, AssignmentService
from localstack.services.lambda_.invocation.execution_environment import InvalidStatusException
from localstack.services.lambda_.invocation.lambda_models import InitializationType

if TYPE_CHECKING:
    from collections.abc import Iterator

    from localstack.services.lambda_.invocation.execution_environment import ExecutionEnvironment
    from localstack.services.lambda_.invocation.lambda_models import FunctionVersion

LOG = logging.getLogger(__name__)
STARTS_AT_ONCE = max(2, os.cpu_count() or 2)
WAIT_SECONDS = 1.0


class FairAssignmentService(AssignmentService):
    """Gives each invocation an environment that nobody else has."""

    def __init__(self) -> None:
        super().__init__()
        self._changed = threading.Condition()
        """Guards the environments and the counts, and wakes who waits when one is free or has been started."""
        self._starting: Counter[str] = Counter()

    @contextmanager
    def get_environment(
        self, version_manager_id: str, function_version: FunctionVersion, provisioning_type: InitializationType
    ) -> Iterator[ExecutionEnvironment]:
        """A reserved environment, released at the end; stopped when the invocation raises."""
        if provisioning_type == InitializationType.on_demand:
            environment = self._reserve_or_start(version_manager_id, function_version)
        else:
            environment = self._reserve_provisioned(version_manager_id, provisioning_type)
        try:
            yield environment
            _release(environment)
        except InvalidStatusException as error:
            LOG.error("InvalidStatusException: %s", error)  # noqa: TRY400 - as LocalStack does
        except Exception as error:
            LOG.error(  # noqa: TRY400 - as LocalStack does
                "Failed invocation <%s>: %s", type(error), error, exc_info=LOG.isEnabledFor(logging.DEBUG)
            )
            self.stop_environment(environment)
            raise
        finally:
            with self._changed:
                self._changed.notify_all()

    def on_timeout(self, version_manager_id: str, environment_id: str) -> None:
        """An environment has not been used for a long time and is gone."""
        with self._changed:
            self.environments[version_manager_id].pop(environment_id, None)

    def _reserve_or_start(self, version_manager_id: str, function_version: FunctionVersion) -> ExecutionEnvironment:
        until = time.monotonic() + WAIT_SECONDS
        with self._changed:
            while True:
                if environment := self._reserve(version_manager_id, InitializationType.on_demand):
                    return environment
                remaining = until - time.monotonic()
                if self._starting[version_manager_id] < STARTS_AT_ONCE or remaining <= 0:
                    self._starting[version_manager_id] += 1
                    break
                self._changed.wait(remaining)
        return self._start_reserved(version_manager_id, function_version)

    def _start_reserved(self, version_manager_id: str, function_version: FunctionVersion) -> ExecutionEnvironment:
        try:
            environment = self.start_environment(version_manager_id, function_version)
            _reserve(environment)
            with self._changed:
                self.environments[version_manager_id][environment.id] = environment
        finally:
            with self._changed:
                self._starting[version_manager_id] -= 1
                if not self._starting[version_manager_id]:
                    del self._starting[version_manager_id]
                self._changed.notify_all()
        return environment

    def _reserve_provisioned(
        self, version_manager_id: str, provisioning_type: InitializationType
    ) -> ExecutionEnvironment:
        if provisioning_type != InitializationType.provisioned_concurrency:
            raise ValueError(f"Invalid provisioning type {provisioning_type}")
        with self._changed:
            environment = self._reserve(version_manager_id, provisioning_type)
        if environment is None:
            raise AssignmentException("No provisioned concurrency environment available despite lease.")
        return environment

    def _reserve(self, version_manager_id: str, provisioning_type: InitializationType) -> ExecutionEnvironment | None:
        """A ready environment, or nothing. Timers and deletions change the dictionary without our lock: a copy."""
        for environment in list(self.environments[version_manager_id].values()):
            if environment.initialization_type == provisioning_type:
                try:
                    _reserve(environment)
                except InvalidStatusException:
                    continue
                return environment
        return None


def _reserve(environment: ExecutionEnvironment) -> None:
    """Take it and cancel its keep-alive timer, in one step; raises ``InvalidStatusException``."""
    with environment.status_lock:
        environment.reserve()


def _release(environment: ExecutionEnvironment) -> None:
    """Free it and start its keep-alive timer, in one step; raises ``InvalidStatusException``."""
    with environment.status_lock:
        environment.release()
