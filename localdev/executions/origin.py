"""The visit whose error started a failure: a Fail state that a Catch led to is only where it ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

from localdev.executions.definition import TransitionKind
from localdev.executions.history import Status

if TYPE_CHECKING:
    from localdev.executions.definition import Definition, Machine
    from localdev.executions.history import History, Visit

_GRAVE = {Status.FAILED, Status.TIMED_OUT}


def origin_of(history: History, definition: Definition | None = None) -> Visit | None:
    """Return the visit whose error made the execution fail; ``None`` where it did not fail.

    Starts at the visit that ended the execution and goes back through the states that only error handling leads to,
    as far as the state whose error was caught. Without a definition only a Catch right before the end is followed.
    """
    if history.culprit is None:
        return None
    end = history.visits[history.culprit]
    handlers = handlers_of(definition) if definition else frozenset()
    at = end
    for _ in history.visits:
        if at.previous is None or (at is not end and at.state not in handlers):
            return end
        at = history.visits[at.previous]
        if at.status is Status.CAUGHT:
            return _innermost(history, at)
    return end


def _innermost(history: History, caught: Visit) -> Visit:
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
    found: set[str] = set()
    machines = [definition.machine]
    while machines:
        machine = machines.pop()
        reached = _reached_without_errors(machine)
        succeeding = _succeeding(machine)
        found.update(state.name for state in machine.states if state.name not in reached & succeeding)
        machines += [inner for state in machine.states for inner in state.machines]
    return frozenset(found)


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
