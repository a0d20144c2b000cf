"""Assignment of environments to invocations that replaces LocalStack's ``AssignmentService``."""

from __future__ import annotations

import logging
import math
import os
import threading
import time
from collections import defaultdict, deque
from contextlib import contextmanager
from typing import TYPE_CHECKING

import psutil
from localstack.services.lambda_.invocation.assignment import AssignmentException, AssignmentService
from localstack.services.lambda_.invocation.execution_environment import InvalidStatusException, RuntimeStatus
from localstack.services.lambda_.invocation.lambda_models import InitializationType

if TYPE_CHECKING:
    from collections.abc import Iterator

    from localstack.services.lambda_.invocation.execution_environment import ExecutionEnvironment
    from localstack.services.lambda_.invocation.lambda_models import FunctionVersion

LOG = logging.getLogger(__name__)
_CORES = os.cpu_count() or 2
STARTS_AT_ONCE = max(2, _CORES)
ENOUGH = 2 * _CORES
"""More environments of a function at work than this do nothing sooner, where each is soon free again."""
WAIT_SECONDS = 1.0
COLD_START_SECONDS = 0.05
"""What an environment's start takes, about."""
_STILL_SECONDS = 0.5
_LOAD_SECONDS = 0.1
_FULL = 0.75


class _Load:
    """Tell whether the machine has anything left for one more environment."""

    def __init__(self) -> None:
        self._at, self._used, self._idle = time.monotonic(), time.process_time(), _idle_seconds()
        self._full = False

    def is_full(self) -> bool:
        """Return whether a moment ago LocalStack itself took nearly all of a core, or nothing of the machine was left.

        Its threads have one interpreter, and so one core, between them, and every environment waits for them.
        """
        now = time.monotonic()
        if (passed := now - self._at) > _LOAD_SECONDS:
            used, idle = time.process_time(), _idle_seconds()
            self._full = used - self._used > _FULL * passed or idle - self._idle < (1 - _FULL) / 2 * passed
            self._at, self._used, self._idle = now, used, idle
        return self._full


def _idle_seconds() -> float:
    """Return the idle seconds of all cores."""
    return psutil.cpu_times().idle


LOAD = _Load()


class _Flow:
    """Course of one function version's invocations."""

    def __init__(self) -> None:
        self.starting = 0
        self.busy = 0
        self.waiting: deque[_Waiter] = deque()
        self._usual_seconds = 0.0
        self._moved = -math.inf
        """When the last one was freed, or was taken of those that were free; since then nothing has gone on."""

    def taken(self) -> None:
        """Note that a free environment was given to an invocation, and may soon be free again."""
        if self._moved > -math.inf:
            self._moved = time.monotonic()

    def freed(self, seconds: float) -> None:
        """Note that an environment is free again after so long."""
        self._moved = time.monotonic()
        if not LOAD.is_full():
            # or it tells how busy we are, and not how long the function takes
            self._usual_seconds += (seconds - self._usual_seconds) / 16

    @property
    def may_start(self) -> bool:
        """Return whether another environment is due: few are at work, or waiting for one would take longer."""
        if self.starting >= STARTS_AT_ONCE:
            return False
        return self.busy + self.starting < ENOUGH or not self._is_soon_served

    @property
    def _is_soon_served(self) -> bool:
        if time.monotonic() - self._moved >= _STILL_SECONDS:
            return False
        if LOAD.is_full():
            # one more would only make all of them slower
            return self._usual_seconds < WAIT_SECONDS
        return len(self.waiting) * self._usual_seconds < COLD_START_SECONDS * self.busy


class _Waiter:
    """An invocation that waits for an environment."""

    def __init__(self, lock: threading.Lock) -> None:
        self.woken = threading.Condition(lock)
        self.environment: ExecutionEnvironment | None = None


class FairAssignmentService(AssignmentService):  # type: ignore[misc]
    """Gives each invocation an environment that nobody else has."""

    def __init__(self) -> None:
        super().__init__()
        self._lock = threading.Lock()
        """Guards the environments, who waits for them, and the counts."""
        self._flows: defaultdict[str, _Flow] = defaultdict(_Flow)

    @contextmanager
    def get_environment(
        self, version_manager_id: str, function_version: FunctionVersion, provisioning_type: InitializationType
    ) -> Iterator[ExecutionEnvironment]:
        """Yield a reserved environment; release it at the end, stop it when the invocation raises."""
        if provisioning_type == InitializationType.on_demand:
            environment = self._reserve_or_start(version_manager_id, function_version)
        else:
            environment = self._reserve_provisioned(version_manager_id, provisioning_type)
        flow, began, released = self._flows[version_manager_id], time.monotonic(), False
        try:
            yield environment
            with self._lock:
                _release(environment)
                released = True
                flow.freed(time.monotonic() - began)
                _hand_on(environment, flow)
        except InvalidStatusException as error:
            LOG.error("InvalidStatusException: %s", error)  # noqa: TRY400 - as LocalStack does
        except Exception as error:
            LOG.error(  # noqa: TRY400 - as LocalStack does
                "Failed invocation <%s>: %s", type(error), error, exc_info=LOG.isEnabledFor(logging.DEBUG)
            )
            self.stop_environment(environment)
            raise
        finally:
            if provisioning_type == InitializationType.on_demand:
                with self._lock:
                    flow.busy -= 1
                    if not released:
                        _wake(flow)

    def on_timeout(self, version_manager_id: str, environment_id: str) -> None:
        """Forget an environment that was not used for a long time and is gone."""
        with self._lock:
            self.environments[version_manager_id].pop(environment_id, None)

    def stop_environments_for_version(self, version_manager_id: str) -> None:
        """Forget a version that is gone."""
        super().stop_environments_for_version(version_manager_id)
        with self._lock:
            flow = self._flows.get(version_manager_id)
            if flow and not (flow.busy or flow.starting or flow.waiting):
                del self._flows[version_manager_id]

    def _reserve_or_start(self, version_manager_id: str, function_version: FunctionVersion) -> ExecutionEnvironment:
        with self._lock:
            flow = self._flows[version_manager_id]
            environment = self._reserve(version_manager_id, InitializationType.on_demand)
            if environment is not None:
                flow.taken()
            elif not flow.may_start:
                environment = self._wait(flow)
            if environment is not None:
                flow.busy += 1
                return environment
            flow.starting += 1
        return self._start_reserved(version_manager_id, function_version, flow)

    def _wait(self, flow: _Flow) -> ExecutionEnvironment | None:
        """Return one that has been freed for us, or nothing when it is time to start one. Called with the lock held."""
        until = time.monotonic() + WAIT_SECONDS
        waiter = _Waiter(self._lock)
        flow.waiting.append(waiter)
        while waiter.environment is None and not flow.may_start and (remaining := until - time.monotonic()) > 0:
            waiter.woken.wait(min(remaining, _STILL_SECONDS))
        if waiter.environment is None:
            flow.waiting.remove(waiter)
        return waiter.environment

    def _start_reserved(
        self, version_manager_id: str, function_version: FunctionVersion, flow: _Flow
    ) -> ExecutionEnvironment:
        try:
            environment = self.start_environment(version_manager_id, function_version)
            _reserve(environment)
            with self._lock:
                self.environments[version_manager_id][environment.id] = environment
                flow.busy += 1
        finally:
            with self._lock:
                flow.starting -= 1
                _wake(flow)
        return environment

    def _reserve_provisioned(
        self, version_manager_id: str, provisioning_type: InitializationType
    ) -> ExecutionEnvironment:
        if provisioning_type != InitializationType.provisioned_concurrency:
            raise ValueError(f"Invalid provisioning type {provisioning_type}")
        with self._lock:
            environment = self._reserve(version_manager_id, provisioning_type)
        if environment is None:
            raise AssignmentException("No provisioned concurrency environment available despite lease.")
        return environment

    def _reserve(self, version_manager_id: str, provisioning_type: InitializationType) -> ExecutionEnvironment | None:
        """Reserve a ready environment, if any. Timers change the dictionary without our lock: read a copy."""
        for environment in list(self.environments[version_manager_id].values()):
            if environment.initialization_type == provisioning_type and environment.status == RuntimeStatus.READY:
                try:
                    _reserve(environment)
                except InvalidStatusException:
                    continue
                return environment
        return None


def _hand_on(environment: ExecutionEnvironment, flow: _Flow) -> None:
    """Give a free environment to the one who has waited longest."""
    if flow.waiting and environment.initialization_type == InitializationType.on_demand:
        _reserve(environment)
        waiter = flow.waiting.popleft()
        waiter.environment = environment
        waiter.woken.notify()


def _wake(flow: _Flow) -> None:
    """Wake the longest waiting invocation, which looks whether to start an environment."""
    if flow.waiting:
        flow.waiting[0].woken.notify()


def _reserve(environment: ExecutionEnvironment) -> None:
    """Take it and cancel its keep-alive timer, in one step; raises ``InvalidStatusException``."""
    with environment.status_lock:
        environment.reserve()


def _release(environment: ExecutionEnvironment) -> None:
    """Free it and start its keep-alive timer, in one step; raises ``InvalidStatusException``."""
    with environment.status_lock:
        environment.release()
