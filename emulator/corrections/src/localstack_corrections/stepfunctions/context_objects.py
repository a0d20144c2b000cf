"""The context object: the count of redrives, times as AWS writes them, and a task's token for the task alone."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import wraps
from typing import TYPE_CHECKING, Any

from localstack_corrections.correction import Correction
from localstack_corrections.stepfunctions.asl import STATE, TASK, TASK_SERVICE, WORKER

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType


def _count_redrives(module: ModuleType) -> None:
    worker = module.ExecutionWorker
    original = worker._get_evaluation_environment

    @wraps(original)
    def get_evaluation_environment(self: Any) -> Any:
        env = original(self)
        if self._evaluation_details.state_machine_details.typ == "STANDARD":
            env.states.context_object.context_object_data["Execution"].setdefault("RedriveCount", 0)
        return env

    worker._get_evaluation_environment = get_evaluation_environment


def _write_times(module: ModuleType) -> None:
    state = module.CommonStateField
    original = state._eval_state_input

    @wraps(original)
    def eval_state_input(self: Any, env: Any) -> None:
        # LocalStack has set it just before, by the execution's own clock where a test gave it one
        entered = env.states.context_object.context_object_data["State"]
        moment = datetime.fromisoformat(entered["EnteredTime"]).astimezone(UTC)
        entered["EnteredTime"] = moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        original(self, env)

    state._eval_state_input = eval_state_input


def _forget_token(class_name: str) -> Callable[[ModuleType], None]:
    """Return a patch of a kind of task: other states have no token."""

    def patch(module: ModuleType) -> None:
        task = getattr(module, class_name)
        original = task._eval_body

        @wraps(original)
        def eval_body(self: Any, env: Any) -> None:
            try:
                original(self, env)
            finally:
                env.states.context_object.context_object_data.pop("Task", None)

        task._eval_body = eval_body

    return patch


CORRECTION = Correction(
    name="context-objects",
    localstack="Has no `Execution.RedriveCount` before a redrive, writes `State.EnteredTime` with an offset and"
    " microseconds, and keeps the token of a task for the states after it.",
    aws="`RedriveCount` is 0 in a Standard execution; times end with `Z` after milliseconds; `Task.Token` is there in"
    " the task that waits for it.",
    source="Developer guide, Accessing execution data from the Context object; radkawar/stackd, docs, and"
    " gabrielmoreira/tiny-asl-machine, Task.State 006, for what AWS has in which state",
    patches={
        WORKER: _count_redrives,
        STATE: _write_times,
        f"{TASK_SERVICE}.state_task_service_callback": _forget_token("StateTaskServiceCallback"),
        f"{TASK}.state_task_activitiy": _forget_token("StateTaskActivity"),
    },
)
