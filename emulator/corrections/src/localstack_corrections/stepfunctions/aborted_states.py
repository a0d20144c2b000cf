"""Record the states and items that end because a branch or an item beside them has failed.

Measured on AWS in floci-io/floci: the tests ``AslExecutorParallelCutTest``, ``AslExecutorBranchHistoryEventsTest`` and
``StepFunctionsMapIterationFailureIntegrationTest``. Each event follows the last one of what has failed. Not measured:
the order inside a branch or item that is itself in a Map or Parallel state, which is from the outside in here.
"""

from __future__ import annotations

import threading
from functools import wraps
from typing import TYPE_CHECKING, Any, Final

from localstack_corrections.correction import Correction
from localstack_corrections.stepfunctions.asl import EVENT_MANAGER, EXECUTION_STATE, ITERATION, PARALLEL
from localstack_corrections.stepfunctions.failures import RUNTIME

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from types import ModuleType

_ABORTED: Final = {f"{kind}StateEntered": f"{kind}StateAborted" for kind in ("Task", "Wait", "Parallel", "Map")}
_EXITED: Final = frozenset(
    {f"{kind}StateExited" for kind in ("Task", "Wait", "Parallel", "Map")} | {"TaskStateAborted"}
)
_STATE_FAILED: Final = frozenset({"ParallelStateFailed", "MapStateFailed"})
_STARTED, _FAILED, _SUCCEEDED = "MapIterationStarted", "MapIterationFailed", "MapIterationSucceeded"


def _follow_states(module: ModuleType) -> None:
    """Note for each branch and item which state it is in, and record nothing of it once it is stopped."""
    manager, context_class = module.EventManager, module.EventHistoryContext
    context_class.muted = False
    context_class.state = context_class.iteration = context_class.job = context_class.failure = None
    init, add_event = manager.__init__, manager.add_event

    @wraps(init)
    def begin(self: Any, *arguments: Any, **options: Any) -> None:
        init(self, *arguments, **options)
        # a failure stops others, and records what they were in, in one step
        self.stopping = threading.RLock()

    @wraps(add_event)
    def add(self: Any, context: Any, event_type: Any, event_details: Any = None, **options: Any) -> int:
        with self.stopping:
            if context.muted or _is_unrecorded(context, event_type, event_details):
                return int(context.last_published_event_id)
            if event_type in _STATE_FAILED:
                context.before_failure = context.source_event_id
            if event_type == "ExecutionFailed":
                context.source_event_id = max(context.source_event_id, context.last_published_event_id)
            event_id = int(add_event(self, context, event_type, event_details, **options))
            _note(context, event_type, event_details)
            return event_id

    manager.__init__, manager.add_event = begin, add


def _is_unrecorded(context: Any, event_type: str, event_details: Any) -> bool:
    """Return whether AWS has no such event: a ``States.Runtime`` has that of the execution alone."""
    if event_type in _STATE_FAILED:
        return bool(context.failure == RUNTIME)
    if event_type == "TaskFailed":
        details = event_details["taskFailedEventDetails"]
        return details.get("error") == RUNTIME and "resourceType" not in details
    return event_type == _FAILED and context.job is not None and _stop_other_items(context)


def _note(context: Any, event_type: str, event_details: Any) -> None:
    if event_type in _ABORTED:
        context.state = _ABORTED[event_type]
    elif event_type in _EXITED:
        context.state = None
    elif event_type == _STARTED:
        context.iteration = event_details["mapIterationStartedEventDetails"]
    elif event_type in (_FAILED, _SUCCEEDED):
        context.iteration = None


def _stop_other_items(context: Any) -> bool:
    """Stop the other items of a Map when one has failed, and return whether its own failure is not recorded."""
    worker, env = context.job
    others = [frame for frame in list(worker._env._frames) if env not in list(frame._frames)]
    return not _stop(env, others)


def _stop(failed: Any, others: Iterable[Any]) -> bool:
    """Record what the others are in, and nothing of them any more; return whether the failure is one that shows."""
    shown = _error_of(failed) != RUNTIME
    manager, last = failed.event_manager, failed.event_history_context.source_event_id
    with manager.stopping:
        for context in _contexts(others):
            if shown and not context.muted:
                _record(manager, context, last)
            context.muted = True
            # what comes next follows the failure
            context.source_event_id = context.last_published_event_id = last
    return shown


def _record(manager: Any, context: Any, last: int) -> None:
    beside = type(context)(previous_event_id=last)
    if context.iteration is not None:
        details = {"mapIterationAbortedEventDetails": context.iteration}
        manager.add_event(beside, "MapIterationAborted", details, update_source_event_id=False)
    if context.state is not None:
        manager.add_event(beside, context.state, update_source_event_id=False)


def _contexts(frames: Iterable[Any]) -> Iterator[Any]:
    """Return the histories of frames and of all that is inside them, from the outside in."""
    for frame in frames:
        yield frame.event_history_context
        yield from _contexts(list(frame._frames))


def _error_of(env: Any) -> str | None:
    error: dict[str, str] = getattr(env._program_state, "error", None) or {}
    return error.get("error")


def _stop_other_branches(module: ModuleType) -> None:
    """Stop the other branches of a Parallel state as soon as one has failed."""
    pool = module.BranchWorkerPool
    init, on_terminated = pool.__init__, pool.on_terminated

    @wraps(init)
    def begin(self: Any, *arguments: Any, **options: Any) -> None:
        init(self, *arguments, **options)
        self.branches, self.failed, self.failing = [], False, threading.Lock()

    @wraps(on_terminated)
    def end(self: Any, env: Any) -> None:
        from localstack.services.stepfunctions.asl.eval.program_state import ProgramError

        with self.failing:
            if isinstance(env._program_state, ProgramError) and not self.failed:
                self.failed = True
                _stop(env, [branch for branch in self.branches if branch is not env])
            on_terminated(self, env)

    pool.__init__, pool.on_terminated = begin, end


def _know_branches(module: ModuleType) -> None:
    worker = module.BranchWorker
    init = worker.__init__

    @wraps(init)
    def begin(self: Any, branch_worker_comm: Any, program: Any, env: Any) -> None:
        init(self, branch_worker_comm=branch_worker_comm, program=program, env=env)
        with branch_worker_comm.failing:
            branch_worker_comm.branches.append(env)
            env.event_history_context.muted |= branch_worker_comm.failed

    worker.__init__ = begin


def _know_items(module: ModuleType) -> None:
    worker = module.IterationWorker
    eval_job = worker._eval_job

    @wraps(eval_job)
    def evaluate(self: Any, env: Any, job: Any) -> None:
        env.event_history_context.job = (self, env)
        eval_job(self, env=env, job=job)

    worker._eval_job = evaluate


def _end_tasks(module: ModuleType) -> None:
    """Record the end of a task whose failure ends its branch or item."""
    state = module.ExecutionState
    from_error, handle_uncaught = state._from_error, state._handle_uncaught

    @wraps(from_error)
    def note_error(self: Any, env: Any, ex: Exception) -> Any:
        event = from_error(self, env, ex)
        env.event_history_context.failure = getattr(event.error_name, "error_name", None)
        return event

    @wraps(handle_uncaught)
    def end(self: Any, env: Any, failure_event: Any) -> None:
        context, error = env.event_history_context, getattr(failure_event.error_name, "error_name", None)
        if env.is_frame() and context.state == "TaskStateAborted" and error != RUNTIME:
            env.event_manager.add_event(context, context.state, update_source_event_id=False)
        handle_uncaught(self, env, failure_event)

    state._from_error, state._handle_uncaught = note_error, end


CORRECTION = Correction(
    name="aborted-states",
    localstack=(
        "Records no end of the states and items that a failure beside them stops, `TaskFailed`, `MapIterationFailed`"
        " and `…StateFailed` for a `States.Runtime`, and `ExecutionFailed` as if it followed another event."
    ),
    aws=(
        "Records `MapIterationAborted`, `TaskStateAborted`, `WaitStateAborted` and their kin after the last event of"
        " what has failed; a `States.Runtime` has `ExecutionFailed` alone."
    ),
    source="measured on AWS in floci-io/floci#2868, #3167 and its tests `AslExecutorParallelCutTest` and"
    " `AslExecutorBranchHistoryEventsTest`",
    patches={
        EVENT_MANAGER: _follow_states,
        f"{PARALLEL}.branches_decl": _stop_other_branches,
        f"{PARALLEL}.branch_worker": _know_branches,
        f"{ITERATION}.iteration_worker": _know_items,
        f"{EXECUTION_STATE}.execute_state": _end_tasks,
    },
)
