"""Task tokens: one for each attempt, answered once, known after the task has ended."""

from __future__ import annotations

import json
from functools import wraps
from threading import Lock
from typing import TYPE_CHECKING, Any
from weakref import WeakValueDictionary

from localstack_corrections.correction import Correction
from localstack_corrections.stepfunctions.asl import CALLBACK, PROVIDER, TASK_SERVICE
from localstack_corrections.stepfunctions.inputs import why_no_json

if TYPE_CHECKING:
    from types import ModuleType

_ENDPOINTS: WeakValueDictionary[str, Any] = WeakValueDictionary()
"""The endpoint of each token, for as long as its execution is kept."""
_answers = Lock()
_LONGEST_OUTPUT = 262_144
_GONE = "Task Timed Out: 'Provided task does not exist anymore'"


def close(endpoint: Any) -> None:
    """Accept no more answers for a task, and wake whoever waits for one."""
    endpoint.closed = True
    endpoint.interrupt_all()
    start = getattr(endpoint, "_activity_task_start_endpoint", None)
    if start is not None:
        start._next_activity_task_start_event.set()


def endpoint_of(token: str) -> Any | None:
    """Return where the task with ``token`` waits for its answer, if its execution is kept."""
    return _ENDPOINTS.get(token)


def is_open(token: str) -> bool:
    """Return whether a task still waits for an answer to ``token``."""
    endpoint = _ENDPOINTS.get(token)
    return endpoint is not None and not endpoint.closed


def _remember_endpoints(module: ModuleType) -> None:
    endpoint, pool = module.CallbackEndpoint, module.CallbackPoolManager
    endpoint.closed, endpoint.owner = False, None
    init = endpoint.__init__

    @wraps(init)
    def remember(self: Any, callback_id: str, **options: Any) -> None:
        init(self, callback_id, **options)
        _ENDPOINTS[callback_id] = self

    def beat(self: Any) -> bool:
        if self._heartbeat_endpoint:
            self._heartbeat_endpoint.notify()
        return True

    add, add_activity_task = pool.add, pool.add_activity_task

    @wraps(add)
    def add_to_store(self: Any, callback_id: str) -> Any:
        added = add(self, callback_id)
        added.store = self._activity_store
        return added

    @wraps(add_activity_task)
    def add_activity_to_store(self: Any, **options: Any) -> Any:
        added = add_activity_task(self, **options)
        added.store = self._activity_store
        return added

    endpoint.__init__, endpoint.notify_heartbeat = remember, beat
    pool.add, pool.add_activity_task = add_to_store, add_activity_to_store


def _answer_tasks(module: ModuleType) -> None:
    provider = module.StepFunctionsProvider

    def open_endpoint(self: Any, context: Any, token: str) -> Any:
        endpoint = _ENDPOINTS.get(token)
        if endpoint is None or getattr(endpoint, "store", None) is not self.get_store(context).activities:
            raise module.InvalidToken("Invalid Token: 'Invalid token'")
        # a branch that was stopped because another one failed waits for nothing any more
        left = endpoint.owner is not None and not endpoint.owner.is_running()
        if left or endpoint.closed or endpoint.get_outcome() is not None:
            raise module.TaskTimedOut(_GONE)
        return endpoint

    def answer(self: Any, context: Any, token: str, outcome: Any) -> None:
        with _answers:
            open_endpoint(self, context, token).notify(outcome)

    def send_task_heartbeat(self: Any, context: Any, task_token: str, **_: Any) -> Any:
        open_endpoint(self, context, task_token).notify_heartbeat()
        return module.SendTaskHeartbeatOutput()

    def send_task_success(self: Any, context: Any, task_token: str, output: str, **_: Any) -> Any:
        _require_json(output)
        answer(self, context, task_token, module.CallbackOutcomeSuccess(callback_id=task_token, output=output))
        return module.SendTaskSuccessOutput()

    def send_task_failure(
        self: Any, context: Any, task_token: str, error: str | None = None, cause: str | None = None, **_: Any
    ) -> Any:
        outcome = module.CallbackOutcomeFailure(callback_id=task_token, error=error, cause=cause)
        answer(self, context, task_token, outcome)
        return module.SendTaskFailureOutput()

    provider.send_task_heartbeat = send_task_heartbeat
    provider.send_task_success = send_task_success
    provider.send_task_failure = send_task_failure


def _require_json(output: str) -> None:
    """Raise AWS's error for a task's output that is too large or no JSON."""
    from localstack.aws.api import CommonServiceException
    from localstack.aws.api.stepfunctions import InvalidOutput

    if len(output) > _LONGEST_OUTPUT:
        raise CommonServiceException(
            "ValidationException",
            "1 validation error detected: Value at 'output' failed to satisfy constraint: "
            f"Member must have length less than or equal to {_LONGEST_OUTPUT}",
        )
    try:
        json.loads(output)
    except ValueError as error:
        raise InvalidOutput(f"Invalid Output: '{why_no_json(output, error)}'") from error


def _one_token_an_attempt(module: ModuleType) -> None:
    task = module.StateTaskServiceCallback

    def evaluate_with_timeout(self: Any, env: Any) -> None:
        evaluate = super(task, self)._evaluate_with_timeout
        data = env.states.context_object.context_object_data
        if "Task" not in data or not self._is_integration_pattern():
            evaluate(env)
            return
        if data["State"]["RetryCount"]:
            env.callback_pool_manager.add(env.states.context_object.update_task_token())
        endpoint = env.callback_pool_manager.get(data["Task"]["Token"])
        endpoint.owner = env
        try:
            evaluate(env)
        finally:
            close(endpoint)

    task._evaluate_with_timeout = evaluate_with_timeout


CORRECTION = Correction(
    name="task-tokens",
    localstack=(
        "Gives every attempt of a task the same token, takes any number of answers to it, rejects a heartbeat for a "
        "task without `HeartbeatSeconds`, and knows no token of an execution that has ended."
    ),
    aws=(
        "Each attempt has its own token. A task takes one answer; later ones, and those to a task that timed out or "
        "was stopped, get `TaskTimedOut`. `SendTaskHeartbeat` succeeds for every task that waits."
    ),
    source="https://docs.aws.amazon.com/step-functions/latest/apireference/API_SendTaskSuccess.html",
    patches={
        CALLBACK: _remember_endpoints,
        PROVIDER: _answer_tasks,
        f"{TASK_SERVICE}.state_task_service_callback": _one_token_an_attempt,
    },
)
