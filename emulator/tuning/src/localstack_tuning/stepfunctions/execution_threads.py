"""An execution's steps run on the execution's own thread.

LocalStack starts a thread for the execution, one for its program, to wait for it no longer than ``TimeoutSeconds``, and
one for each task state, to wait for it no longer than the state's. Each waits for the next: changes of threads that
cost more than the steps between them. Here a state without a timeout runs where it is evaluated, and a program with one
has a timer: the execution has then timed out, as it would have, whatever its thread is still at.
"""

from __future__ import annotations

import contextlib
import threading
from contextvars import Context, ContextVar
from typing import TYPE_CHECKING, Any

from localstack_tuning.adjustment import Adjustment
from localstack_tuning.lambda_.shared_timer import SharedTimer
from localstack_tuning.stepfunctions.execution_data import copied

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

_WORKER: ContextVar[Any] = ContextVar("worker")
"""The execution worker whose thread this is."""


class _OvertakenError(Exception):
    """The execution has timed out meanwhile, and what follows has been done."""


class _Deadline:
    """Ends an execution that takes too long, unless its program ends first."""

    def __init__(self, seconds: float, worker: Any) -> None:
        self._worker = worker
        self._first = threading.Lock()
        self._timer = SharedTimer(seconds, self._end)
        self._timer.start()

    def is_kept(self) -> bool:
        """Return whether the program has ended in time."""
        self._timer.cancel()
        return self._first.acquire(blocking=False)

    def _end(self) -> None:
        if self._first.acquire(blocking=False):
            self._worker.env.set_timed_out()
            self._worker._execution_communication.terminated()


def _run_on_the_execution_s_thread(module: ModuleType) -> None:
    worker_class = module.ExecutionWorker
    logic = worker_class._execution_logic

    def execution_logic(self: Any) -> None:
        if type(self) is not worker_class:
            # somebody waits for the others: they have to return when the time is over
            logic(self)
            return
        _WORKER.set(self)
        with contextlib.suppress(_OvertakenError):
            logic(self)

    worker_class._execution_logic = execution_logic


def _evaluate_programs_here(module: ModuleType) -> None:
    program_class = module.Program
    evaluate_on_a_thread, evaluate = program_class.eval, module.EvalComponent.eval

    def eval_(self: Any, env: Any) -> None:
        timeout = self.timeout_seconds.timeout_seconds if self.timeout_seconds else None
        worker = _WORKER.get(None)
        if timeout is not None and (worker is None or worker.env is not env):
            evaluate_on_a_thread(self, env)
            return
        env.next_state_name = self.start_at.start_at_name
        deadline = None if timeout is None else _Deadline(timeout, worker)
        _as_on_a_thread(lambda: evaluate(self, env))
        if deadline and not deadline.is_kept():
            raise _OvertakenError

    program_class.eval = eval_


def _evaluate_states_here(module: ModuleType) -> None:
    state = module.ExecutionState
    evaluate_on_a_thread = state._evaluate_with_timeout

    def evaluate_with_timeout(self: Any, env: Any) -> None:
        if not self.timeout.is_default_value():
            evaluate_on_a_thread(self, env)
            return
        self.timeout.eval(env=env)  # it leaves its name with the environment, for an error's text
        env.stack.pop()
        frame = env.open_frame()
        frame.states.reset(input_value=env.states.get_input())
        frame.stack = copied(env.stack)
        try:
            Context().run(self._eval_execution, frame)
        finally:
            frame.set_ended()
            env.close_frame(frame)
        _conclude(self, env, frame.stack.pop())

    state._evaluate_with_timeout = evaluate_with_timeout


def _conclude(state: Any, env: Any, output: Any) -> None:
    """Take a state's output as ``_evaluate_with_timeout`` does."""
    env.stack.append(output)
    if not state._is_language_query_jsonpath():
        env.states.set_result(output)
    if state.assign_decl:
        state.assign_decl.eval(env=env)
    if state.result_selector:
        state.result_selector.eval(env=env)
    if state.result_path:
        state.result_path.eval(env)
    else:
        env.states.reset(input_value=env.stack.pop())


def _as_on_a_thread(work: Callable[[], None]) -> None:
    """Run it in a context of its own; an error is reported and ends nothing else."""
    try:
        Context().run(work)
    except Exception as error:  # noqa: BLE001
        threading.excepthook(
            threading.ExceptHookArgs((type(error), error, error.__traceback__, threading.current_thread()))
        )


_STATE = "localstack.services.stepfunctions.asl.component.state.state_execution.execute_state"

ADJUSTMENT = Adjustment(
    "execution-threads",
    {
        "localstack.services.stepfunctions.backend.execution_worker": _run_on_the_execution_s_thread,
        "localstack.services.stepfunctions.asl.component.program.program": _evaluate_programs_here,
        _STATE: _evaluate_states_here,
    },
)
