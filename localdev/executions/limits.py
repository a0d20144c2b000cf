"""Name the limit that a time-out was of: histories say ``States.Timeout`` of each, and nothing else."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from localdev.executions.history import Status
from localdev.executions.text import duration_text
from localdev.executions.tokens import limit_of_attempt, waits_for_token

if TYPE_CHECKING:
    from collections.abc import Sequence

    from localdev.executions.definition import Definition, State
    from localdev.executions.events import Event
    from localdev.executions.history import History, Visit

_TIMEOUT: Final = "States.Timeout"
_HEARTBEAT: Final = "States.HeartbeatTimeout"
_MINUTE: Final = 60


def limit_of_execution(history: History, definition: Definition | None) -> str | None:
    """Return which limit an execution passed that timed out as a whole; ``None`` of any other."""
    if history.status is not Status.TIMED_OUT:
        return None
    seconds = definition.timeout_seconds if definition else None
    if seconds is None:
        return "The execution took longer than an execution may."
    return f"The execution took longer than {_shown(seconds)}, its state machine's TimeoutSeconds."


def limit_of_visit(visit: Visit, state: State | None, events: Sequence[Event]) -> str | None:
    """Return which limit a visit passed; ``None`` where it ended in another way, or in a way that says so itself."""
    failure = visit.failure
    if failure is None or failure.error not in {_TIMEOUT, _HEARTBEAT} or failure.cause or not visit.attempts:
        return None
    timeout = limit_of_attempt("Timeout", state, visit.attempts[-1], events)
    heartbeat = limit_of_attempt("Heartbeat", state, visit.attempts[-1], events)
    waits = state is not None and waits_for_token(state)
    if heartbeat is not None and (failure.error == _HEARTBEAT or timeout is None):
        who = "whoever has the task token" if waits else "the task"
        return f"No heartbeat came from {who} for {_shown(heartbeat)}, its HeartbeatSeconds."
    limit = f"{_shown(timeout)}, its TimeoutSeconds" if timeout is not None else "its TimeoutSeconds"
    if waits:
        return f"Nobody answered the task token within {limit}."
    return f"The task took longer than {limit}."


def _shown(seconds: float) -> str:
    return f"{seconds:g} s" if seconds < _MINUTE else duration_text(timedelta(seconds=seconds))
