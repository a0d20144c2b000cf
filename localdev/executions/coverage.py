"""Count what a set of executions has reached of a state machine.

A *point* is one thing that an execution can reach: a state, a step to the next state, a rule of a Choice, an entry of a
Catch or Retry, a Map with no, one or several items, a branch of a Parallel, a time limit. ``docs/testing.md`` defines
each kind. Which points there are follows from the definition alone, so that two people count alike.

What one execution has reached is a ``Counter`` of the points' keys, which are text: counts of many executions, from
several processes, are added up.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Final

from localdev.executions.choices import applies, can_evaluate, value_at
from localdev.executions.definition import TransitionKind
from localdev.executions.graph import Edge, Graph, Mark, graph_of
from localdev.executions.history import Status

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from localdev.executions.definition import Definition, Place, State, Transition
    from localdev.executions.history import History, Visit

_ALL: Final = "States.ALL"
_TASK_FAILED: Final = "States.TaskFailed"
_TIMEOUT: Final = "States.Timeout"
_HEARTBEAT: Final = "States.HeartbeatTimeout"
_REDRIVEN: Final = "ExecutionRedriven"
_ITEMS: Final = ("no items", "one item", "several items")


class Kind(StrEnum):
    """Kinds of a point."""

    STATE = "state"
    NEXT = "transition"
    CHOICE = "choice rule"
    DEFAULT = "default"
    CATCH = "catch"
    RETRY = "retry"
    ITEMS = "items of a Map"
    BRANCH = "branch"
    TIMEOUT = "time-out"


@dataclass(frozen=True)
class Point:
    """One thing that an execution can reach."""

    kind: Kind
    state: str | None
    """The state it belongs to; ``None``: the machine as a whole."""
    place: str
    """Where it stands in the definition, e.g. ``States.Look.Catch[0]``."""
    label: str
    """What it is, for a person: ``"Look" catches States.Timeout → "Sorry"``."""
    target: str | None = None
    """The state that it leads to."""

    @property
    def key(self) -> str:
        """Key that tells the point apart in its definition."""
        return f"{self.kind}:{self.place}"


@dataclass(frozen=True)
class Coverage:
    """A definition's points, and how often each was reached."""

    definition: Definition
    points: tuple[Point, ...]
    counts: Mapping[str, int]
    """By the points' keys."""
    executions: int = 0

    def count(self, point: Point) -> int:
        """Return how often a point was reached."""
        return self.counts.get(point.key, 0)

    @cached_property
    def missed(self) -> tuple[Point, ...]:
        """The points that were not reached, in the definition's order."""
        return tuple(point for point in self.points if not self.count(point))

    @property
    def percent(self) -> float:
        """Return how many of the points were reached, of a hundred."""
        return percent(len(self.points) - len(self.missed), len(self.points))

    def by_kind(self) -> dict[Kind, tuple[int, int]]:
        """Return how many points of each kind were reached, and how many there are, for the kinds that it has."""
        found = {}
        for kind in Kind:
            points = [point for point in self.points if point.kind is kind]
            if points:
                found[kind] = sum(1 for point in points if self.count(point)), len(points)
        return found

    def graph(self) -> Graph:
        """Return the definition's drawing with the counts of all executions on its nodes and edges."""
        plain = graph_of(self.definition)
        entered = {point.state: self.count(point) for point in self.points if point.kind is Kind.STATE}
        nodes = tuple(
            replace(node, visits=entered[node.name], mark=Mark.SUCCEEDED if entered[node.name] else Mark.NOT_REACHED)
            for node in plain.nodes
        )
        return replace(plain, nodes=nodes, edges=tuple(replace(edge, taken=self._taken(edge)) for edge in plain.edges))

    def counted_graph(self) -> Graph:
        """Return the same with each edge's count in its label, ``0`` on those that were not taken."""
        graph = self.graph()
        return replace(graph, edges=tuple(replace(edge, label=_counted(edge)) for edge in graph.edges))

    def _taken(self, edge: Edge) -> int:
        if edge.source is None:
            return self.counts.get(_STARTED, 0)
        if edge.target is None:
            return self.counts.get(f"{_ENDED}{edge.source}", 0)
        return self.counts.get(f"{_STEPS}{edge.source}\0{edge.target}\0{edge.is_catch}", 0)


def _counted(edge: Edge) -> str:
    return f"{edge.label} · {edge.taken}" if edge.label else str(edge.taken)


_STARTED: Final = "edge:start"
_ENDED: Final = "edge:end\0"
_STEPS: Final = "edge:step\0"
"""Counts for the drawing, whose edges are not points: it draws steps together that are points of their own."""


def percent(reached: int, there: int) -> float:
    """Return a share of a hundred, rounded down to a tenth: 100 is all of it."""
    return 100.0 if there == 0 else reached * 1000 // there / 10


def coverage_of(definition: Definition, histories: Iterable[History]) -> Coverage:
    """Return what executions of a definition have reached, all together.

    The executions of a distributed Map's items are among ``histories`` where they are to be counted.
    """
    counts: Counter[str] = Counter()
    executions = 0
    for history in histories:
        counts.update(counts_of(definition, history))
        executions += 1
    return Coverage(definition, points_of(definition), counts, executions)


# the points of a definition


def points_of(definition: Definition) -> tuple[Point, ...]:
    """Return every point of a definition, in its order."""
    return tuple(_points(definition))


def _points(definition: Definition) -> Iterator[Point]:
    around: dict[str, tuple[str, str]] = {}
    for place in definition.walk():
        where = _place(place, around)
        around[place.state.name] = where, place.state.type
        yield from _points_of_state(place.state, where)
    if definition.timeout_seconds is not None:
        yield Point(Kind.TIMEOUT, None, "TimeoutSeconds", "the execution times out")


def _place(place: Place, around: Mapping[str, tuple[str, str]]) -> str:
    """Return where a state stands; ``around`` are the place and the type of each state that is walked already."""
    name = place.state.name
    step = f"States.{name}" if name.isidentifier() else f"States[{name!r}]"
    if place.container is None:
        return step
    outer, kind = around[place.container]
    machine = f"Branches[{place.branch}]" if kind == "Parallel" else "ItemProcessor"
    return f"{outer}.{machine}.{step}"


def _points_of_state(state: State, place: str) -> Iterator[Point]:
    yield Point(Kind.STATE, state.name, place, f"{state.type} “{state.name}”")
    yield from _next_points(state, place)
    yield from (way.point(state.name, place) for way in _ways(state))
    yield from _handler_points(state, place)
    yield from _container_points(state, place)
    for limit in state.time_limits:
        yield Point(Kind.TIMEOUT, state.name, f"{place}.{limit}", f"“{state.name}”: {limit}")


def _next_points(state: State, place: str) -> Iterator[Point]:
    for transition in state.transitions:
        if transition.kind is TransitionKind.NEXT:
            label = f"“{state.name}” → “{transition.target}”"
            yield Point(Kind.NEXT, state.name, f"{place}.Next", label, transition.target)
    if state.ends and state.type not in {"Succeed", "Fail"}:
        yield Point(Kind.NEXT, state.name, f"{place}.End", f"“{state.name}” → end")


def _handler_points(state: State, place: str) -> Iterator[Point]:
    for index, catcher in enumerate(_catchers(state)):
        label = f"“{state.name}” catches {catcher.label} → “{catcher.target}”"
        yield Point(Kind.CATCH, state.name, f"{place}.Catch[{index}]", label, catcher.target)
    for index, retrier in enumerate(state.retriers):
        if retrier.max_attempts > 0:
            label = f"“{state.name}” retries {', '.join(retrier.errors)}"
            yield Point(Kind.RETRY, state.name, f"{place}.Retry[{index}]", label)


def _container_points(state: State, place: str) -> Iterator[Point]:
    if state.type == "Map":
        for number in _ITEMS:
            yield Point(Kind.ITEMS, state.name, f"{place} with {number}", f"“{state.name}” with {number}")
    if state.type == "Parallel":
        for index, machine in enumerate(state.machines):
            label = f"“{state.name}”, branch {index + 1} (“{machine.start_at}”) to its end"
            yield Point(Kind.BRANCH, state.name, f"{place}.Branches[{index}]", label)


@dataclass(frozen=True)
class _Way:
    """One rule of a Choice, or several that nothing tells apart: they lead to the same state."""

    transitions: tuple[Transition, ...]
    indices: tuple[int, ...]

    @property
    def target(self) -> str:
        return self.transitions[0].target

    @property
    def is_default(self) -> bool:
        return self.transitions[0].kind is TransitionKind.DEFAULT

    def applies(self, document: object) -> bool:
        """Return whether it is the default, or its one rule is true of the state's input."""
        rule = self.transitions[0].rule
        return rule is None or applies(rule, document)

    def point(self, name: str, place: str) -> Point:
        conditions = " or ".join(str(each.label) for each in self.transitions)
        places = ", ".join(
            "Default" if each.kind is TransitionKind.DEFAULT else f"Choices[{index}]"
            for index, each in zip(self.indices, self.transitions, strict=True)
        )
        kind = Kind.DEFAULT if self.is_default else Kind.CHOICE
        return Point(kind, name, f"{place}.{places}", f"“{name}”: {conditions} → “{self.target}”", self.target)


def _ways(state: State) -> list[_Way]:
    """Return a Choice's rules and its default, those together that cannot be distinguished."""
    rules = [each for each in state.transitions if each.kind in {TransitionKind.CHOICE, TransitionKind.DEFAULT}]
    if _rules_are_evaluated(state, rules):
        return [_Way((rule,), (index,)) for index, rule in enumerate(rules)]
    grouped: dict[str, list[int]] = {}
    for index, rule in enumerate(rules):
        grouped.setdefault(rule.target, []).append(index)
    return [_Way(tuple(rules[index] for index in indices), tuple(indices)) for indices in grouped.values()]


def _rules_are_evaluated(state: State, rules: Sequence[Transition]) -> bool:
    conditions = [each.rule for each in rules if each.rule is not None]
    return state.query_language == "JSONPath" and all(map(can_evaluate, conditions))


def _catchers(state: State) -> list[Transition]:
    return [each for each in state.transitions if each.kind is TransitionKind.CATCH]


# what one execution has reached


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
            self._found[_STARTED] += 1
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
            self._found[f"{_ENDED}{state.name}"] += 1
        self._take_all(Kind.NEXT, state.name)

    def _step(self, visit: Visit, state: State, after: Visit) -> None:
        is_caught = visit.status is Status.CAUGHT
        self._found[f"{_STEPS}{state.name}\0{after.state}\0{is_caught}"] += 1
        if is_caught:
            self._caught(visit, state, after.state)
        elif state.type == "Choice":
            self._chosen(visit, state, after.state)
        else:
            self._take_all(Kind.NEXT, state.name)

    def _chosen(self, visit: Visit, state: State, target: str) -> None:
        ways = _ways(state)
        way = _way_taken(ways, _choice_input(visit, state), target)
        if way is not None:
            kind = Kind.DEFAULT if way.is_default else Kind.CHOICE
            self._take(kind, state.name, [each for each in ways if each.is_default == way.is_default].index(way))

    def _caught(self, visit: Visit, state: State, target: str) -> None:
        error = visit.failure.error if visit.failure else None
        possible = [(index, each) for index, each in enumerate(_catchers(state)) if each.target == target]
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
            self._take(Kind.ITEMS, state.name, min(number, len(_ITEMS) - 1))

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


def _way_taken(ways: Sequence[_Way], document: object, target: str) -> _Way | None:
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
