"""The items of a Map and the branches of a Parallel, and what an execution did in one of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from localdev.executions.history import Frame, Status

if TYPE_CHECKING:
    from collections.abc import Iterator

    from localdev.executions.history import History, Visit

_GRAVEST_FIRST = (Status.FAILED, Status.TIMED_OUT, Status.RUNNING, Status.ABORTED)


@dataclass(frozen=True)
class Item:
    """One item of a Map or one branch of a Parallel, in the container's last round."""

    index: int
    status: Status | None
    """``None`` where it has not been started."""


@dataclass(frozen=True)
class ChosenItem:
    """One item of one visit of a Map or Parallel."""

    container: int
    """The index of the container's visit."""
    index: int


def items_of(visit: Visit, history: History) -> tuple[Item, ...]:
    """Return the items of a Map's or the branches of a Parallel's visit, by index; none of any other state."""
    if visit.type == "Map":
        found = {item.index: item.status for item in visit.iterations if item.round == visit.rounds}
        count = max(visit.items or 0, max(found, default=-1) + 1)
        return tuple(Item(index, found.get(index)) for index in range(count))
    if visit.type == "Parallel":
        return _branches(visit, history)
    return ()


def _branches(visit: Visit, history: History) -> tuple[Item, ...]:
    found: dict[int, list[Visit]] = {}
    for inner in history.visits:
        frame = next((frame for frame in inner.frames if frame.container == visit.index), None)
        if frame is not None and frame.round == visit.rounds and len(inner.frames) == len(visit.frames) + 1:
            found.setdefault(frame.index, []).append(inner)
    return tuple(Item(index, _status_of(found[index])) for index in sorted(found))


def _status_of(visits: list[Visit]) -> Status:
    last = visits[-1]
    if last.exited is not None:
        return Status.SUCCEEDED
    if last.status is Status.CAUGHT:
        # nothing of its own branch handled it
        return Status.FAILED
    return next((status for status in _GRAVEST_FIRST if last.status is status), Status.SUCCEEDED)


def is_inside(visit: Visit, chosen: ChosenItem, rounds: int) -> bool:
    """Return whether a visit belongs to the item, at any depth, in the container's last round."""
    return Frame(chosen.container, chosen.index, rounds) in visit.frames


def inside(history: History, chosen: ChosenItem) -> tuple[Visit, ...]:
    """Return the visits of one item, in order."""
    rounds = history.visits[chosen.container].rounds
    return tuple(visit for visit in history.visits if is_inside(visit, chosen, rounds))


def without_others(history: History, chosen: ChosenItem) -> frozenset[int]:
    """Return the indexes of all visits but those of the container's other items and rounds."""
    rounds = history.visits[chosen.container].rounds
    return frozenset(
        visit.index
        for visit in history.visits
        if all(frame.container != chosen.container for frame in visit.frames) or is_inside(visit, chosen, rounds)
    )


def events_of(history: History, chosen: ChosenItem) -> frozenset[int]:
    """Return the ids of the events of one item."""
    name = history.visits[chosen.container].state
    visits = {visit.index for visit in inside(history, chosen)}
    return frozenset(
        event.id
        for event in history.events
        if history.visit_of.get(event.id) in visits
        or (event.number("index") == chosen.index and event.text("name") == name)
    )


def containing(history: History, visit: Visit, text: str) -> Iterator[int]:
    """Yield the indexes of a container's items whose input, output, error or cause has the text, whatever its case."""
    wanted = text.casefold()
    seen: set[int] = set()
    for inner in history.visits:
        frame = next((frame for frame in inner.frames if frame.container == visit.index), None)
        if frame is None or frame.index in seen:
            continue
        failure = inner.failure
        texts = (inner.input, inner.output, failure.error if failure else None, failure.cause if failure else None)
        if any(wanted in each.casefold() for each in texts if each):
            seen.add(frame.index)
            yield frame.index
