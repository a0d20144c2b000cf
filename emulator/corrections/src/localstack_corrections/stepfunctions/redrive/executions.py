"""Redrive executions, and say which can be redriven.

https://docs.aws.amazon.com/step-functions/latest/dg/redrive-executions.html
"""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from functools import wraps
from typing import TYPE_CHECKING, Any, Final

from localstack_corrections.stepfunctions.redrive.progress import Progress

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

REDRIVABLE, NOT_REDRIVABLE, BY_MAP_RUN = "REDRIVABLE", "NOT_REDRIVABLE", "REDRIVABLE_BY_MAP_RUN"
_PERIOD: Final = timedelta(days=14)
_LONGEST: Final = timedelta(days=365)
_MOST_EVENTS: Final = 24_999
_TOKEN_LIFE: Final = timedelta(minutes=15)
_redriving = threading.Lock()


def reason_against(execution: Any) -> str | None:
    """Return why an execution cannot be redriven, in AWS's words, or ``None`` if it can."""
    if execution.exec_status in {"RUNNING", "SUCCEEDED"}:
        return f"Execution is {execution.exec_status} and cannot be redriven"
    if not _machine_is_there(execution):
        return "State machine is in DELETING status"
    if len(execution.exec_worker.env.event_manager._history_event_list) >= _MOST_EVENTS:
        return "Execution history event limit exceeded"
    return too_late(execution.start_date, execution.stop_date, datetime.now(tz=UTC))


def too_late(started: datetime, stopped: datetime | None, now: datetime) -> str | None:
    """Return why it is too late to redrive an execution, or ``None`` if it is not."""
    if now - started > _LONGEST:
        return "Execution has exceeded the max execution time"
    if stopped is not None and now - stopped > _PERIOD:
        return "Execution redrivable period exceeded"
    return None


def _machine_is_there(execution: Any) -> bool:
    from localstack.services.stepfunctions.backend.store import sfn_stores

    machines = sfn_stores[execution.account_id][execution.region_name].state_machines
    # a child's machine is that of its execution, a slash and a label
    machine = machines.get(execution.state_machine_arn.partition("/")[0])
    return machine is not None and not getattr(machine, "is_deleting", False)


def redrive_fields(execution: Any) -> dict[str, Any]:
    """Return what DescribeExecution tells of redrives."""
    fields: dict[str, Any] = {"redriveCount": execution.redrive_count}
    if execution.redrive_date is not None:
        fields["redriveDate"] = execution.redrive_date
    reason = reason_against(execution)
    if reason is not None:
        return fields | {"redriveStatus": NOT_REDRIVABLE, "redriveStatusReason": reason}
    is_child = getattr(execution, "map_run_arn", None) is not None
    return fields | {"redriveStatus": BY_MAP_RUN if is_child else REDRIVABLE}


def redrive_executions(module: ModuleType) -> None:
    """Let executions be redriven, and describe that."""
    execution = module.Execution
    execution.redrive_count, execution.redrive_date = 0, None
    describe: Callable[[Any], dict[str, Any]] = execution.to_describe_output

    @wraps(describe)
    def described(self: Any) -> dict[str, Any]:
        return describe(self) | redrive_fields(self)

    execution.to_describe_output, execution.redrive = described, _redrive


def _redrive(execution: Any) -> None:
    """Go on where the execution has failed, timed out or was stopped."""
    from localstack.aws.api.stepfunctions import ExecutionRedrivenEventDetails, ExecutionStatus, HistoryEventType

    before = execution.exec_worker.env
    worker = execution._get_start_execution_worker()
    env = worker._get_evaluation_environment()
    _take_over(env, before)
    execution.redrive_count += 1
    execution.redrive_date = datetime.now(tz=UTC)
    worker.redriven = execution.redrive_count
    env.event_manager.add_event(
        context=env.event_history_context,
        event_type=HistoryEventType.ExecutionRedriven,
        event_details={
            "executionRedrivenEventDetails": ExecutionRedrivenEventDetails(redriveCount=execution.redrive_count)
        },
    )
    context = env.states.context_object.context_object_data["Execution"]
    context["RedriveCount"] = execution.redrive_count
    context["RedriveTime"] = execution._to_serialized_date(execution.redrive_date)
    if execution._cloud_watch_logging_session is not None:
        execution._cloud_watch_logging_session.redrive_count = execution.redrive_count
    execution.exec_worker = worker
    execution.stop_date = execution.error = execution.cause = None
    execution.exec_status = ExecutionStatus.RUNNING
    execution.publish_execution_status_change_event()
    worker.start()


def _take_over(env: Any, before: Any) -> None:
    """Go on with the history and the variables of the run before.

    The manager of its events stays closed: a task that still runs has nothing to add.
    """
    from localstack.services.stepfunctions.asl.eval.event.event_manager import EventHistoryContext

    old, new = before.event_manager, env.event_manager
    new._mutex, new._event_id_gen, new._history_event_list = old._mutex, old._event_id_gen, old._history_event_list
    env.event_history_context = EventHistoryContext(previous_event_id=len(old._history_event_list))
    env.map_run_record_pool_manager = before.map_run_record_pool_manager
    progress = before.progress or Progress()
    env.progress = progress.begin_again()
    if progress.variables is not None:
        env.variable_store = progress.variables


def begin_with_progress(module: ModuleType) -> None:
    """Have every execution note its progress, and begin no history of one that is redriven."""
    worker = module.ExecutionWorker
    make, logic = worker._get_evaluation_environment, worker._execution_logic
    worker.redriven = 0

    @wraps(make)
    def make_with_progress(self: Any) -> Any:
        env = make(self)
        if env.progress is None:
            env.progress = Progress()
        return env

    @wraps(logic)
    def evaluate(self: Any) -> None:
        if not self.redriven:
            logic(self)
            return
        self._get_evaluation_entrypoint().eval(self.env)
        self._execution_communication.terminated()

    worker._get_evaluation_environment, worker._execution_logic = make_with_progress, evaluate


def answer_redrives(module: ModuleType) -> None:
    """Answer RedriveExecution."""
    from localstack.aws.api.stepfunctions import ExecutionNotRedrivable, RedriveExecutionOutput

    def redrive_execution(
        self: Any, context: Any, execution_arn: str, client_token: str | None = None, **_: Any
    ) -> Any:
        self._validate_state_machine_execution_arn(execution_arn)
        execution = self._get_execution(context=context, execution_arn=execution_arn)
        if execution.sm_type != module.StateMachineType.STANDARD:
            self._raise_resource_type_not_in_context(resource_type=execution.sm_type)
        with _redriving:
            if (done := _known(execution, client_token)) is not None:
                return RedriveExecutionOutput(redriveDate=done)
            reason = reason_against(execution)
            if reason is None and getattr(execution, "map_run_arn", None) is not None:
                reason = "Child workflow executions are redriven by redriving the execution of their Map Run"
            if reason is not None:
                raise ExecutionNotRedrivable(reason)
            execution.redrive()
            if client_token is not None:
                execution.redrive_token = (client_token, execution.redrive_date)
        return RedriveExecutionOutput(redriveDate=execution.redrive_date)

    module.StepFunctionsProvider.redrive_execution = redrive_execution


def _known(execution: Any, token: str | None) -> datetime | None:
    """Return when a request with the same client token was answered, if that is not long ago."""
    known, date = getattr(execution, "redrive_token", (None, None))
    if token is None or token != known or date is None or datetime.now(tz=UTC) - date > _TOKEN_LIFE:
        return None
    return date  # type: ignore[no-any-return]
