"""Count what one execution has reached.

The counts are a ``Counter`` of the points' keys, which are text: counts of many executions, from several processes,
are added up.
"""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Final

from localdev.executions.choices import value_at
from localdev.executions.coverage_points import ITEMS, Kind, catchers_of, points_of, ways_of
from localdev.executions.history import Status

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from localdev.executions.coverage_points import Point, Way
    from localdev.executions.definition import Definition, State
    from localdev.executions.history import History, Visit

_ALL: Final = "States.ALL"
_TASK_FAILED: Final = "States.TaskFailed"
_TIMEOUT: Final = "States.Timeout"
_HEARTBEAT: Final = "States.HeartbeatTimeout"
_REDRIVEN: Final = "ExecutionRedriven"
STARTED: Final = "edge:start"
ENDED: Final = "edge:end\0"
STEPS: Final = "edge:step\0"
"""Counts for the drawing, whose edges are not points: it draws steps together that are points of their own."""


def counts_of(definition: Definition, history: History, items: Mapping[str, int] | None = None) -> Counter[str]:
    """Return how often one execution has reached each point of the definition, by the points' keys.

    ``items`` is the number of items of each distributed Map that it ran, by the Map Run's ARN.
    """
    return _Counting(definition, history, items or {}).counts()


class _Counting:
    """Counts one execution."""

    def __init__(self, definition: Definition, history: History, items: Mapping[str, int]) -> None:
        self._history = history
        self._items = items
        self._start_at = definition.machine.start_at
        self._states = {place.state.name: place.state for place in definition.walk()}
        self._points: dict[tuple[Kind, str | None], list[Point]] = {}
        for point in points_of(definition):
            self._points.setdefault((point.kind, point.state), []).append(point)
        self._after = {visit.previous: visit for visit in history.visits if visit.previous is not None}
        self._lengths = _lengths(history)
        self._inside: dict[int, list[Visit]] = {}
        for visit in history.visits:
            if visit.frames:
                self._inside.setdefault(visit.frames[-1].container, []).append(visit)
        self._found: Counter[str] = Counter()

    def counts(self) -> Counter[str]:
        """Return the counts."""
        for visit in self._history.visits:
            state = self._states.get(visit.state)
            if state is not None:
                self._visit(visit, state)
        if _timed_out_itself(self._history):
            self._take_all(Kind.TIMEOUT, None)
        return self._found

    def _visit(self, visit: Visit, state: State) -> None:
        self._take_all(Kind.STATE, state.name)
        after = self._after.get(visit.index)
        if visit.previous is None and state.name == self._start_at:
            self._found[STARTED] += 1
        if after is not None:
            self._step(visit, state, after)
        elif visit.status is Status.SUCCEEDED or state.type == "Fail":
            self._ends(visit, state)
        self._retries(visit, state)
        if state.type == "Map":
            self._map(visit, state)
        if state.type == "Parallel":
            self._branches(visit, state)
        if visit.failure is not None:
            self._time_out(state, visit.failure.error)

    def _take_all(self, kind: Kind, state: str | None) -> None:
        for point in self._points.get((kind, state), ()):
            self._found[point.key] += 1

    def _take(self, kind: Kind, state: str, index: int) -> None:
        points = self._points.get((kind, state), [])
        if index < len(points):
            self._found[points[index].key] += 1

    def _ends(self, visit: Visit, state: State) -> None:
        if not state.ends:
            return
        if not visit.frames:
            self._found[f"{ENDED}{state.name}"] += 1
        self._take_all(Kind.NEXT, state.name)

    def _step(self, visit: Visit, state: State, after: Visit) -> None:
        is_caught = visit.status is Status.CAUGHT
        self._found[f"{STEPS}{state.name}\0{after.state}\0{is_caught}"] += 1
        if is_caught:
            self._caught(visit, state, after.state)
        elif state.type == "Choice":
            self._chosen(visit, state, after.state)
        else:
            self._take_all(Kind.NEXT, state.name)

    def _chosen(self, visit: Visit, state: State, target: str) -> None:
        ways = ways_of(state)
        way = _way_taken(ways, _choice_input(visit, state), target)
        if way is not None:
            kind = Kind.DEFAULT if way.is_default else Kind.CHOICE
            self._take(kind, state.name, [each for each in ways if each.is_default == way.is_default].index(way))

    def _caught(self, visit: Visit, state: State, target: str) -> None:
        error = visit.failure.error if visit.failure else None
        possible = [(index, each) for index, each in enumerate(catchers_of(state)) if each.target == target]
        for index, catcher in possible:
            if len(possible) == 1 or _matches(catcher.errors, error):
                self._take(Kind.CATCH, state.name, index)
                return

    def _retries(self, visit: Visit, state: State) -> None:
        retriers = [each for each in state.retriers if each.max_attempts > 0]
        for error in self._retried_errors(visit):
            for index, retrier in enumerate(retriers):
                if len(retriers) == 1 or _matches(retrier.errors, error):
                    self._take(Kind.RETRY, state.name, index)
                    break
            self._time_out(state, error)

    def _retried_errors(self, visit: Visit) -> Iterator[str | None]:
        """Yield the error of every try after which another one came."""
        for before, after in zip(visit.attempts, visit.attempts[1:], strict=False):
            if not self._redriven_between(before.scheduled, after.scheduled):
                yield before.failure.error if before.failure else None
        for number in range(1, visit.rounds):
            failures = (
                inner.failure.error
                for inner in self._inside.get(visit.index, ())
                if inner.frames[-1].round == number and inner.failure and inner.index not in self._after
            )
            yield next(failures, None)

    def _redriven_between(self, first: int, second: int) -> bool:
        return any(event.type == _REDRIVEN and first < event.id < second for event in self._history.events)

    def _map(self, visit: Visit, state: State) -> None:
        if visit.map_run_arn is not None:
            numbers = [self._items[visit.map_run_arn]] if visit.map_run_arn in self._items else []
        else:
            numbers = self._lengths.get(visit.index, [])
        for number in numbers:
            self._take(Kind.ITEMS, state.name, min(number, len(ITEMS) - 1))

    def _branches(self, visit: Visit, state: State) -> None:
        branch_of = {inner.name: index for index, machine in enumerate(state.machines) for inner in machine.states}
        for inner in self._inside.get(visit.index, ()):
            ends = self._states[inner.state].ends if inner.state in self._states else False
            if ends and inner.status is Status.SUCCEEDED and inner.state in branch_of:
                self._take(Kind.BRANCH, state.name, branch_of[inner.state])

    def _time_out(self, state: State, error: str | None) -> None:
        """Take a time limit that was exceeded: a state has one of each at most."""
        if error not in {_TIMEOUT, _HEARTBEAT}:
            return
        limits = state.time_limits
        beats = [index for index, limit in enumerate(limits) if limit.startswith("Heartbeat")]
        others = [index for index in range(len(limits)) if index not in beats]
        wanted = beats if error == _HEARTBEAT else others
        for index in wanted or range(len(limits)):
            self._take(Kind.TIMEOUT, state.name, index)


def _lengths(history: History) -> dict[int, list[int]]:
    """Return how many items each visit of a Map began with, one number for each of its rounds."""
    found: dict[int, list[int]] = {}
    for event in history.events:
        visit = history.visit_of.get(event.id)
        if event.type == "MapStateStarted" and visit is not None:
            found.setdefault(visit, []).append(event.number("length") or 0)
    return found


def _choice_input(visit: Visit, state: State) -> object:
    document: object = json.loads(visit.input) if visit.input else {}
    return value_at(state.input_path, document) if state.input_path else document


def _way_taken(ways: Sequence[Way], document: object, target: str) -> Way | None:
    to_target = [way for way in ways if way.target == target]
    if len(to_target) <= 1:
        return to_target[0] if to_target else None
    return next((way for way in to_target if way.applies(document)), None)


def _matches(errors: Sequence[str], error: str | None) -> bool:
    """Return whether a Catch or Retry of these errors takes an error."""
    if _ALL in errors or (error is not None and error in errors):
        return True
    if error == _HEARTBEAT and _TIMEOUT in errors:
        return True
    return _TASK_FAILED in errors and error != _TIMEOUT


def _timed_out_itself(history: History) -> bool:
    """Return whether the execution's own time was up, and no state's."""
    if history.status is not Status.TIMED_OUT:
        return False
    return not any(visit.failure and visit.failure.error in {_TIMEOUT, _HEARTBEAT} for visit in history.visits)
