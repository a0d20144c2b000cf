"""Errors keep their names on the way out of a Map or Parallel state, and wildcards match what AWS says."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any, Final

from localstack_corrections.correction import Correction
from localstack_corrections.stepfunctions.asl import COMMON, TASK

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from types import ModuleType

_ALL, _TASK_FAILED = "States.ALL", "States.TaskFailed"
_TIMEOUT, _HEARTBEAT = "States.Timeout", "States.HeartbeatTimeout"
_TERMINAL: Final = frozenset({"States.DataLimitExceeded", "States.Runtime"})
"""Errors that no wildcard matches."""
_DECORATION = "An error occurred while executing the state '"


def matches(expected: Iterable[str | None], names: tuple[str | None, ...]) -> bool:
    """Return whether an ``ErrorEquals`` list matches an error that goes by one of ``names``."""
    listed = set(expected)
    if listed.intersection(names):
        return True
    if _TERMINAL.intersection(names):
        return False
    return _ALL in listed or (_TASK_FAILED in listed and _TIMEOUT not in names)


def _allow_reserved_names(module: ModuleType) -> None:
    custom = module.CustomErrorName

    def init(self: Any, error_name: str | None) -> None:
        super(custom, self).__init__(error_name=error_name)

    custom.__init__ = init


def _match_as_aws(module: ModuleType) -> None:
    def eval_body(self: Any, env: Any) -> None:
        error = env.stack.pop()
        name = None if error is None else error.error_name
        names = (name, *getattr(error, "also", ()))
        env.stack.append(matches((expected.error_name for expected in self.error_names), names))

    module.ErrorEqualsDecl._eval_body = eval_body


def _decorate_once(module: ModuleType) -> None:
    exception = module.FailureEventException
    details: Callable[[Any], Any] = exception.get_execution_failed_event_details

    @wraps(details)
    def once(self: Any) -> Any:
        decorated = details(self)
        error_and_cause = self.extract_error_cause_pair()
        if decorated and error_and_cause and str(error_and_cause[1]).startswith(_DECORATION):
            decorated["cause"] = error_and_cause[1]
        return decorated

    exception.get_execution_failed_event_details = once


def _name_missed_heartbeats(class_name: str) -> Callable[[ModuleType], None]:
    def patch(module: ModuleType) -> None:
        task = getattr(module, class_name)
        from_error = task._from_error

        @wraps(from_error)
        def named(self: Any, env: Any, ex: Exception) -> Any:
            from localstack.services.stepfunctions.asl.eval.callback.callback import HeartbeatTimeoutError

            failure = from_error(self, env, ex)
            if isinstance(ex, HeartbeatTimeoutError) and failure.error_name is not None:
                failure.error_name.also = (_HEARTBEAT,)
            return failure

        task._from_error = named

    return patch


CORRECTION = Correction(
    name="error-names",
    localstack=(
        "Turns an error whose name begins with `States.` into `States.Runtime` when it leaves a Map or Parallel state, "
        "and lets `States.ALL` catch `States.Runtime`."
    ),
    aws=(
        "An error leaves a Map or Parallel state under its own name. `States.ALL` matches all but `States.Runtime` and "
        "`States.DataLimitExceeded`, `States.TaskFailed` all but these and `States.Timeout`."
    ),
    source="https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html",
    patches={
        f"{COMMON}.error_name.custom_error_name": _allow_reserved_names,
        f"{COMMON}.error_name.error_equals_decl": _match_as_aws,
        f"{COMMON}.error_name.failure_event": _decorate_once,
        f"{TASK}.state_task": _name_missed_heartbeats("StateTask"),
        f"{TASK}.state_task_activitiy": _name_missed_heartbeats("StateTaskActivity"),
    },
)
