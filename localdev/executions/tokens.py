"""Tasks that wait for somebody to send back their token."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from datetime import datetime

    from localdev.executions.definition import State
    from localdev.executions.history import Visit

_WAITS: Final = ".waitForTaskToken"
_PATH: Final = "$$.Task.Token"
_EXPRESSION: Final = "$states.context.Task.Token"


@dataclass(frozen=True)
class WaitingTask:
    """An attempt that has been submitted and not been answered."""

    token: str | None
    """``None`` where it was sent as a part of a larger text, or has not been scheduled yet."""
    since: datetime
    deadline: datetime | None
    """When it times out; ``None`` without ``TimeoutSeconds``."""
    heartbeat: timedelta | None
    """Longest time between two heartbeats; ``None`` without ``HeartbeatSeconds``."""


def waits_for_token(state: State) -> bool:
    """Return whether a state waits until its task token is sent back."""
    return (state.resource or "").endswith(_WAITS)


def waiting_task(state: State, visit: Visit) -> WaitingTask | None:
    """Return what a visit waits for; ``None`` where it waits for no token, or not any more."""
    if not waits_for_token(state) or not visit.attempts or visit.ended is not None:
        return None
    attempt = visit.attempts[-1]
    if attempt.ended is not None:
        return None
    timeout, heartbeat = (_seconds(state.source.get(key)) for key in ("TimeoutSeconds", "HeartbeatSeconds"))
    written = state.source.get("Parameters", state.source.get("Arguments"))
    try:
        sent = json.loads(attempt.input or "null")
    except (ValueError, RecursionError):
        sent = None
    return WaitingTask(_token(written, sent), attempt.at, attempt.at + timeout if timeout else None, heartbeat)


def _seconds(value: object) -> timedelta | None:
    return timedelta(seconds=value) if isinstance(value, int | float) and not isinstance(value, bool) else None


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
