"""Corrections of Step Functions, in the order they apply."""

from localstack_corrections.correction import Correction
from localstack_corrections.stepfunctions import activities, ends, error_names, history_limit, task_tokens

CORRECTIONS: tuple[Correction, ...] = (
    error_names.CORRECTION,
    task_tokens.CORRECTION,
    activities.CORRECTION,
    ends.CORRECTION,
    history_limit.CORRECTION,
)
