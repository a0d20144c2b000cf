"""The threads of an execution with a clock: counted before they start, and while they wait for each other."""

from __future__ import annotations

import copy
import threading
from functools import wraps
from typing import TYPE_CHECKING, Any

from localstack_rehearsals.clock import current
from localstack_rehearsals.patches.asl import EXECUTION_STATE, ITERATION, clock_of

if TYPE_CHECKING:
    from types import ModuleType

    from localstack_rehearsals.clock import VirtualClock


def _count_branches(module: ModuleType) -> None:
    branch = module.BranchWorker
    start, routine = branch.start, branch._thread_routine
    branch.counted = None

    @wraps(start)
    def begin(self: Any) -> None:
        clock = clock_of(self.env)
        if clock is not None:
            self.counted = clock.spawn(self.env)
        start(self)

    @wraps(routine)
    def run(self: Any) -> None:
        if self.counted is None:
            routine(self)
            return
        with self.counted.clock.working(self.counted):
            routine(self)

    branch.start, branch._thread_routine = begin, run


def _await_branches(module: ModuleType) -> None:
    pool = module.BranchWorkerPool
    wait = pool.wait

    @wraps(wait)
    def wait_in_its_time(self: Any) -> None:
        worker = current()
        if worker is None:
            wait(self)
        else:
            worker.clock.wait(None, self._termination_event)

    pool.wait = wait_in_its_time


def _count_items(module: ModuleType) -> None:
    component = module.InlineIterationComponent
    launch = component._launch_worker

    @wraps(launch)
    def launch_counted(self: Any, env: Any, eval_input: Any, job_pool: Any) -> Any:
        clock = clock_of(env)
        if clock is None:
            return launch(self, env=env, eval_input=eval_input, job_pool=job_pool)
        iteration = self._create_worker(env=env, eval_input=eval_input, job_pool=job_pool)
        counted = clock.spawn()

        def run() -> None:
            with clock.working(counted):
                iteration.eval()

        threading.Thread(target=run, name="map-iteration", daemon=True).start()
        return iteration

    component._launch_worker = launch_counted


def _follow_items(module: ModuleType) -> None:
    worker = module.IterationWorker
    eval_job = worker._eval_job

    @wraps(eval_job)
    def evaluate(self: Any, env: Any, job: Any) -> None:
        if (counted := current()) is not None:
            counted.env = env
        try:
            eval_job(self, env=env, job=job)
        finally:
            if counted is not None:
                counted.env = None

    worker._eval_job = evaluate


def _await_items(module: ModuleType) -> None:
    pool = module.JobPool
    await_jobs = pool.await_jobs

    @wraps(await_jobs)
    def await_in_its_time(self: Any) -> None:
        worker = current()
        if worker is None:
            await_jobs(self)
        elif not self._is_terminated():
            worker.clock.wait(None, self._termination_event)

    pool.await_jobs = await_in_its_time


def _limit_states(module: ModuleType) -> None:
    """Let a state's ``TimeoutSeconds`` pass on the execution's own clock."""
    state = module.ExecutionState
    evaluate_with_timeout = state._evaluate_with_timeout

    @wraps(evaluate_with_timeout)
    def evaluate(self: Any, env: Any) -> None:
        clock = clock_of(env)
        if clock is None:
            evaluate_with_timeout(self, env)
            return
        self.timeout.eval(env=env)
        seconds = env.stack.pop()
        frame = env.open_frame()
        frame.states.reset(input_value=env.states.get_input())
        frame.stack = copy.deepcopy(env.stack)
        try:
            if self.timeout.is_default_value():
                self._eval_execution(frame)
            else:
                _evaluate_in_time(self, frame, clock, seconds)
        finally:
            frame.set_ended()
            env.close_frame(frame)
        _conclude(self, env, frame.stack.pop())

    state._evaluate_with_timeout = evaluate


def _evaluate_in_time(state: Any, frame: Any, clock: VirtualClock, seconds: float) -> None:
    """Evaluate on a thread, which is left alone when the time is over. :raises EvalTimeoutError: it is."""
    from localstack.services.stepfunctions.asl.component.common.timeouts.timeout import EvalTimeoutError

    counted, ended, errors = clock.spawn(frame), threading.Event(), []

    def run() -> None:
        with clock.working(counted):
            try:
                state._eval_execution(frame)
            except Exception as error:  # noqa: BLE001 - raised again where the state is evaluated
                errors.append(error)
            ended.set()

    threading.Thread(target=run, name="state-with-a-time-out", daemon=True).start()
    if not clock.wait(seconds, ended):
        clock.leave(counted)
        raise EvalTimeoutError
    if errors:
        raise errors[0]


def _conclude(state: Any, env: Any, output: Any) -> None:
    """Do with a state's output what ``_evaluate_with_timeout`` does."""
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


PATCHES = (
    (f"{EXECUTION_STATE}.state_parallel.branch_worker", _count_branches),
    (f"{EXECUTION_STATE}.state_parallel.branches_decl", _await_branches),
    (f"{ITERATION}.inline_iteration_component", _count_items),
    (f"{ITERATION}.iteration_worker", _follow_items),
    (f"{ITERATION}.job", _await_items),
    (f"{EXECUTION_STATE}.execute_state", _limit_states),
)
