"""The timeline of an execution: one row for each state, however often it was visited, with a bar for each visit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from operator import attrgetter
from typing import TYPE_CHECKING, Final

from localdev.console.shown import mark_class
from localdev.executions.graph import Mark, gravest, mark_of
from localdev.executions.history import Status

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from localdev.executions.history import Attempt, History, Visit

WIDTH: Final = 1000
"""Of a timeline, in units of its drawing."""
_THINNEST: Final = 6
_THINNEST_OF_MANY: Final = 2
_CLOSE: Final = 1.0
"""Bars of one mark that are nearer to one another are drawn as one."""
_DEEPEST: Final = 4
_GRAVE: Final = {Mark.FAILED, Mark.TIMED_OUT}


@dataclass(frozen=True)
class Bar:
    """A piece of a timeline's row."""

    x: float
    width: float
    mark: str


@dataclass(frozen=True)
class TimelineRow:
    """One state and its visits."""

    visit: Visit
    """The one that a click leads to: what failed first, else the last."""
    name: str
    mark: str
    depth: int
    bars: tuple[Bar, ...]
    times: int
    """How often the state was visited."""


def timeline(history: History, visits: Sequence[Visit]) -> list[TimelineRow]:
    """Return the rows of these visits, what is inside of a Parallel or Map beneath it, branch by branch."""
    if not history.events or not visits:
        return []
    began, last = span(history, visits)
    scale = _Scale(began, last)
    grouped: dict[str, list[Visit]] = {}
    for visit in visits:
        grouped.setdefault(visit.state, []).append(visit)
    outermost = min(len(visit.frames) for visit in visits)
    return [_row(grouped[name], outermost, scale, last) for name in _nested(history, grouped)]


def span(history: History, visits: Sequence[Visit]) -> tuple[datetime, datetime]:
    """Return the beginning and the end of a timeline: of what runs, now; of some of the visits, theirs."""
    last = history.events[-1].at
    if history.status is Status.RUNNING:
        last = max(last, datetime.now(UTC))
    if not visits or len(visits) == len(history.visits):
        return history.events[0].at, last
    return min(visit.at for visit in visits), max(visit.ended or last for visit in visits)


def ticks(history: History, visits: Sequence[Visit]) -> tuple[timedelta, ...]:
    """Return times since the execution's start, evenly along the timeline."""
    if not history.events:
        return ()
    began, last = span(history, visits)
    return tuple((began - history.events[0].at) + (last - began) * quarter / 4 for quarter in range(5))


def _nested(history: History, grouped: dict[str, list[Visit]]) -> list[str]:
    inside: dict[str | None, list[tuple[list[int], str]]] = {}
    for name, (first, *_) in grouped.items():
        around = history.visits[first.frames[-1].container].state if first.frames else None
        is_parallel = around is not None and history.visits[first.frames[-1].container].type == "Parallel"
        branch = [first.frames[-1].index] if is_parallel else []
        inside.setdefault(around if around in grouped else None, []).append((branch, name))
    ordered: list[str] = []

    def add(container: str | None) -> None:
        for _, name in sorted(inside.get(container, []), key=lambda each: each[0]):
            ordered.append(name)
            add(name)

    add(None)
    return ordered


def _row(visits: list[Visit], outermost: int, scale: _Scale, last: datetime) -> TimelineRow:
    mark = gravest(mark_of(visit) for visit in visits)
    from_first = visits if mark in _GRAVE else visits[::-1]
    looked_at = next(visit for visit in from_first if mark_of(visit) is mark)
    return TimelineRow(
        visit=looked_at,
        name=looked_at.state,
        mark=mark_class(mark),
        depth=min(len(looked_at.frames) - outermost, _DEEPEST),
        bars=tuple(_bars(visits[0], scale, last) if len(visits) == 1 else _many_bars(visits, scale, last)),
        times=len(visits),
    )


class _Scale:
    def __init__(self, began: datetime, last: datetime) -> None:
        self._began = began
        self._span = max(last - began, timedelta(milliseconds=1)) / WIDTH

    def at(self, moment: datetime) -> float:
        return (moment - self._began) / self._span


def _bars(visit: Visit, scale: _Scale, last: datetime) -> Iterable[Bar]:
    yield _bar(visit.at, visit.ended or last, mark_class(mark_of(visit)), scale)
    if len(visit.attempts) > 1:
        for tried in visit.attempts:
            yield _bar(tried.at, tried.ended or last, f"try {_attempt_mark(tried)}", scale)


def _many_bars(visits: list[Visit], scale: _Scale, last: datetime) -> Iterable[Bar]:
    """Yield a bar for each visit; those of one mark that touch are one, so that there are never too many to draw."""
    found: dict[Mark, list[list[float]]] = {}
    for visit in sorted(visits, key=attrgetter("at")):
        x = min(scale.at(visit.at), WIDTH - _THINNEST_OF_MANY)
        end = max(scale.at(visit.ended or last), x + _THINNEST_OF_MANY)
        same = found.setdefault(mark_of(visit), [])
        if same and x - same[-1][1] < _CLOSE:
            same[-1][1] = max(same[-1][1], end)
        else:
            same.append([x, end])
    for mark, bars in found.items():
        name = mark_class(mark)
        for x, end in bars:
            yield Bar(round(x, 1), round(end - x, 1), name)


def _bar(began: datetime, ended: datetime, mark: str, scale: _Scale) -> Bar:
    x = scale.at(began)
    return Bar(round(min(x, WIDTH - _THINNEST), 1), round(max(scale.at(ended) - x, _THINNEST), 1), mark)


def _attempt_mark(attempt: Attempt) -> str:
    return attempt.status.value.lower().replace("_", "-")
