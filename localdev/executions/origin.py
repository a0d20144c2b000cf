"""The visit whose error started a failure: a Fail state that a Catch led to is only where it ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

from localdev.executions.definition import TransitionKind
from localdev.executions.history import Status

if TYPE_CHECKING:
    from collections.abc import Iterator

    from localdev.executions.definition import Definition, Machine
    from localdev.executions.history import History, Visit

_GRAVE = {Status.FAILED, Status.TIMED_OUT}


def origin_of(history: History, definition: Definition | None = None) -> Visit | None:
    """Return the visit whose error made the execution fail; ``None`` where it did not fail.

    Starts at the visit that ended the execution and goes back through the states that only error handling leads to,
    as far as the first state whose error was caught: what fails while an error is handled is not what started it.
    Without a definition only a Catch right before the end is followed.
    """
    if history.culprit is None:
        return None
    end = history.visits[history.culprit]
    ways = WaysBack(definition)
    at, caught = end, None
    while at.previous is not None and (at is end or ways.lead_on(at, caught)):
        at = history.visits[at.previous]
        if at.status is Status.CAUGHT:
            caught = at
    return innermost(history, caught) if caught else end


class WaysBack:
    """How far to go back from a failure: as long as the states on the way handle errors."""

    def __init__(self, definition: Definition | None) -> None:
        self.handlers = handlers_of(definition) if definition else frozenset[str]()
        self._after_errors = after_errors(definition) if definition else frozenset[str]()

    def lead_on(self, at: Visit, caught: Visit | None) -> bool:
        """Return whether what comes before a visit may have started it; ``caught`` has failed after that."""
        return at.state in (self.handlers if caught is None else self._after_errors)


def innermost(history: History, caught: Visit) -> Visit:
    """Return the failure inside of a Parallel or Map, or the visit itself."""
    inside = [
        visit
        for visit in history.visits
        if _has_failed(visit) and any(frame.container == caught.index for frame in visit.frames)
    ]
    return max(inside, key=lambda visit: (len(visit.frames), -visit.index), default=caught)


def _has_failed(visit: Visit) -> bool:
    """Return whether a visit failed and nothing within its own branch handled it."""
    return visit.status in _GRAVE or (visit.status is Status.CAUGHT and visit.exited is None)


def handlers_of(definition: Definition) -> frozenset[str]:
    """Return the names of the states that no way without an error leads to, or none of whose ways leads to success."""
    found = set(after_errors(definition))
    for machine in _machines(definition):
        succeeding = _succeeding(machine)
        found.update(state.name for state in machine.states if state.name not in succeeding)
    return frozenset(found)


def after_errors(definition: Definition) -> frozenset[str]:
    """Return the names of the states that no way without an error leads to."""
    found: set[str] = set()
    for machine in _machines(definition):
        reached = _reached_without_errors(machine)
        found.update(state.name for state in machine.states if state.name not in reached)
    return frozenset(found)


def _machines(definition: Definition) -> Iterator[Machine]:
    """Yield the machine, and those within its Maps and Parallels."""
    todo = [definition.machine]
    while todo:
        machine = todo.pop()
        yield machine
        todo += [inner for state in machine.states for inner in state.machines]


def _reached_without_errors(machine: Machine) -> set[str]:
    states = {state.name: state for state in machine.states}
    reached: set[str] = set()
    todo = [machine.start_at]
    while todo:
        name = todo.pop()
        if name in reached or name not in states:
            continue
        reached.add(name)
        todo += [way.target for way in states[name].transitions if way.kind is not TransitionKind.CATCH]
    return reached


def _succeeding(machine: Machine) -> set[str]:
    """Return the names of the states that lead to an end that is no Fail state, without an error."""
    found = {state.name for state in machine.states if state.ends and state.type != "Fail"}
    grows = True
    while grows:
        more = {
            state.name
            for state in machine.states
            if any(way.kind is not TransitionKind.CATCH and way.target in found for way in state.transitions)
        }
        grows = not more <= found
        found |= more
    return found
