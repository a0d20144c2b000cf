"""End executions early, when they are stopped or time out: at once, and with error and cause."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime
from functools import wraps
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Final

from localstack_corrections.correction import Correction
from localstack_corrections.stepfunctions.asl import (
    COMMON,
    ENVIRONMENT,
    EVENT_MANAGER,
    EXECUTION,
    ITERATION,
    PROVIDER,
    TASK_SERVICE,
    TERMINAL,
    WORKER,
)
from localstack_corrections.stepfunctions.task_tokens import close

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

_POLL_SECONDS: Final = 0.5
_BEGIN_SECONDS: Final = 10.0
"""How long an execution is given to begin before it is stopped; its thread needs milliseconds."""
_MANAGER_GONE: Final = (
    "The Task state in AWS Step Functions execution [{}] which was managing this resource was aborted"
)
"""The cause with which a child ends, measured on AWS in floci-io/floci's test ``AslExecutorNestedSyncTimeoutTest``."""
_pausing = threading.local()
"""The environment whose retry this thread is waiting for."""


def _close_histories(module: ModuleType) -> None:
    """Add nothing to a history after the event that ends it."""
    manager = module.EventManager
    add_event: Callable[..., int] = manager.add_event
    manager.closed = module.EventHistoryContext.muted = False

    @wraps(add_event)
    def add(self: Any, context: Any, event_type: Any, *arguments: Any, **options: Any) -> int:
        if event_type in TERMINAL:
            # who comes second goes on when the event is there, e.g. to say that the execution has ended
            with vars(self).setdefault("ending", threading.Lock()):
                if self.closed:
                    return int(context.last_published_event_id)
                self.closed = True
                return add_event(self, context, event_type, *arguments, **options)
        if self.closed or context.muted:
            # a task that still runs has nothing to tell anybody
            return int(context.last_published_event_id)
        number = add_event(self, context, event_type, *arguments, **options)
        if event_type == "ExecutionStarted":
            _begun(self).set()
        return number

    manager.add_event = add


def _begun(manager: Any) -> threading.Event:
    """Return what is set once a history has its first event."""
    begun: threading.Event = vars(manager).setdefault("begun", threading.Event())
    return begun


def _end_environments(module: ModuleType) -> None:
    """Write the last event when an execution is stopped or times out, not when its task returns."""
    env_class = module.Environment
    set_stop, set_timed_out, set_error = env_class.set_stop, env_class.set_timed_out, env_class.set_error

    @wraps(set_stop)
    def stop(self: Any, stop_date: Any, cause: str | None, error: str | None) -> None:
        if _end(self, lambda: set_stop(self, stop_date=stop_date, cause=cause, error=error)):
            _write_abort(self, error, cause)
            _release(self)
        # of a branch or an item that is stopped because another one failed
        self.event_history_context.muted = self.is_frame()

    @wraps(set_timed_out)
    def time_out(self: Any) -> None:
        if _end(self, lambda: set_timed_out(self)):
            _write_time_out(self)
            _release(self)

    @wraps(set_error)
    def fail(self: Any, error: Any) -> None:
        with self._state_mutex:
            state = self._program_state
            has_ended = isinstance(state, module.ProgramStopped | module.ProgramTimedOut)
            if not self.is_frame():
                # it fails once, whatever the task that still runs has to say
                has_ended |= isinstance(state, module.ProgramError) or self.event_manager.closed
            if not has_ended:
                set_error(self, error=error)

    env_class.set_stop, env_class.set_timed_out, env_class.set_error = stop, time_out, fail
    _mute_frames(env_class, "open_frame")
    _mute_frames(env_class, "open_inner_frame")


def _mute_frames(env_class: Any, name: str) -> None:
    """Have what a stopped branch or item still opens tell nothing either."""
    open_frame = getattr(env_class, name)

    @wraps(open_frame)
    def opened(self: Any, *arguments: Any, **options: Any) -> Any:
        frame = open_frame(self, *arguments, **options)
        frame.event_history_context.muted = self.event_history_context.muted
        return frame

    setattr(env_class, name, opened)


def _end(env: Any, end: Callable[[], None]) -> bool:
    """Bring about an end unless there is one already, and return whether it is that of an execution."""
    from localstack.services.stepfunctions.asl.eval.program_state import ProgramRunning

    with env._state_mutex:
        if env._program_state is None:
            # before its first state
            env._program_state = ProgramRunning()
        if not env.is_running():
            return False
        end()
    return not env.is_frame()


def _write_abort(env: Any, error: str | None, cause: str | None) -> None:
    from localstack.aws.api.stepfunctions import ExecutionAbortedEventDetails, HistoryEventType
    from localstack.services.stepfunctions.asl.eval.event.event_manager import EventHistoryContext

    env.event_manager.add_event(
        context=EventHistoryContext.of_program_start(),
        event_type=HistoryEventType.ExecutionAborted,
        event_details={"executionAbortedEventDetails": ExecutionAbortedEventDetails(error=error, cause=cause)},
    )


def _write_time_out(env: Any) -> None:
    from localstack.aws.api.stepfunctions import ExecutionTimedOutEventDetails, HistoryEventType
    from localstack.services.stepfunctions.asl.eval.event.event_manager import EventHistoryContext

    env.event_manager.add_event(
        # as of a stop, it follows no event: measured on AWS in floci-io/floci#2782
        context=EventHistoryContext.of_program_start(),
        event_type=HistoryEventType.ExecutionTimedOut,
        event_details={"executionTimedOutEventDetails": ExecutionTimedOutEventDetails()},
    )


def _release(env: Any) -> None:
    """Wake every task of an execution that waits for an answer."""
    for endpoint in list(env.callback_pool_manager._pool.values()):
        close(endpoint)


def _end_once(module: ModuleType) -> None:
    """Report the first end of an execution, with all that belongs to it, and no other."""
    communication = module.BaseExecutionWorkerCommunication
    terminated = communication.terminated
    ending = threading.Lock()

    @wraps(terminated)
    def first(self: Any) -> None:
        with ending:
            if getattr(self, "ended", False):
                return
            self.ended = True
        terminated(self)

    def reflect(self: Any) -> None:
        execution, env = self.execution, self.execution.exec_worker.env
        state = env.program_state()
        execution.stop_date = datetime.now(tz=UTC)
        status = module.ExecutionStatus.SUCCEEDED
        if isinstance(state, module.ProgramEnded):
            execution.output = env.states.get_input()
        elif isinstance(state, module.ProgramStopped):
            status = module.ExecutionStatus.ABORTED
            execution.stop_date, execution.error, execution.cause = state.stop_date, state.error, state.cause
        elif isinstance(state, module.ProgramError):
            status = module.ExecutionStatus.FAILED
            execution.error, execution.cause = state.error.get("error"), state.error.get("cause")
        elif isinstance(state, module.ProgramTimedOut):
            status = module.ExecutionStatus.TIMED_OUT
        else:
            raise RuntimeWarning(f"Execution ended with unsupported ProgramState type '{type(state)}'.")
        execution.exec_status = status

    communication.terminated, communication._reflect_execution_status = first, reflect


def _stop_workers(module: ModuleType) -> None:
    """Have an environment from the start on, so that an execution can be stopped before its first state."""
    worker = module.ExecutionWorker
    make, start = worker._get_evaluation_environment, worker.start

    @wraps(make)
    def make_once(self: Any) -> Any:
        if self.env is None:
            self.env = make(self)
        return self.env

    @wraps(start)
    def begin(self: Any) -> None:
        make_once(self)
        start(self)

    def stop(self: Any, stop_date: Any, error: str | None, cause: str | None) -> None:
        env = make_once(self)
        # also a history that ends at once begins with ExecutionStarted
        _begun(env.event_manager).wait(_BEGIN_SECONDS)
        env.set_stop(stop_date=stop_date, cause=cause, error=error)
        self._execution_communication.terminated()

    worker._get_evaluation_environment, worker.start, worker.stop = make_once, begin, stop


def _answer_stops(module: ModuleType) -> None:
    provider = module.StepFunctionsProvider

    def stop_execution(
        self: Any, context: Any, execution_arn: str, error: str | None = None, cause: str | None = None, **_: Any
    ) -> Any:
        self._validate_state_machine_execution_arn(execution_arn)
        execution = self._get_execution(context=context, execution_arn=execution_arn)
        if execution.sm_type != module.StateMachineType.STANDARD:
            self._raise_resource_type_not_in_context(resource_type=execution.sm_type)
        if execution.exec_status == module.ExecutionStatus.RUNNING:
            execution.stop(stop_date=datetime.now(tz=UTC), cause=cause, error=error)
        # of an execution that has ended already: when that was
        return module.StopExecutionOutput(stopDate=execution.stop_date or datetime.now(tz=UTC))

    provider.stop_execution = stop_execution


def _pause_between_attempts(module: ModuleType) -> None:
    """Wait for the next attempt no longer than the execution runs."""
    retrier = module.RetrierDecl
    eval_body = retrier._eval_body

    @wraps(eval_body)
    def evaluate(self: Any, env: Any) -> None:
        _pausing.env = env
        eval_body(self, env)

    retrier._eval_body = evaluate
    module.time = SimpleNamespace(sleep=_sleep_while_running)  # type: ignore[attr-defined]


def _sleep_while_running(seconds: float) -> None:
    deadline = time.monotonic() + seconds
    env = _pausing.env
    while env.is_running() and (left := deadline - time.monotonic()) > 0:
        env.program_state_event.wait(min(left, _POLL_SECONDS))


def _stop_other_items(module: ModuleType) -> None:
    """Stop the items of an inline Map that still run when one has failed."""
    component = module.InlineIterationComponent
    eval_body = component._eval_body

    @wraps(eval_body)
    def evaluate(self: Any, env: Any) -> None:
        try:
            eval_body(self, env)
        except Exception:
            for frame in list(env._frames):
                frame.set_stop(stop_date=datetime.now(tz=UTC), cause=None, error=None)
            raise

    component._eval_body = evaluate


def _cancel_children(module: ModuleType) -> None:
    """Stop the child of a ``.sync`` task whose execution was stopped, or that timed out."""
    task = module.StateTaskServiceCallback
    eval_sync = task._eval_sync

    @wraps(eval_sync)
    def evaluate(self: Any, env: Any, sync_resolver: Any, **options: Any) -> Any:
        outcome = eval_sync(self, env=env, sync_resolver=sync_resolver, **options)
        unanswered = not outcome or isinstance(outcome, module.CallbackOutcomeTimedOut)
        if unanswered and not env.is_running() and (cancel := getattr(sync_resolver, "cancel", None)):
            cancel()
        return outcome

    task._eval_sync = evaluate


def _know_how_to_cancel(module: ModuleType) -> None:
    task = module.StateTaskServiceSfn

    def with_cancel(name: str) -> None:
        build = getattr(task, name)

        @wraps(build)
        def build_with_cancel(
            self: Any, env: Any, resource_runtime_part: Any, normalised_parameters: Any, state_credentials: Any
        ) -> Any:
            arn = env.stack[-1]["ExecutionArn"]
            parent = env.states.context_object.context_object_data["Execution"]["Id"]
            resolver = build(self, env, resource_runtime_part, normalised_parameters, state_credentials)

            def cancel() -> None:
                client = module.boto_client_for(
                    service="stepfunctions", region=resource_runtime_part.region, state_credentials=state_credentials
                )
                client.stop_execution(executionArn=arn, cause=_MANAGER_GONE.format(parent))

            resolver.cancel = cancel
            return resolver

        setattr(task, name, build_with_cancel)

    with_cancel("_build_sync_resolver")
    with_cancel("_build_sync2_resolver")


CORRECTION = Correction(
    name="execution-ends",
    localstack=(
        "Ends an execution that is stopped or timed out only when its running task returns, and DescribeExecution has "
        "no error and cause of a stop."
    ),
    aws=(
        "`StopExecution` and the machine's `TimeoutSeconds` end an execution at once, whatever its tasks are at, and "
        "stop the child of a `.sync` task; a failed item stops the others of its Map. The history ends with that. "
        "DescribeExecution gives error and cause of a stop."
    ),
    source=(
        "https://docs.aws.amazon.com/step-functions/latest/apireference/API_StopExecution.html and "
        "https://docs.aws.amazon.com/step-functions/latest/dg/connect-to-resource.html"
    ),
    patches={
        EVENT_MANAGER: _close_histories,
        ENVIRONMENT: _end_environments,
        EXECUTION: _end_once,
        WORKER: _stop_workers,
        PROVIDER: _answer_stops,
        f"{ITERATION}.inline_iteration_component": _stop_other_items,
        f"{COMMON}.retry.retrier_decl": _pause_between_attempts,
        f"{TASK_SERVICE}.state_task_service_callback": _cancel_children,
        f"{TASK_SERVICE}.state_task_service_sfn": _know_how_to_cancel,
    },
)
