"""Distributed Map states, whole: children that are executions, readers, batches, tolerated failures, result files."""

from localstack_corrections.correction import Correction
from localstack_corrections.stepfunctions.asl import ASL, EXECUTION, ITERATION, MAP, PROVIDER
from localstack_corrections.stepfunctions.distributed_map.api import (
    answer_for_map_runs,
    describe_children,
    describe_counts,
    describe_express_children,
)
from localstack_corrections.stepfunctions.distributed_map.fields import read_fields, read_tested_fields
from localstack_corrections.stepfunctions.distributed_map.state import evaluate_here


def _patch_provider(module: object) -> None:
    answer_for_map_runs(module)  # type: ignore[arg-type]
    describe_express_children(module)  # type: ignore[arg-type]


CORRECTION = Correction(
    name="distributed-map",
    localstack=(
        "Rejects `ItemBatcher`, Express children and most of `ItemReader`, runs the items of a distributed Map inside "
        "its execution, tolerates every failure and writes no results."
    ),
    aws=(
        "Each item or batch is a child execution with a history of its own. A Map Run fails with "
        "`States.ExceedToleratedFailureThreshold`, `States.ItemReaderFailed` or `States.ResultWriterFailed`, and "
        "ResultWriter writes a manifest and a file for each outcome."
    ),
    source="https://docs.aws.amazon.com/step-functions/latest/dg/state-map-distributed.html",
    patches={
        f"{ASL}.parse.asl_parser": read_fields,
        f"{ASL}.parse.test_state.asl_parser": read_tested_fields,
        f"{MAP}.state_map": evaluate_here,
        f"{ITERATION}.itemprocessor.map_run_record": describe_counts,
        EXECUTION: describe_children,
        PROVIDER: _patch_provider,
    },
)
