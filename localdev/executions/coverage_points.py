"""Points of a state machine: what an execution can reach.

A *point* is a state, a step to the next state, a rule of a Choice, an entry of a Catch or Retry, a Map with no, one or
several items, a branch of a Parallel, a time limit. ``docs/testing.md`` defines each kind. Which points there are
follows from the definition alone, so that two people count alike.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from localdev.executions.choices import applies, can_evaluate
from localdev.executions.definition import TransitionKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from localdev.executions.definition import Definition, Place, State, Transition

ITEMS: Final = ("no items", "one item", "several items")


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
    yield from (way.point(state.name, place) for way in ways_of(state))
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
    for index, catcher in enumerate(catchers_of(state)):
        label = f"“{state.name}” catches {catcher.label} → “{catcher.target}”"
        yield Point(Kind.CATCH, state.name, f"{place}.Catch[{index}]", label, catcher.target)
    for index, retrier in enumerate(state.retriers):
        if retrier.max_attempts > 0:
            label = f"“{state.name}” retries {', '.join(retrier.errors)}"
            yield Point(Kind.RETRY, state.name, f"{place}.Retry[{index}]", label)


def _container_points(state: State, place: str) -> Iterator[Point]:
    if state.type == "Map":
        for number in ITEMS:
            yield Point(Kind.ITEMS, state.name, f"{place} with {number}", f"“{state.name}” with {number}")
    if state.type == "Parallel":
        for index, machine in enumerate(state.machines):
            label = f"“{state.name}”, branch {index + 1} (“{machine.start_at}”) to its end"
            yield Point(Kind.BRANCH, state.name, f"{place}.Branches[{index}]", label)


@dataclass(frozen=True)
class Way:
    """One rule of a Choice, or several that nothing tells apart: they lead to the same state."""

    transitions: tuple[Transition, ...]
    indices: tuple[int, ...]

    @property
    def target(self) -> str:
        """The state that it leads to."""
        return self.transitions[0].target

    @property
    def is_default(self) -> bool:
        """Whether it is the Choice's ``Default``."""
        return self.transitions[0].kind is TransitionKind.DEFAULT

    def applies(self, document: object) -> bool:
        """Return whether it is the default, or its one rule is true of the state's input."""
        rule = self.transitions[0].rule
        return rule is None or applies(rule, document)

    def point(self, name: str, place: str) -> Point:
        """Return the point of the Choice ``name`` that stands at ``place``."""
        conditions = " or ".join(str(each.label) for each in self.transitions)
        places = ", ".join(
            "Default" if each.kind is TransitionKind.DEFAULT else f"Choices[{index}]"
            for index, each in zip(self.indices, self.transitions, strict=True)
        )
        kind = Kind.DEFAULT if self.is_default else Kind.CHOICE
        return Point(kind, name, f"{place}.{places}", f"“{name}”: {conditions} → “{self.target}”", self.target)


def ways_of(state: State) -> list[Way]:
    """Return a Choice's rules and its default, those together that cannot be distinguished."""
    rules = [each for each in state.transitions if each.kind in {TransitionKind.CHOICE, TransitionKind.DEFAULT}]
    if _rules_are_evaluated(state, rules):
        return [Way((rule,), (index,)) for index, rule in enumerate(rules)]
    grouped: dict[str, list[int]] = {}
    for index, rule in enumerate(rules):
        grouped.setdefault(rule.target, []).append(index)
    return [Way(tuple(rules[index] for index in indices), tuple(indices)) for indices in grouped.values()]


def _rules_are_evaluated(state: State, rules: Sequence[Transition]) -> bool:
    conditions = [each.rule for each in rules if each.rule is not None]
    return state.query_language == "JSONPath" and all(map(can_evaluate, conditions))


def catchers_of(state: State) -> list[Transition]:
    """Return the entries of a state's Catch, in their order."""
    return [each for each in state.transitions if each.kind is TransitionKind.CATCH]
