"""Activities: nobody polls, many poll, and tasks that ended before a worker came."""

from __future__ import annotations

import threading
import time
from functools import wraps
from typing import TYPE_CHECKING, Any, Final

from localstack_corrections.correction import Correction
from localstack_corrections.stepfunctions.asl import ASL, CALLBACK, PROVIDER, SERVICE, TASK
from localstack_corrections.stepfunctions.task_tokens import close, endpoint_of, is_open

if TYPE_CHECKING:
    from types import ModuleType

_POLL_SECONDS: Final = 60.0
_scheduled = threading.Condition()
"""Notified when a task is scheduled for any activity."""


def _start_without_an_outcome(module: ModuleType) -> None:
    module.ActivityTaskStartEndpoint._outcome = None

    def add_activity_task(self: Any, callback_id: str, activity_arn: str, activity_input: str) -> Any:
        activity = self._activity_store.get(activity_arn)
        if activity is None:
            raise module.ActivityDoesNotExist
        endpoint = module.ActivityCallbackEndpoint(callback_id=callback_id, activity_input=activity_input)
        endpoint.store = self._activity_store
        # a worker that polls right now has to find the endpoint
        self._pool[callback_id] = endpoint
        activity.add_task(module.ActivityTask(task_token=callback_id, task_input=activity_input))
        return endpoint

    module.CallbackPoolManager.add_activity_task = add_activity_task


def _wake_pollers(module: ModuleType) -> None:
    add_task = module.Activity.add_task

    @wraps(add_task)
    def add_and_notify(self: Any, task: Any) -> None:
        with _scheduled:
            add_task(self, task)
            _scheduled.notify_all()

    module.Activity.add_task = add_and_notify


def _poll_without_pause(module: ModuleType) -> None:
    def pull(activity: Any) -> Any:
        deadline = time.monotonic() + _POLL_SECONDS
        with _scheduled:
            while True:
                while activity._tasks:
                    task = activity.get_task()
                    if is_open(task.task_token):
                        return task
                if (left := deadline - time.monotonic()) <= 0:
                    return None
                _scheduled.wait(left)

    module.StepFunctionsProvider._pull_activity_task = staticmethod(pull)

    def started(self: Any, context: Any, task_token: str, worker_name: str | None) -> None:
        del self, context
        endpoint = endpoint_of(task_token)
        if endpoint is None:
            raise module.InvalidToken("Invalid Token: 'Invalid token'")
        endpoint.notify_activity_task_start(worker_name=worker_name)

    module.StepFunctionsProvider._send_activity_task_started = started


def _close_with_the_attempt(module: ModuleType) -> None:
    task = module.StateTaskActivity

    def evaluate_with_timeout(self: Any, env: Any) -> None:
        data = env.states.context_object.context_object_data
        # shared with the frame of the attempt, which writes its token into it
        attempt: dict[str, str] = {}
        data["Task"] = attempt
        try:
            super(task, self)._evaluate_with_timeout(env)
        finally:
            data.pop("Task", None)
            if (endpoint := env.callback_pool_manager.get(attempt.get("Token", ""))) is not None:
                close(endpoint)

    task._evaluate_with_timeout = evaluate_with_timeout


def _write_token_in_place(module: ModuleType) -> None:
    def update_task_token(self: Any) -> str:
        token: str = module.long_uid()
        self.context_object_data.setdefault("Task", {})["Token"] = token
        return token

    module.ContextObject.update_task_token = update_task_token


CORRECTION = Correction(
    name="activities",
    localstack=(
        "Ends an activity that nobody polls with an internal error as often as with a time-out, hands out tasks that "
        "have ended, and looks for a task once a second."
    ),
    aws=(
        "An activity that nobody polls ends with `States.Timeout`. A worker gets only tasks that still wait for it, as "
        "soon as they are scheduled."
    ),
    source="https://docs.aws.amazon.com/step-functions/latest/dg/concepts-activities.html",
    patches={
        CALLBACK: _start_without_an_outcome,
        f"{SERVICE}.backend.activity": _wake_pollers,
        f"{ASL}.eval.states": _write_token_in_place,
        f"{TASK}.state_task_activitiy": _close_with_the_attempt,
        PROVIDER: _poll_without_pause,
    },
)
