"""RedriveExecution: only what failed runs again."""

from localstack_corrections.correction import Correction
from localstack_corrections.stepfunctions.asl import (
    ENVIRONMENT,
    EXECUTION,
    ITERATION,
    PARALLEL,
    PROGRAM,
    PROVIDER,
    STATE,
    WORKER,
)
from localstack_corrections.stepfunctions.redrive.executions import (
    answer_redrives,
    begin_with_progress,
    redrive_executions,
)
from localstack_corrections.stepfunctions.redrive.states import (
    begin_map_attempts,
    begin_where_it_failed,
    note_states,
    run_unfinished_branches,
    run_unfinished_items,
    share_progress,
)

CORRECTION = Correction(
    name="redrive",
    localstack="Has no RedriveExecution.",
    aws=(
        "RedriveExecution goes on with an execution that failed, timed out or was stopped in the last 14 days: at the "
        "state that failed, with its input, and in Parallel and Map states only what did not end well."
    ),
    source="https://docs.aws.amazon.com/step-functions/latest/dg/redrive-executions.html",
    patches={
        ENVIRONMENT: share_progress,
        STATE: note_states,
        PROGRAM: begin_where_it_failed,
        f"{PARALLEL}.branches_decl": run_unfinished_branches,
        f"{ITERATION}.inline_iteration_component": begin_map_attempts,
        f"{ITERATION}.iteration_worker": run_unfinished_items,
        EXECUTION: redrive_executions,
        WORKER: begin_with_progress,
        PROVIDER: answer_redrives,
    },
)
