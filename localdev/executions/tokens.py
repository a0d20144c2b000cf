"""Tasks that wait for somebody to send back their token."""

from __future__ import annotations

import json
from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from operator import attrgetter
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from localdev.executions.definition import State
    from localdev.executions.events import Event
    from localdev.executions.history import Attempt, Visit

_WAITS: Final = ".waitForTaskToken"
_PATH: Final = "$$.Task.Token"
_EXPRESSION: Final = "$states.context.Task.Token"
_UNLIMITED: Final = 99_999_999
"""``TimeoutSeconds`` of a task that has none."""


@dataclass(frozen=True)
class WaitingTask:
    """An attempt that has been submitted and not been answered."""

    token: str | None
    """``None`` where it was sent as a part of a larger text, or has not been scheduled yet."""
    since: datetime
    deadline: datetime | None
    """When it times out; ``None`` without a time limit."""
    heartbeat: timedelta | None
    """Longest time between two heartbeats; ``None`` where none are awaited."""


def waits_for_token(state: State) -> bool:
    """Return whether a state waits until its task token is sent back."""
    return (state.resource or "").endswith(_WAITS)


def limit_of_attempt(
    limit: Literal["Timeout", "Heartbeat"], state: State | None, attempt: Attempt, events: Sequence[Event]
) -> float | None:
    """Return a limit of an attempt in seconds: as it was scheduled, since it may be computed, else as it is written."""
    place = bisect_left(events, attempt.scheduled, key=attrgetter("id"))
    scheduled = events[place] if place < len(events) and events[place].id == attempt.scheduled else None
    computed = scheduled.number(f"{limit.lower()}InSeconds") if scheduled else None
    written = state.source.get(f"{limit}Seconds") if state else None
    seconds = written if computed is None else computed
    if not isinstance(seconds, int | float) or isinstance(seconds, bool):
        return None
    return seconds if seconds < _UNLIMITED else None


def waiting_task(state: State, visit: Visit, events: Sequence[Event]) -> WaitingTask | None:
    """Return what a visit waits for; ``None`` where it waits for no token, or not any more."""
    if not waits_for_token(state) or not visit.attempts or visit.ended is not None:
        return None
    attempt = visit.attempts[-1]
    if attempt.ended is not None:
        return None
    timeout = limit_of_attempt("Timeout", state, attempt, events)
    heartbeat = limit_of_attempt("Heartbeat", state, attempt, events)
    written = state.source.get("Parameters", state.source.get("Arguments"))
    try:
        sent = json.loads(attempt.input or "null")
    except (ValueError, RecursionError):
        sent = None
    return WaitingTask(
        _token(written, sent),
        attempt.at,
        attempt.at + timedelta(seconds=timeout) if timeout is not None else None,
        timedelta(seconds=heartbeat) if heartbeat is not None else None,
    )


def _token(written: object, sent: object) -> str | None:
    """Return what was sent where the definition has the token."""
    if isinstance(written, str):
        is_token = written.strip().removeprefix("{%").removesuffix("%}").strip() in {_EXPRESSION, _PATH}
        return sent if is_token and isinstance(sent, str) else None
    if isinstance(written, Mapping) and isinstance(sent, Mapping):
        pairs = [(value, sent.get(str(key).removesuffix(".$"))) for key, value in written.items()]
    elif isinstance(written, list) and isinstance(sent, list):
        pairs = list(zip(written, sent, strict=False))
    else:
        return None
    return next((token for value, there in pairs if (token := _token(value, there)) is not None), None)
