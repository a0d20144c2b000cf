"""Evaluation of a distributed Map state."""

from __future__ import annotations

import copy
from functools import wraps
from typing import TYPE_CHECKING, Any

from localstack_corrections.stepfunctions.distributed_map.batching import batched, selected
from localstack_corrections.stepfunctions.distributed_map.failures import RUNTIME, MapRunError, fail
from localstack_corrections.stepfunctions.distributed_map.map_run import MapRun
from localstack_corrections.stepfunctions.distributed_map.reading import Item, pairs, read_items
from localstack_corrections.stepfunctions.distributed_map.results import state_output

if TYPE_CHECKING:
    from types import ModuleType

    from localstack_corrections.stepfunctions.distributed_map.fields import Fields


def evaluate_here(module: ModuleType) -> None:
    """Evaluate Map states that have our fields."""
    state_map = module.StateMap
    eval_execution = state_map._eval_execution

    @wraps(eval_execution)
    def evaluate(self: Any, env: Any) -> None:
        fields: Fields | None = getattr(self, "distributed", None)
        if fields is None:
            eval_execution(self, env)
            return
        run = Evaluation(module, self, env, fields)
        run.evaluate()

    state_map._eval_execution = evaluate


class Evaluation:
    """One attempt of a distributed Map state."""

    def __init__(self, module: ModuleType, state: Any, env: Any, fields: Fields) -> None:
        self._types, self._state, self._env, self._fields = module, state, env, fields
        self._input = copy.deepcopy(env.stack[-1])

    def evaluate(self) -> None:
        """Run the Map and leave its output on the stack.

        :raises FailureEventException: the Map Run has failed.
        """
        env = self._env
        before = self._run_before()
        items = self._begin()
        if before is None:
            record = self._record()
            self._tell("MapRunStarted", mapRunStartedEventDetails={"mapRunArn": record.map_run_arn})
        else:
            record = before.record
            before.begin_again(env)
            details = {"mapRunArn": record.map_run_arn, "redriveCount": before.redrives}
            self._tell("MapRunRedriven", mapRunRedrivenEventDetails=details)
        try:
            output = self._run(before or self._new_run(record, items))
        except MapRunError as error:
            self._tell("MapRunFailed", mapRunFailedEventDetails={"error": error.error, "cause": error.cause})
            record.set_stop(status="FAILED")
            fail(env, error.error, error.cause)
        except self._types.FailureEventException as error:
            name, cause = error.extract_error_cause_pair() or (None, None)
            self._tell("MapRunFailed", mapRunFailedEventDetails={"error": name, "cause": cause})
            record.set_stop(status="FAILED")
            raise
        if not env.is_running():
            record.set_stop(status="ABORTED")
            env.stack.append(None)
            return
        record.set_stop(status="SUCCEEDED")
        env.stack.append(output)
        begun = env.event_history_context.source_event_id
        self._tell("MapRunSucceeded")
        self._tell("MapStateSucceeded")
        # what comes next follows MapRunStarted, as measured on AWS in floci-io/floci#3167
        env.event_history_context.source_event_id = begun

    def _begin(self) -> list[Item] | None:
        """Return the items of the state's input, unless a reader reads them."""
        state, env = self._state, self._env
        state.max_concurrency_decl.eval(env=env)
        self._max_concurrency = env.stack.pop()
        frame = env.open_frame()
        frame.states.reset(input_value=env.states.get_input())
        frame.stack = copy.deepcopy(env.stack)
        try:
            items = None if self._fields.reader else self._items_of_input()
            self._tell("MapStateStarted", mapStateStartedEventDetails={"length": len(items or [])})
            state.tolerated_failure_count_decl.eval(env=frame)
            self._tolerated_count = frame.stack.pop()
            state.tolerated_failure_percentage_decl.eval(env=frame)
            self._tolerated_percentage = frame.stack.pop()
        finally:
            env.close_frame(frame)
        return items

    def _items_of_input(self) -> list[Item]:
        state, env = self._state, self._env
        if state.items_path:
            state.items_path.eval(env=env)
        if state.items:
            state.items.eval(env=env)
        found = env.stack.pop()
        if isinstance(found, dict):
            found = pairs(found)
        if not isinstance(found, list):
            path = state.items_path.string_sampler.literal_value if state.items_path else "$"
            fail(env, RUNTIME, f'Reference path "{path}" must point to array.')
        return [Item(value, "STATE_DATA") for value in found]

    def _record(self) -> Any:
        data = self._env.states.context_object.context_object_data
        record = self._types.MapRunRecord(
            state_machine_arn=data["StateMachine"]["Id"],
            execution_arn=data["Execution"]["Id"],
            max_concurrency=self._max_concurrency,
            tolerated_failure_count=self._tolerated_count,
            tolerated_failure_percentage=self._tolerated_percentage,
            label=self._state.label.label if self._state.label else None,
        )
        self._env.map_run_record_pool_manager.add(record)
        return record

    def _run_before(self) -> MapRun | None:
        """Return the Map Run that a redrive goes on with."""
        progress = getattr(self._env, "progress", None)
        run: MapRun | None = progress and progress.take_map_run()
        return run

    def _new_run(self, record: Any, items: list[Item] | None) -> MapRun:
        fields, frame = self._fields, self._template_frame()
        if items is None:
            items = read_items(fields, frame)
        inputs = batched(fields, frame, selected(self._state, frame, items))
        program = self._state.iteration_component._get_iteration_program()
        return MapRun(self._env, record, program, fields, inputs)

    def _run(self, run: MapRun) -> Any:
        fields, frame = self._fields, self._template_frame()
        if (progress := getattr(self._env, "progress", None)) is not None:
            progress.map_run = run
        try:
            run.execute(self._env)
        except MapRunError:
            if "Resource" in (fields.writer or {}):
                state_output(run, frame)
            raise
        return state_output(run, frame) if self._env.is_running() else None

    def _template_frame(self) -> Any:
        """Return a frame in which the state's templates are evaluated."""
        frame = self._env.as_frame_of(env=self._env)
        frame.states.reset(input_value=self._env.states.get_input())
        frame.stack = [self._input]
        return frame

    def _tell(self, kind: str, **details: dict[str, Any]) -> None:
        self._env.event_manager.add_event(
            context=self._env.event_history_context,
            event_type=self._types.HistoryEventType(kind),
            event_details=details or None,
        )
