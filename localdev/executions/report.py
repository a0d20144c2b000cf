"""An execution in plain text, for a terminal or a test's report."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from localdev.executions.graph import SIGNS, mark_of
from localdev.executions.text import duration_text, failure_text, one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mypy_boto3_stepfunctions import SFNClient

    from localdev.executions.events import Event
    from localdev.executions.history import History, Visit

_ARROW: Final = " → "
_LONGEST_DETAIL: Final = 120
_LONGEST_PATH: Final = 12
_ENDS: Final = 5
_DETAILS: Final = ("error", "cause", "output", "resource", "parameters", "input")


def path_line(history: History) -> str:
    """Return the way the execution took, each state with its sign: ``Look ✓ → Enough? ✓ → Sorry ✗``.

    Of a very long way, the middle is left out. A state that failed since one inside of it did names that one.
    """
    path = [_signed(visit, history) for visit in history.path()]
    if len(path) > _LONGEST_PATH:
        path = [*path[:_ENDS], f"… {len(path) - 2 * _ENDS} more …", *path[-_ENDS:]]
    return _ARROW.join(path)


def _signed(visit: Visit, history: History) -> str:
    sign = f"{one_line(visit.state)} {SIGNS[mark_of(visit)]}"
    if history.culprit is None:
        return sign
    culprit = history.visits[history.culprit]
    inside = any(frame.container == visit.index for frame in culprit.frames)
    return f"{sign} ({_signed_inside(culprit, visit, history)})" if inside else sign


def _signed_inside(culprit: Visit, container: Visit, history: History) -> str:
    frame = next(frame for frame in culprit.frames if frame.container == container.index)
    where = f"item {frame.index}: " if container.type == "Map" else ""
    same = [visit for visit in history.visits if visit.frames == culprit.frames]
    return where + _ARROW.join(f"{one_line(visit.state)} {SIGNS[mark_of(visit)]}" for visit in same)


@dataclass(frozen=True)
class Row:
    """One event as a line."""

    id: int
    seconds: float
    """Since the first event."""
    type: str
    state: str
    """The state it belongs to, with the item's index where it is about an item of a Map."""
    detail: str
    """The one thing worth knowing of it, on one line."""
    injected: str = ""
    """What a test has put in place of the real thing."""

    def as_data(self) -> dict[str, object]:
        """Return the same as an object, ready for JSON."""
        return (
            {"id": self.id, "seconds": round(self.seconds, 3), "type": self.type, "state": self.state}
            | ({"detail": self.detail} if self.detail else {})
            | ({"injected": self.injected} if self.injected else {})
        )

    @property
    def summary(self) -> str:
        """The detail, after what was injected."""
        return f"[{self.injected}] {self.detail}".rstrip() if self.injected else self.detail


def rows(history: History, limit: int | None = _LONGEST_DETAIL, *, events: Iterable[Event] | None = None) -> list[Row]:
    """Return every event of the history, or some ``events`` of it, as rows; ``limit`` is the longest detail."""
    if not history.events:
        return []
    began = history.events[0].at
    return [
        Row(
            event.id,
            (event.at - began).total_seconds(),
            event.type,
            _state(event, history),
            _detail(event, limit),
            history.injected.get(event.id, ""),
        )
        for event in (history.events if events is None else events)
    ]


def _state(event: Event, history: History) -> str:
    index = event.number("index")
    if index is not None:
        return f"{one_line(event.text('name') or '')} [{index}]"
    visit = history.visit_of.get(event.id)
    return "" if visit is None else one_line(history.visits[visit].state)


def _detail(event: Event, limit: int | None) -> str:
    failure = failure_text(event.text("error"), event.text("cause"))
    detail = failure or next((text for key in _DETAILS if (text := event.text(key))), "")
    return one_line(detail, limit)


def history_text(history: History) -> str:
    """Return status, path, failure and every event of an execution, as lines of plain text."""
    reason = failure_text(history.failure.error, history.failure.cause) if history.failure else None
    lasted = history.events[-1].at - history.events[0].at if history.events else None
    lines = [
        f"{history.status}{f'  after {duration_text(lasted)}' if lasted else ''}",
        *([reason] if reason else []),
        path_line(history),
        f"input   {one_line(history.input or '', _LONGEST_DETAIL)}",
        *([f"output  {one_line(history.output, _LONGEST_DETAIL)}"] if history.output else []),
        *history.remarks,
        "",
        *event_lines(rows(history)),
    ]
    return "\n".join(line.rstrip() for line in lines)


def event_lines(listed: Sequence[Row]) -> list[str]:
    """Return the rows as lines of a table: id, seconds since the start, type, state, detail."""
    types = max((len(row.type) for row in listed), default=0)
    states = max((len(row.state) for row in listed), default=0)
    return [
        f"{row.id:>5}  {row.seconds:9.3f} s  {row.type:<{types}}  {row.state:<{states}}  {row.summary}"
        for row in listed
    ]


def report_text(client: SFNClient, execution_arn: str) -> str:
    """Return an execution read through a boto3 client, as :func:`history_text` tells it.

    :raises botocore.exceptions.ClientError: there is no such execution.
    """
    from localdev.executions.growing import history_of

    return history_text(history_of(client, execution_arn))
