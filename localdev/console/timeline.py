"""The timeline of an execution: one row for each state, however often it was visited, with a bar for each visit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from localdev.console.shown import mark_class
from localdev.executions.graph import Mark, gravest, mark_of
from localdev.executions.history import Status

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import timedelta

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
        self._span = max((last - began).total_seconds(), 0.001)

    def at(self, moment: datetime) -> float:
        return round((moment - self._began).total_seconds() / self._span * WIDTH, 1)


def _bars(visit: Visit, scale: _Scale, last: datetime) -> Iterable[Bar]:
    yield _bar(visit.at, visit.ended or last, mark_class(mark_of(visit)), scale, _THINNEST)
    if len(visit.attempts) > 1:
        for tried in visit.attempts:
            yield _bar(tried.at, tried.ended or last, f"try {_attempt_mark(tried)}", scale, _THINNEST)


def _many_bars(visits: list[Visit], scale: _Scale, last: datetime) -> list[Bar]:
    """Return a bar for each visit; those of one mark that touch are one, so that there are never too many to draw."""
    found: dict[str, list[Bar]] = {}
    names = {mark: mark_class(mark) for mark in Mark}
    for visit in sorted(visits, key=lambda each: each.at):
        mark = mark_of(visit)
        bar = _bar(visit.at, visit.ended or last, names[mark], scale, _THINNEST_OF_MANY)
        same = found.setdefault(bar.mark, [])
        before = same[-1] if same else None
        if before is not None and bar.x - (before.x + before.width) < _CLOSE:
            same[-1] = Bar(before.x, max(before.width, round(bar.x + bar.width - before.x, 1)), bar.mark)
        else:
            same.append(bar)
    return [bar for bars in found.values() for bar in bars]


def _bar(began: datetime, ended: datetime, mark: str, scale: _Scale, thinnest: float) -> Bar:
    x = scale.at(began)
    return Bar(min(x, WIDTH - thinnest), max(round(scale.at(ended) - x, 1), thinnest), mark)


def _attempt_mark(attempt: Attempt) -> str:
    return attempt.status.value.lower().replace("_", "-")
