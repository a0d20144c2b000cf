"""Corrections of Step Functions, in the order they apply."""

from localstack_corrections.correction import Correction
from localstack_corrections.stepfunctions import (
    activities,
    choice_rules,
    distributed_map,
    ends,
    error_names,
    execution_lists,
    history_limit,
    history_pages,
    intrinsics,
    jsonata,
    jsonpath,
    kept_executions,
    redrive,
    task_tokens,
    validation,
)

CORRECTIONS: tuple[Correction, ...] = (
    validation.CORRECTION,
    jsonata.CORRECTION,
    jsonpath.CORRECTION,
    choice_rules.CORRECTION,
    intrinsics.CORRECTION,
    error_names.CORRECTION,
    task_tokens.CORRECTION,
    activities.CORRECTION,
    ends.CORRECTION,
    history_limit.CORRECTION,
    distributed_map.CORRECTION,
    history_pages.CORRECTION,
    execution_lists.CORRECTION,
    redrive.CORRECTION,
    kept_executions.CORRECTION,
)
