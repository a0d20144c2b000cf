"""Names of the Step Functions modules of LocalStack that corrections patch."""

from typing import Final

SERVICE: Final = "localstack.services.stepfunctions"
ASL: Final = f"{SERVICE}.asl"
COMMON: Final = f"{ASL}.component.common"
EXECUTION_STATE: Final = f"{ASL}.component.state.state_execution"
MAP: Final = f"{EXECUTION_STATE}.state_map"
ITERATION: Final = f"{MAP}.iteration"
PARALLEL: Final = f"{EXECUTION_STATE}.state_parallel"
TASK: Final = f"{EXECUTION_STATE}.state_task"
TASK_SERVICE: Final = f"{TASK}.service"
PROVIDER: Final = f"{SERVICE}.provider"
EXECUTION: Final = f"{SERVICE}.backend.execution"
WORKER: Final = f"{SERVICE}.backend.execution_worker"
ENVIRONMENT: Final = f"{ASL}.eval.environment"
EVENT_MANAGER: Final = f"{ASL}.eval.event.event_manager"
CALLBACK: Final = f"{ASL}.eval.callback.callback"
PROGRAM: Final = f"{ASL}.component.program.program"
STATE: Final = f"{ASL}.component.state.state"

TERMINAL: Final = frozenset({"ExecutionSucceeded", "ExecutionFailed", "ExecutionTimedOut", "ExecutionAborted"})
"""The events that end a history."""
