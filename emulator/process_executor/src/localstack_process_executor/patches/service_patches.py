"""Patches of LocalStack's Lambda service for environments that are processes.

LocalStack 4.14.0 is frozen; each patch names the defect it removes and is made for that version only. Loaded before the
service has any function. What differs from AWS whichever way functions run is mended in ``localstack_corrections``.
"""

import base64
import json
import threading
import weakref
from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from typing import Any

from localstack.aws.api.lambda_ import InvocationType, State
from localstack.services.lambda_.invocation import assignment
from localstack.services.lambda_.invocation.execution_environment import ExecutionEnvironment
from localstack.services.lambda_.invocation.version_manager import LambdaVersionManager

from localstack_process_executor.environments.errors import EnvironmentStoppedError
from localstack_process_executor.patches import log_delivery

CLIENT_CONTEXT = "client_context"
"""The attribute of an executor that holds its invocation's, a JSON document."""

_lock = threading.Lock()
_applied = False
_managers: weakref.WeakValueDictionary[str, LambdaVersionManager] = weakref.WeakValueDictionary()
"""The newest manager of each qualified function version."""


def apply() -> None:
    """Make the changes, once."""
    global _applied  # noqa: PLW0603 - the patched classes are global, too
    with _lock:
        if not _applied:
            _applied = True
            for patch in PATCHES:
                patch()


def _hand_on_the_client_context() -> None:
    """Hand ``ClientContext`` on to the executor, for synchronous invocations only, as Lambda does."""
    invoke = ExecutionEnvironment.invoke

    @wraps(invoke)
    def invoke_with_context(self: ExecutionEnvironment, invocation: Any) -> Any:
        # one invocation at a time: nobody else's context is in the way
        sent = None if invocation.invocation_type == InvocationType.Event else invocation.client_context
        setattr(self.runtime_executor, CLIENT_CONTEXT, _decoded(sent))
        return invoke(self, invocation)

    ExecutionEnvironment.invoke = invoke_with_context  # type: ignore[method-assign]


def _decoded(client_context: str | None) -> str | None:
    """Return the JSON document that a ``ClientContext`` is base64 of; ``None`` where it is not."""
    try:
        document = base64.b64decode(client_context or "", validate=True).decode()
        return document if isinstance(json.loads(document), dict) else None
    except ValueError:
        return None


def _keep_reserved_variables() -> None:
    """Let reserved variables win over a function's own; the executor adds those that are allowed."""
    variables: Callable[[ExecutionEnvironment], dict[str, str]] = ExecutionEnvironment.get_environment_variables

    @wraps(variables)
    def without_the_functions_own(self: ExecutionEnvironment) -> dict[str, str]:
        version = self.function_version
        self.function_version = replace(version, config=replace(version.config, environment=None))
        try:
            return variables(self)
        finally:
            self.function_version = version

    ExecutionEnvironment.get_environment_variables = without_the_functions_own  # type: ignore[method-assign]


def _invoke_the_version_that_replaced_another() -> None:
    """Invoke the version that replaced one which an update has stopped since the invocation began."""
    start: Callable[[LambdaVersionManager], Any] = LambdaVersionManager.start
    invoke: Callable[..., Any] = LambdaVersionManager.invoke

    @wraps(start)
    def remember_and_start(self: LambdaVersionManager) -> Any:
        state = start(self)
        if state.state == State.Active:
            _managers[self.function_arn] = self
        return state

    @wraps(invoke)
    def invoke_newest(self: LambdaVersionManager, *, invocation: Any) -> Any:
        chosen = _managers.get(self.function_arn, self) if self.shutdown_event.is_set() else self
        try:
            return invoke(chosen, invocation=invocation)
        except (assignment.AssignmentException, EnvironmentStoppedError):
            # no environment could be had: nothing has run
            newest = _managers.get(self.function_arn, chosen)
            if newest is chosen:
                raise
            return invoke(newest, invocation=invocation)

    LambdaVersionManager.start = remember_and_start  # type: ignore[method-assign]
    LambdaVersionManager.invoke = invoke_newest  # type: ignore[method-assign]


def _wait_for_provisioned_initialisations() -> None:
    """Wait for an initialisation as long as Lambda does, not twenty seconds."""
    usual: Callable[[ExecutionEnvironment], float] = ExecutionEnvironment._get_startup_timeout_seconds  # noqa: SLF001

    @wraps(usual)
    def seconds(self: ExecutionEnvironment) -> float:
        from localstack_process_executor.environments.environment import init_seconds

        config = self.function_version.config
        return usual(self) + init_seconds(self.initialization_type, float(config.timeout))

    ExecutionEnvironment._get_startup_timeout_seconds = seconds  # type: ignore[assignment,method-assign] # noqa: SLF001


def _store_what_has_no_outcome_yet() -> None:
    """Store the log of a provisioned initialisation when it is over, and an invocation's while it runs."""
    log_delivery.store_what_has_no_outcome_yet(_managers)


PATCHES: tuple[Callable[[], None], ...] = (
    _hand_on_the_client_context,
    _keep_reserved_variables,
    _invoke_the_version_that_replaced_another,
    log_delivery.keep_events_as_they_are,
    log_delivery.bound_what_waits,
    _store_what_has_no_outcome_yet,
    _wait_for_provisioned_initialisations,
)
"""In the order in which they are made; ``docs/patches.md`` lists them."""
