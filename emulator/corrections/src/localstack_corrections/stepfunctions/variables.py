"""Variables: what a state assigns is there from the next state on, and is no larger than allowed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from localstack_corrections.correction import Correction
from localstack_corrections.stepfunctions.asl import ASL, COMMON, EXECUTION_STATE, STATE, TASK, TASK_SERVICE
from localstack_corrections.stepfunctions.failures import compact, fail

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

_LARGEST = 256 * 1024
"""Of the values of all variables that one state assigns, and so of each."""


def _put_off(module: ModuleType) -> None:
    """Keep what is assigned until the state has its output: every reference within it reads the values from before."""

    def eval_body(self: Any, env: Any) -> None:
        assigned: dict[str, Any] = {}
        for binding in self.declaration_bindings:
            binding.eval(env=env)
            assigned.update(env.stack.pop())
        env.assigned_variables = assigned

    module.AssignDecl._eval_body = eval_body


def _begin_with_none(module: ModuleType) -> None:
    state = module.CommonStateField
    begin = state._eval_state_input

    def eval_state_input(self: Any, env: Any) -> None:
        env.assigned_variables = {}
        begin(self, env)

    state._eval_state_input = eval_state_input
    _assign_at_the_end("CommonStateField")(module)


def _assign_at_the_end(class_name: str) -> Callable[[ModuleType], None]:
    """Return a patch of a kind of states, each of which verifies its output with a method of its own.

    A task verifies its result as well, in a frame where nothing is assigned.
    """

    def patch(module: ModuleType) -> None:
        state = getattr(module, class_name)
        verify = state._verify_size_quota

        def verify_size_quota(self: Any, env: Any, value: Any) -> None:
            verify(self, env=env, value=value)
            assigned, env.assigned_variables = getattr(env, "assigned_variables", {}), {}
            if assigned and sum(len(compact(item).encode()) for item in assigned.values()) > _LARGEST:
                fail(
                    env,
                    f"The variables that the state '{self.name}' assigns exceed the maximum number of bytes service"
                    " limit.",
                    "States.DataLimitExceeded",
                )
            for name, item in assigned.items():
                env.variable_store.set(variable_identifier=name, variable_value=item)

        state._verify_size_quota = verify_size_quota

    return patch


def _forget_after_an_error(module: ModuleType) -> None:
    state = module.ExecutionState
    original = state._from_error

    def from_error(self: Any, env: Any, ex: Exception) -> Any:
        env.assigned_variables = {}
        return original(self, env, ex)

    state._from_error = from_error


def _write_as_json(module: ModuleType) -> None:
    """Write what was assigned as JSON, texts with quotation marks in them too."""
    store = module.VariableStore
    written = store.get_assigned_variables

    def get_assigned_variables(self: Any) -> dict[str, str]:
        texts = {name: self.get(name) for name in self._declaration_tracing}
        return {
            **written(self),
            **{name: compact(text) for name, text in texts.items() if isinstance(text, str)},
        }

    store.get_assigned_variables = get_assigned_variables


CORRECTION = Correction(
    name="variables",
    localstack="What `Assign` sets is seen by the same state's `Output`, and of any size.",
    aws="Every reference in a state reads the values that variables had when it was entered; what a state assigns is at"
    " most 256 KiB, or it fails with `States.DataLimitExceeded`.",
    source="Developer guide, Passing data between states with variables: Evaluation order in an assign field, Limits",
    patches={
        f"{COMMON}.assign.assign_decl": _put_off,
        f"{ASL}.eval.variable_store": _write_as_json,
        STATE: _begin_with_none,
        f"{TASK}.state_task_lambda": _assign_at_the_end("StateTaskLambda"),
        f"{TASK_SERVICE}.state_task_service": _assign_at_the_end("StateTaskService"),
        f"{EXECUTION_STATE}.execute_state": _forget_after_an_error,
    },
)
