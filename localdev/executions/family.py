"""Executions that started others: which ones a Task started, and which one started an execution."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from localdev.executions.text import json_object

if TYPE_CHECKING:
    from localdev.executions.events import Event
    from localdev.executions.history import History

_STARTED_BY: Final = "AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID"
"""The field of an input by which a parent names itself, by convention of
https://docs.aws.amazon.com/step-functions/latest/dg/concepts-nested-workflows.html."""


def child_of(event: Event) -> str | None:
    """Return the ARN of the execution that a ``states:startExecution`` task says it started."""
    if event.text("resourceType") != "states":
        return None
    arn = json_object(event.text("output")).get("ExecutionArn")
    return arn if isinstance(arn, str) else None


def named_parent(text: str | None) -> str | None:
    """Return the ARN of the execution that an input names as the one that started it."""
    arn = json_object(text).get(_STARTED_BY)
    return arn if isinstance(arn, str) and ":execution:" in arn else None


def started_by(history: History) -> tuple[str, ...]:
    """Return the ARNs of the executions that a history's tasks started, in order."""
    found = (attempt.child for visit in history.visits for attempt in visit.attempts)
    return tuple(dict.fromkeys(arn for arn in found if arn is not None))


def map_runs_of(history: History) -> tuple[str, ...]:
    """Return the ARNs of the Map runs of a history's distributed Maps, in order."""
    return tuple(dict.fromkeys(visit.map_run_arn for visit in history.visits if visit.map_run_arn is not None))
