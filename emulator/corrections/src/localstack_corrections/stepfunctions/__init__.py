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
    texts,
    validation,
    variables,
)

CORRECTIONS: tuple[Correction, ...] = (
    validation.CORRECTION,
    texts.CORRECTION,
    jsonata.CORRECTION,
    jsonpath.CORRECTION,
    choice_rules.CORRECTION,
    intrinsics.CORRECTION,
    variables.CORRECTION,
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
STILL_DIFFERENT: tuple[str, ...] = (
    "JSONata: `$formatInteger(1e46, 'w')` and `$formatNumber(0.123, '#.e9')` are written otherwise than by jsonata-js.",
    "JSONata: AWS's bound of time is not known; ours is ten seconds of processor time for an expression.",
    (
        "JSONata: an expression that reads `$states.result` where a state has none is not rejected"
        " when the machine is created."
    ),
    (
        "Validation: where AWS's words are not known, the code and the location are AWS's and the message is ours;"
        " warnings (`NO_DOLLAR`, `NO_PATH`, `PASS_RESULT_IS_STATIC`) are not given."
    ),
    "Intrinsic functions: what follows `had the following error:` in a cause is our wording.",
)
"""What is known to differ from AWS, for docs/differences.md."""
