"""What the pages show, made of what was read."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from console.shown import mark_class
from executions.graph import SIGNS, Mark, mark_of
from executions.history import Status
from executions.origin import origin_of
from executions.text import failure_text

if TYPE_CHECKING:
    from datetime import timedelta

    from console.reading import Told
    from executions.client import Execution
    from executions.history import Attempt, History, Iteration, Visit

_WIDTH: Final = 1000
"""Of a timeline, in units of its drawing."""
_THINNEST: Final = 6
_MOST_BARS: Final = 200
_STRIP: Final = 12
_AWS_CONSOLES: Final = {
    "aws": "console.aws.amazon.com",
    "aws-cn": "console.amazonaws.cn",
    "aws-us-gov": "console.amazonaws-us-gov.com",
}
"""By the partition of an ARN."""
_MOST_CHOICES: Final = 200
_GRAVE: Final = {Mark.FAILED, Mark.TIMED_OUT}


@dataclass(frozen=True)
class Bar:
    """A piece of a timeline's row."""

    x: float
    width: float
    mark: str


@dataclass(frozen=True)
class TimelineRow:
    """One visit."""

    visit: Visit
    name: str
    mark: str
    depth: int
    bars: tuple[Bar, ...]


@dataclass(frozen=True)
class StateView:
    """One state, at one of its visits."""

    name: str
    type: str
    comment: str | None
    visits: tuple[Visit, ...]
    visit: Visit | None
    mark: str
    failure: str | None
    """Error and cause of the visit; of a Fail state, its own."""

    @property
    def choices(self) -> list[Visit]:
        """The visits to choose from: what failed first, then by item; of very many, only the first of these."""

        def rank(visit: Visit) -> tuple[bool, list[int], int]:
            return mark_of(visit) not in _GRAVE, [frame.index for frame in visit.frames], visit.index

        return sorted(self.visits, key=rank)[:_MOST_CHOICES]

    @property
    def items(self) -> list[Iteration]:
        """The items of a Map, in the same order."""
        iterations = self.visit.iterations if self.visit else ()
        return sorted(iterations, key=lambda item: (item.status != Status.FAILED, item.index))[:_MOST_CHOICES]

    def label(self, visit: Visit, history: History) -> str:
        """Return what tells one visit from the others: the item of a Map, or which time it was."""
        if not visit.frames:
            return f"#{self.visits.index(visit) + 1}"
        frames = [
            f"{history.visits[frame.container].state} {frame.index}"
            for frame in visit.frames
            if history.visits[frame.container].type == "Map"
        ]
        return " · ".join(frames) or f"#{self.visits.index(visit) + 1}"


@dataclass(frozen=True)
class ExecutionView:
    """The page of one execution."""

    told: Told
    state: StateView | None
    timeline: tuple[TimelineRow, ...]
    ticks: tuple[timedelta, ...]
    """Times since the start, evenly along the timeline."""
    hidden_rows: int
    spare_rows: int
    """How many states have not been reached: rows kept free, so that nothing moves when they are."""
    strip: tuple[tuple[str, str, str], ...]
    """The way taken: name, mark and sign of each state, the middle of a long way left out."""
    graph_json: str
    seen: str
    """Names what this view shows: another one is shown where it differs."""
    origin: StateView | None = None
    """The state whose error made the execution fail, where that is not the one it ended in."""


def execution_view(told: Told, *, state: str | None, visit: int | None) -> ExecutionView:
    """Return the page of an execution with one state selected: the one asked for, or the one worth looking at."""
    history = told.history
    chosen = _chosen(told, state, visit)
    rows = _timeline(history)
    states = len(told.graph.nodes) if told.graph else 0
    return ExecutionView(
        told=told,
        state=chosen,
        timeline=tuple(rows[:_MOST_BARS]),
        ticks=_ticks(history),
        hidden_rows=max(len(rows) - _MOST_BARS, 0),
        spare_rows=max(min(states, 12) - len(rows), 0),
        strip=_strip(history),
        graph_json=json.dumps(told.graph.as_data()) if told.graph else "",
        seen=f"{len(history.events)}-{told.execution.status}",
        origin=_origin(told),
    )


def _origin(told: Told) -> StateView | None:
    found = origin_of(told.history, told.definition)
    if found is None or found.index == told.history.culprit:
        return None
    return state_view(told, found.state, found)


def _chosen(told: Told, state: str | None, visit: int | None) -> StateView | None:
    history = told.history
    if visit is not None and 0 <= visit < len(history.visits):
        return state_view(told, history.visits[visit].state, history.visits[visit])
    if state is not None:
        return state_view(told, state, None)
    looked_at = origin_of(history, told.definition) or _worth_looking_at(history)
    return state_view(told, looked_at.state, looked_at) if looked_at else None


def _worth_looking_at(history: History) -> Visit | None:
    """Return what is at work, what did not go smoothly, or what came last."""
    latest = list(reversed(history.visits))
    for marks in ({Mark.RUNNING, Mark.TIMED_OUT}, {Mark.CAUGHT, Mark.RETRIED, Mark.ABORTED}):
        found = next((visit for visit in latest if mark_of(visit) in marks), None)
        if found is not None:
            return found
    return latest[0] if latest else None


def state_view(told: Told, name: str, visit: Visit | None) -> StateView | None:
    """Return one state; the last of its visits unless one is given. ``None`` where there is no such state."""
    visits = tuple(told.history.visits_of(name))
    place = (
        next((place for place in told.definition.walk() if place.state.name == name), None) if told.definition else None
    )
    if not visits and place is None:
        return None
    looked_at = visit or (visits[-1] if visits else None)
    own = place.state if place else None
    return StateView(
        name=name,
        type=own.type if own else visits[0].type,
        comment=own.comment if own else None,
        visits=visits,
        visit=looked_at,
        mark=mark_class(mark_of(looked_at)) if looked_at else "not-reached",
        failure=_failure(looked_at, own.error if own else None, own.cause if own else None),
    )


def _failure(visit: Visit | None, error: str | None, cause: str | None) -> str | None:
    if visit is None:
        return None
    if visit.failure is not None and (visit.failure.error or visit.failure.cause):
        return failure_text(visit.failure.error, visit.failure.cause)
    return failure_text(error, cause) if visit.type == "Fail" else None


def _strip(history: History) -> tuple[tuple[str, str, str], ...]:
    path = [(_named(visit, history), mark_class(mark_of(visit)), SIGNS[mark_of(visit)]) for visit in history.path()]
    if len(path) <= _STRIP:
        return tuple(path)
    half = _STRIP // 2
    return (*path[:half], (f"{len(path) - 2 * half} more", "not-reached", "…"), *path[-half:])


def _named(visit: Visit, history: History) -> str:
    """Return a state's name, and that of the state inside of it that it failed in."""
    culprit = history.visits[history.culprit] if history.culprit is not None else None
    inside = culprit is not None and any(frame.container == visit.index for frame in culprit.frames)
    return f"{visit.state} › {culprit.state}" if culprit and inside else visit.state  # noqa: RUF001 - a chevron is meant


def _timeline(history: History) -> list[TimelineRow]:
    if not history.events:
        return []
    last = _reaches(history)
    scale = _Scale(history.events[0].at, last)
    return [
        TimelineRow(
            visit=visit,
            name=visit.state,
            mark=mark_class(mark_of(visit)),
            depth=min(len(visit.frames), 4),
            bars=tuple(_bars(visit, scale, last)),
        )
        for visit in _nested(history)
    ]


def _reaches(history: History) -> datetime:
    """Return the end of the timeline: of what runs, now."""
    last = history.events[-1].at
    return max(last, datetime.now(UTC)) if history.status is Status.RUNNING else last


def _ticks(history: History) -> tuple[timedelta, ...]:
    if not history.events:
        return ()
    span = _reaches(history) - history.events[0].at
    return tuple(span * quarter / 4 for quarter in range(5))


def _nested(history: History) -> list[Visit]:
    """Return what is inside of a Parallel or Map right beneath it, branch by branch."""
    inside: dict[int | None, list[Visit]] = {}
    for visit in history.visits:
        inside.setdefault(visit.frames[-1].container if visit.frames else None, []).append(visit)
    ordered: list[Visit] = []

    def add(container: int | None) -> None:
        for visit in sorted(inside.get(container, []), key=lambda each: [f.index for f in each.frames[-1:]]):
            ordered.append(visit)
            add(visit.index)

    add(None)
    return ordered


class _Scale:
    def __init__(self, began: datetime, last: datetime) -> None:
        self._began = began
        self._span = max((last - began).total_seconds(), 0.001)

    def at(self, moment: datetime) -> float:
        return round((moment - self._began).total_seconds() / self._span * _WIDTH, 1)


def _bars(visit: Visit, scale: _Scale, last: datetime) -> list[Bar]:
    bars = [_bar(visit.at, visit.ended or last, mark_class(mark_of(visit)), scale)]
    if len(visit.attempts) > 1:
        bars += [_bar(tried.at, tried.ended or last, f"try {_attempt_mark(tried)}", scale) for tried in visit.attempts]
    return bars


def _bar(began: datetime, ended: datetime, mark: str, scale: _Scale) -> Bar:
    width = max(scale.at(ended) - scale.at(began), _THINNEST)
    return Bar(min(scale.at(began), _WIDTH - _THINNEST), width, mark)


def _attempt_mark(attempt: Attempt) -> str:
    return attempt.status.value.lower().replace("_", "-")


def execution_url(arn: str, state: str | None = None) -> str:
    """Return the page of an execution, with one of its states looked at."""
    return f"/executions/{quote(arn, safe=':')}{f'?state={quote(state)}' if state else ''}"


def aws_console_url(execution: Execution, region: str | None) -> str | None:
    """Return the same execution in AWS's own console; ``None`` where it is not in AWS."""
    if region is None:
        return None
    arn = execution.arn
    console = _AWS_CONSOLES.get(arn.split(":")[1], _AWS_CONSOLES["aws"])
    kind, query = "v2/executions", ""
    if execution.is_express:
        # it is looked for in the log group, from its beginning
        kind, query = "express-executions", f"?startDate={int(execution.started.timestamp() * 1000)}"
    return f"https://{region}.{console}/states/home?region={region}#/{kind}/details/{quote(arn, safe=':')}{query}"
