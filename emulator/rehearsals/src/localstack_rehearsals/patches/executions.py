"""Executions that have a rehearsal: bound to it when they start, evaluated on a thread that their clock counts."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import wraps
from typing import TYPE_CHECKING, Any

from localstack_rehearsals.clock import VirtualClock, current
from localstack_rehearsals.patches.asl import ASL, SERVICE, clock_of, is_stopped
from localstack_rehearsals.rehearsal import REHEARSALS
from localstack_rehearsals.starts import STARTS

if TYPE_CHECKING:
    from types import ModuleType

    from localstack_rehearsals.rehearsal import Rehearsal

_RUNNING = "RUNNING"


def _bind(module: ModuleType) -> None:
    execution = module.Execution
    start, stop = execution.start, execution.stop
    kinds = (execution, module.SyncExecution)  # not TestState's, not the items of a Map Run

    @wraps(start)
    def begin(self: Any) -> None:
        rehearsal = REHEARSALS.start(self.state_machine_arn, self.name, self.exec_arn)
        if rehearsal is None and type(self) in kinds:
            rehearsal = STARTS.rehearse(self)
        if rehearsal is not None and rehearsal.execution_arn == self.exec_arn:
            rehearsal.execution = self
        if rehearsal is not None and rehearsal.clock is None and rehearsal.clock_settings is not None:
            rehearsal.clock = _clock(rehearsal, self.start_date.timestamp())
        start(self)

    @wraps(stop)
    def stop_in_its_time(self: Any, stop_date: Any, error: str | None, cause: str | None) -> None:
        rehearsal = REHEARSALS.of(self.exec_arn)
        if rehearsal is not None and rehearsal.clock is not None:
            stop_date = datetime.fromtimestamp(rehearsal.clock.now(), UTC)
        stop(self, stop_date=stop_date, error=error, cause=cause)

    execution.start, execution.stop = begin, stop_in_its_time


def _say_the_end(module: ModuleType) -> None:
    execution = module.Execution
    publish = execution.publish_execution_status_change_event

    @wraps(publish)
    def publish_and_say(self: Any) -> None:
        publish(self)
        rehearsal = REHEARSALS.of(self.exec_arn)
        # the items of a Map Run share the rehearsal of their parent, and end before it
        if rehearsal is not None and rehearsal.execution_arn == self.exec_arn and str(self.exec_status) != _RUNNING:
            rehearsal.ended.set()

    execution.publish_execution_status_change_event = publish_and_say


def _clock(rehearsal: Rehearsal, started: float) -> VirtualClock:
    settings = rehearsal.clock_settings or {}
    return VirtualClock(
        started,
        skips_waits=bool(settings.get("skipWaits")),
        skips_time_outs=bool(settings.get("timeOuts")),
        is_stopped=is_stopped,
    )


def _evaluate(module: ModuleType) -> None:
    worker = module.ExecutionWorker
    start, make, logic = worker.start, worker._get_evaluation_environment, worker._execution_logic
    worker.rehearsed = None

    def rehearsal_of_worker(self: Any) -> Rehearsal | None:
        return REHEARSALS.of(self._evaluation_details.execution_details.arn)

    @wraps(start)
    def begin(self: Any) -> None:
        rehearsal = rehearsal_of_worker(self)
        if rehearsal is not None and rehearsal.clock is not None:
            self.rehearsed = rehearsal.clock.spawn()
        start(self)

    @wraps(make)
    def make_in_rehearsal(self: Any) -> Any:
        env = make(self)
        rehearsal = rehearsal_of_worker(self)
        if rehearsal is not None:
            _attach(env, rehearsal, self)
        return env

    @wraps(logic)
    def evaluate(self: Any) -> None:
        rehearsal = rehearsal_of_worker(self)
        if rehearsal is None or rehearsal.clock is None:
            logic(self)
            return
        clock = rehearsal.clock
        counted = self.rehearsed = self.rehearsed or clock.spawn()
        counted.env = self.env
        with clock.working(counted):
            logic(self)

    worker.start, worker._get_evaluation_environment, worker._execution_logic = begin, make_in_rehearsal, evaluate


def _attach(env: Any, rehearsal: Rehearsal, worker: Any) -> None:
    """Give all environments of an execution its rehearsal: they share the manager of its events."""
    manager, clock = env.event_manager, rehearsal.clock
    manager.rehearsal, manager.execution_worker = rehearsal, worker
    if clock is not None:
        manager._get_current_timestamp = lambda: datetime.fromtimestamp(clock.now(), UTC)
    if (counted := current()) is not None and counted.clock is clock and counted.env is None:
        counted.env = env


def _limit_programs(module: ModuleType) -> None:
    """End an execution when the machine's ``TimeoutSeconds`` have passed on its own clock."""
    program, component = module.Program, module.EvalComponent
    eval_program = program.eval

    @wraps(eval_program)
    def evaluate(self: Any, env: Any) -> None:
        clock = clock_of(env)
        if clock is None:
            eval_program(self, env)
            return
        env.next_state_name = self.start_at.start_at_name
        if self.timeout_seconds is None:
            component.eval(self, env)
            return
        cancelled = clock.alarm(self.timeout_seconds.timeout_seconds, lambda: _time_out(env))
        try:
            component.eval(self, env)
        finally:
            cancelled.set()

    program.eval = evaluate


def _time_out(env: Any) -> None:
    env.set_timed_out()
    communication = env.event_manager.execution_worker._execution_communication
    # corrected, it reports the first end alone; as released it must not be called twice
    if hasattr(type(communication).terminated, "__wrapped__") and not env.is_frame():
        communication.terminated()


PATCHES = (
    (f"{SERVICE}.backend.execution", _bind),
    (f"{SERVICE}.backend.execution", _say_the_end),
    (f"{SERVICE}.backend.execution_worker", _evaluate),
    (f"{ASL}.component.program.program", _limit_programs),
)
