"""TestState: what a state's input, variables and result were at each step, contexts that mocks bring, and Parallel."""

from __future__ import annotations

import json
import sys
from functools import wraps
from typing import TYPE_CHECKING, Any, Final

from localstack_corrections.correction import Correction
from localstack_corrections.stepfunctions.asl import ASL, PROVIDER, SERVICE

if TYPE_CHECKING:
    from types import ModuleType

_TESTED: Final = f"{ASL}.component.test_state.state"
_NUMBERS: Final = frozenset({"maxConcurrency", "toleratedFailureCount", "toleratedFailurePercentage"})


def _keep_inputs(module: ModuleType) -> None:
    """Keep a state's input as it was before the state put its result into it."""
    state = module.MockedCommonState
    add = state._add_jsonpath_inspection_data

    @wraps(add)
    def added(self: Any, env: Any) -> None:
        tested = self._wrapped
        is_pass = isinstance(tested, module.StatePass)
        if is_pass:
            is_unprocessed = isinstance(tested.continue_with, module.ContinueWithEnd) and not tested.result
        else:
            is_unprocessed = self.is_single_state
        if is_unprocessed:
            env.inspection_data.setdefault("afterInputPath", env.inspection_data["input"])
        add(self, env)

    state._add_jsonpath_inspection_data = added


def _omit_results_of_failures(module: ModuleType) -> None:
    execution = module.MockedStateExecution
    add = execution.add_inspection_data

    @wraps(add)
    def added(self: Any, env: Any) -> None:
        before = "afterResultSelector" in env.inspection_data
        add(self, env)
        # called while the error is on its way
        if sys.exception() is not None and not before:
            env.inspection_data.pop("afterResultSelector", None)

    execution.add_inspection_data = added


def _add_variables(module: ModuleType) -> None:
    execution = module.TestStateExecution
    to_output = execution.to_test_state_output

    @wraps(to_output)
    def to_test_state_output(self: Any, inspection_level: Any) -> dict[str, Any]:
        output: dict[str, Any] = to_output(self, inspection_level)
        if "inspectionData" in output:
            output["inspectionData"] = {
                name: _text(name, value) for name, value in output["inspectionData"].items()
            } | _variables(self.exec_worker.env)
        return output

    execution.to_test_state_output = to_test_state_output


def _text(name: str, value: Any) -> Any:
    is_number = isinstance(value, int | float) and name not in _NUMBERS
    return json.dumps(value) if is_number else value


def _variables(env: Any) -> dict[str, str]:
    """Return the variables there were when the state had ended, if any."""
    store = env.variable_store
    variables = {**store._outer_scope, **store._inner_scope}
    return {"variables": json.dumps(variables)} if variables else {}


def _begin_with_context(module: ModuleType) -> None:
    """Give a mocked state the context object of the request; what it has not is as in a test without a mock."""
    worker = module.TestStateExecutionWorker
    environment = worker._get_evaluation_environment

    @wraps(environment)
    def with_context(self: Any) -> Any:
        made = environment(self)
        given = self.mock.get_context() if self.mock else None
        if given:
            there = made.states.context_object.context_object_data
            merged = {name: {**there.get(name, {}), **value} for name, value in given.items()}
            made.states.context_object.context_object_data = {**there, **merged}
            _keep_token(made.states.context_object, given.get("Task", {}).get("Token"))
            # the frames of a Map begin with it, too
            self.mock._context = made.states.context_object.context_object_data
        return made

    worker._get_evaluation_environment = with_context


def _keep_token(context_object: Any, token: str | None) -> None:
    """Let a task that waits for a token wait for the one of the request."""

    def update_task_token() -> str:
        context_object.context_object_data["Task"] = {"Token": token}
        return str(token)

    if token:
        context_object.update_task_token = update_task_token


def _check_contexts(module: ModuleType) -> None:
    provider = module.StepFunctionsProvider
    test_state = provider.test_state

    @wraps(test_state)
    def checked(self: Any, context: Any, request: dict[str, Any], **options: Any) -> Any:
        if request.get("context") and not request.get("mock"):
            # AWS's words are not known
            message = "Context can be specified only when a mock is specified in the same request"
            raise module.CommonServiceException(code="ValidationException", message=message)
        return test_state(self, context, request, **options)

    provider.test_state = checked


def _take_errors_without_a_cause(module: ModuleType) -> None:
    """Let a mocked error be one without a name or a cause, as a Fail state's may be."""
    thrown = module.TestStateResponseThrow

    def begin(self: Any, error: str = "", cause: str = "") -> None:
        self.error, self.cause = error, cause

    thrown.__init__ = begin


def _mock_branches(module: ModuleType) -> None:
    """Test a Parallel state with a mock of what its branches give."""
    from localstack.services.stepfunctions.asl.component.state.state_execution.state_parallel.state_parallel import (
        StateParallel,
    )
    from localstack.services.stepfunctions.asl.component.test_state.state.base_mock import MockedBaseState
    from localstack.services.stepfunctions.asl.component.test_state.state.execution import MockedStateExecution

    class MockedStateParallel(MockedBaseState):  # type: ignore[misc]
        """A Parallel state whose branches do not run."""

        _wrapped: Any

        def _apply_patches(self) -> None:
            self._wrapped = MockedStateExecution.wrap(self._wrapped)
            branches = self._wrapped.branches
            run = self.wrap_with_mock(branches._eval_body)

            def evaluate(env: Any) -> None:
                env.inspection_data.setdefault("afterParameters", json.dumps(env.stack[-1]))
                env.inspection_data.setdefault("afterInputPath", env.inspection_data["input"])
                env.stack.pop()
                run(env)
                env.inspection_data["result"] = json.dumps(env.stack[-1])

            branches._eval_body = evaluate

    decorate, find = module._decorate_state_field, module.find_state

    def decorate_state(state: Any, is_single_state: bool = False) -> None:
        if isinstance(state, StateParallel):
            MockedStateParallel.wrap(state, is_single_state)
        else:
            decorate(state, is_single_state)

    def find_state(name: str, states: dict[str, Any]) -> Any:
        found = find(name, states)
        programs = [program for state in states.values() for program in _branches_of(state)]
        inside = (find_state(name, program.states.states) for program in programs)
        return found or next(filter(None, inside), None)

    module._decorate_state_field = decorate_state  # type: ignore[attr-defined]
    module.find_state = find_state  # type: ignore[attr-defined]


def _branches_of(state: Any) -> list[Any]:
    branches = getattr(state, "branches", None)
    return list(branches.programs) if branches else []


def _allow_parallel(module: ModuleType) -> None:
    analyser = module.TestStateStaticAnalyser
    analyser._SUPPORTED_STATE_TYPES.add(module.StateType.Parallel)
    validate = analyser.validate_mock

    def validate_mock(test_state_input: Any) -> None:
        validate(test_state_input=test_state_input)
        result = (test_state_input.get("mock") or {}).get("result")
        if result is None:
            return
        program, _ = module.TestStateAmazonStateLanguageParser.parse(
            test_state_input.get("definition"), test_state_input.get("stateName")
        )
        if isinstance(program.test_state, module.StateParallel) and not isinstance(json.loads(result), list):
            raise module.ValidationException("Mocked result must be an array.")

    analyser.validate_mock = staticmethod(validate_mock)


CORRECTION = Correction(
    name="inspection-data",
    localstack=(
        "TestState tells an input as it was after the state, a result of a task that failed, and no variables that the"
        " state assigned; it tests no Parallel state, and has the context of a mock only inside a Map."
    ),
    aws=(
        "`inspectionData` has the input before the state and the variables after it; a mock can stand for the branches"
        " of a Parallel state, and brings its context object."
    ),
    source="https://docs.aws.amazon.com/step-functions/latest/apireference/API_InspectionData.html",
    patches={
        f"{_TESTED}.common": _keep_inputs,
        f"{_TESTED}.execution": _omit_results_of_failures,
        f"{SERVICE}.backend.test_state.execution": _add_variables,
        f"{SERVICE}.backend.test_state.execution_worker": _begin_with_context,
        f"{SERVICE}.test_state.mock_config": _take_errors_without_a_cause,
        f"{ASL}.parse.test_state.preprocessor": _mock_branches,
        f"{ASL}.static_analyser.test_state.test_state_analyser": _allow_parallel,
        PROVIDER: _check_contexts,
    },
)
