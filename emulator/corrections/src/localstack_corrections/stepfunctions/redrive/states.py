"""Keep track of how far executions come, and let them go on from there."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from functools import wraps
from typing import TYPE_CHECKING, Any

from localstack_corrections.stepfunctions.redrive.progress import Progress

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType


def share_progress(module: ModuleType) -> None:
    """Give the frames of an environment its progress."""
    env_class = module.Environment
    env_class.progress = None

    def sharing(name: str) -> None:
        open_frame = getattr(env_class, name)

        @wraps(open_frame)
        def opened(self: Any, *arguments: Any, **options: Any) -> Any:
            frame = open_frame(self, *arguments, **options)
            frame.progress = self.progress
            return frame

        setattr(env_class, name, opened)

    sharing("open_frame")
    sharing("open_inner_frame")


def note_states(module: ModuleType) -> None:
    """Note each state that is entered. Its input is JSON already, for the history."""
    state = module.CommonStateField
    entered_details: Callable[..., dict[str, Any]] = state._get_state_entered_event_details

    @wraps(entered_details)
    def noted(self: Any, env: Any) -> dict[str, Any]:
        details = entered_details(self, env=env)
        if env.progress is not None:
            env.progress.enter(self.name, details["input"], env.variable_store)
        return details

    state._get_state_entered_event_details = noted


def begin_where_it_failed(module: ModuleType) -> None:
    """Begin a state machine that is redriven at the state that failed, with its input."""
    program = module.Program
    eval_body = program._eval_body

    @wraps(eval_body)
    def evaluate(self: Any, env: Any) -> None:
        progress = env.progress
        if progress is not None and progress.begins_at is not None:
            env.next_state_name = progress.begins_at
            env.states.reset(input_value=json.loads(progress.document))
        eval_body(self, env)

    program._eval_body = evaluate


def run_unfinished_branches(module: ModuleType) -> None:
    """Run, after a redrive, only the branches that have not succeeded."""

    def eval_body(self: Any, env: Any) -> None:
        document = env.stack.pop()
        progress = env.progress or Progress()
        progress.begin_attempt()
        previous = progress.resumed
        waiting = [number for number in range(len(self.programs)) if not _is_done(previous, number)]
        pool = module.BranchWorkerPool(workers_num=len(waiting))
        progress.parts = {number: previous[number] for number in previous if previous[number].done}
        workers: dict[int, Any] = {}
        for number in waiting:
            frame = env.open_inner_frame()
            frame.states.reset(input_value=document)
            progress.parts[number] = give_part(frame, previous.get(number))
            worker = workers[number] = module.BranchWorker(
                branch_worker_comm=pool, program=self.programs[number], env=frame
            )
            worker.start()
        pool.wait()
        _conclude_branches(module, env, pool, workers, progress)
        env.stack.append([progress.parts[number].output for number in range(len(self.programs))])

    module.BranchesDecl._eval_body = eval_body


def _conclude_branches(module: ModuleType, env: Any, pool: Any, workers: dict[int, Any], progress: Progress) -> None:
    """Note what the branches have come to.

    :raises FailureEventException: one has failed.
    """
    from localstack.services.stepfunctions.asl.eval.program_state import ProgramEnded

    failure = pool.get_exit_event_details()
    for number, worker in workers.items():
        if isinstance(worker.env._program_state, ProgramEnded):
            progress.parts[number].done = True
            progress.parts[number].output = worker.env.states.get_input()
        elif failure is not None:
            worker.stop(stop_date=datetime.now(tz=UTC), cause=None, error=None)
        env.close_frame(worker.env)
    if failure is not None:
        raise module.FailureEventException(
            failure_event=module.FailureEvent(
                env=env,
                error_name=module.CustomErrorName(error_name=failure.get("error")),
                event_type=module.HistoryEventType.ExecutionFailed,
                event_details=module.EventDetails(executionFailedEventDetails=failure),
            )
        )


def begin_map_attempts(module: ModuleType) -> None:
    """Begin each attempt of an inline Map with the items that have not succeeded."""
    component = module.InlineIterationComponent
    eval_body = component._eval_body

    @wraps(eval_body)
    def evaluate(self: Any, env: Any) -> None:
        if env.progress is not None:
            env.progress.begin_attempt()
        eval_body(self, env)

    component._eval_body = evaluate


def run_unfinished_items(module: ModuleType) -> None:
    """Run, after a redrive, only the items of an inline Map that have not succeeded."""
    worker = module.IterationWorker
    eval_job = worker._eval_job

    @wraps(eval_job)
    def evaluate(self: Any, env: Any, job: Any) -> None:
        owner = env.progress
        if owner is None:
            eval_job(self, env=env, job=job)
            return
        previous = owner.resumed.get(job.job_index)
        if previous is not None and previous.done:
            owner.parts[job.job_index], job.job_output = previous, previous.output
            return
        part = owner.parts[job.job_index] = give_part(env, previous)
        eval_job(self, env=env, job=job)
        if not isinstance(job.job_output, Exception):
            part.done, part.output = True, job.job_output

    worker._eval_job = evaluate


def give_part(frame: Any, previous: Progress | None) -> Progress:
    """Give the frame of a branch or an item a progress of its own, from where the one before came to."""
    part = previous.begin_again() if previous is not None and previous.state is not None else Progress()
    frame.progress = part
    if part.variables is not None:
        frame.variable_store = part.variables
    return part


def _is_done(parts: dict[int, Progress], number: int) -> bool:
    return number in parts and parts[number].done
