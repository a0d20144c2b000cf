"""TestState: mocked functions, Wait states, failures without a cause, retries, and input that is no JSON."""

from __future__ import annotations

import json
from functools import wraps
from typing import TYPE_CHECKING, Any

from localstack_corrections.correction import Correction
from localstack_corrections.stepfunctions.asl import ASL, PROVIDER, SERVICE
from localstack_corrections.stepfunctions.inputs import why_no_json

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

_JSON_FIELDS = ("input", "variables", "context")


def _report_failures(module: ModuleType) -> None:
    execution = module.TestStateExecution
    to_output: Callable[..., dict[str, Any]] = execution.to_test_state_output

    @wraps(to_output)
    def described(self: Any, inspection_level: Any) -> dict[str, Any]:
        state = self.exec_worker.env.program_state()
        missing: set[str] = set()
        if isinstance(state, module.ProgramError):
            real = self.exec_worker.env._program_state
            missing = {"error", "cause"} - set(real.error or {})
            real.error = dict.fromkeys(missing) | dict(real.error or {})
        output = to_output(self, inspection_level)
        for name in missing:
            output.pop(name, None)
        if inspection := output.get("inspectionData"):
            output["inspectionData"] = {name: _as_text(value) for name, value in inspection.items()}
        return output

    execution.to_test_state_output = described


def _as_text(value: Any) -> Any:
    """Return inspected data as JSON, but for what the API has as structures."""
    if isinstance(value, dict) and not {"catchIndex", "retryIndex"}.isdisjoint(value):
        return value
    return value if isinstance(value, str | int | float) else json.dumps(value)


def _count_no_retries(module: ModuleType) -> None:
    mock = module.TestStateMock
    init = mock.__init__

    @wraps(init)
    def with_configuration(self: Any, **options: Any) -> None:
        init(self, **options)
        if self._state_configuration is None:
            self._state_configuration = {}

    mock.__init__ = with_configuration


class _AtOnce:
    """A jitter that leaves nothing of a back-off: TestState says how long it would be, and does not wait."""

    def eval(self, env: Any) -> None:
        env.stack.pop()
        env.stack.append(0)


def _begin_counts(module: ModuleType) -> None:
    """Count attempts from the start where the request does not say how many there were, and wait for none."""

    def with_retry_state_id(retrier: Any, state_id: int) -> Callable[[Any], None]:
        eval_body = retrier._eval_body
        retrier.jitter_strategy = _AtOnce()

        def evaluate(env: Any) -> None:
            count = (env.mock._state_configuration or {}).get("retrierRetryCount") or 0
            if count:
                retrier.max_attempts._store_attempt_number(env, count - 1)
            eval_body(env)
            details = env.inspection_data.setdefault("errorDetails", {})
            details["retryIndex"] = state_id
            if env.stack[-1] == module.RetrierOutcome.Executed:
                interval = retrier.interval_seconds.seconds * retrier.backoff_rate.rate**count
                details["retryBackoffIntervalSeconds"] = int(interval)

        return evaluate

    module.MockedStateExecution.with_retry_state_id = staticmethod(with_retry_state_id)


def _end_waits(module: ModuleType) -> None:
    """End after the one state, whichever it is."""
    program = module.TestStateProgram
    eval_body = program._eval_body

    @wraps(eval_body)
    def evaluate(self: Any, env: Any) -> None:
        eval_body(self, env)
        if env.is_running():
            env.set_choice_selected(env.next_state_name)

    program._eval_body = evaluate


def _mock_functions(module: ModuleType) -> None:
    """Let a mock take the place of a function that a Task names by its ARN, as it does that of every other service."""
    from localstack.services.stepfunctions.asl.component.state.state_execution.state_task.state_task_lambda import (
        StateTaskLambda,
    )

    mocked = module.MockedStateTask
    apply_patches: Callable[[Any], None] = mocked._apply_patches

    @wraps(apply_patches)
    def applied(self: Any) -> None:
        state = self._wrapped
        if isinstance(state, StateTaskLambda):
            invoke = state._eval_execution

            def evaluate(env: Any) -> None:
                if not env.mock._mock_input:
                    invoke(env)
                    return
                state._eval_parameters(env=env)
                mocked.do_mock(env)

            state._eval_execution = evaluate
        apply_patches(self)

    mocked._apply_patches = applied


def _check_json(module: ModuleType) -> None:
    provider = module.StepFunctionsProvider
    test_state = provider.test_state

    @wraps(test_state)
    def checked(self: Any, context: Any, request: dict[str, Any], **options: Any) -> Any:
        for name in _JSON_FIELDS:
            if (text := request.get(name)) is not None:
                try:
                    json.loads(text)
                except ValueError as error:
                    raise module.InvalidExecutionInput(f"Invalid {name}: '{why_no_json(text, error)}'") from error
        return test_state(self, context, request, **options)

    provider.test_state = checked


CORRECTION = Correction(
    name="test-state",
    localstack=(
        "Answers TestState with an internal error for Wait states, Fail states without error or cause and input that "
        "is no JSON, and a mocked error that is retried with `States.Runtime`. A Task that names a function by its ARN "
        "invokes it in spite of a mock."
    ),
    aws="TestState tests one state of any type but Parallel and Map, which need a mock, and says why it failed.",
    source="https://docs.aws.amazon.com/step-functions/latest/dg/test-state-isolation.html",
    patches={
        f"{ASL}.component.test_state.state.task": _mock_functions,
        f"{SERVICE}.backend.test_state.execution": _report_failures,
        f"{SERVICE}.backend.test_state.test_state_mock": _count_no_retries,
        f"{ASL}.component.test_state.state.execution": _begin_counts,
        f"{ASL}.component.test_state.program.test_state_program": _end_waits,
        PROVIDER: _check_json,
    },
)
