"""A definition as nodes and edges, and what an execution did to each: what every drawing starts from."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from localdev.executions import signs
from localdev.executions.definition import TransitionKind
from localdev.executions.history import Status, Step
from localdev.executions.origin import origin_of

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from localdev.executions.definition import Definition, Place, Transition
    from localdev.executions.history import History, Visit

_JOINED = " or "


class Mark(StrEnum):
    """Node of a state, all its visits together."""

    NOT_REACHED = "not reached"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    RETRIED = "retried"
    """It succeeded, and not at its first try."""
    CAUGHT = "caught"
    FAILED = "failed"
    TIMED_OUT = "timed out"
    ABORTED = "aborted"


SIGNS = {
    Mark.NOT_REACHED: "",
    Mark.RUNNING: signs.RUNNING,
    Mark.SUCCEEDED: signs.SUCCEEDED,
    Mark.RETRIED: signs.RETRIED,
    Mark.CAUGHT: signs.WARNING,
    Mark.FAILED: signs.FAILED,
    Mark.TIMED_OUT: signs.TIMED_OUT,
    Mark.ABORTED: signs.ABORTED,
}
"""Colour is never the only sign."""

_STATUS_MARKS = {
    Status.RUNNING: Mark.RUNNING,
    Status.SUCCEEDED: Mark.SUCCEEDED,
    Status.CAUGHT: Mark.CAUGHT,
    Status.FAILED: Mark.FAILED,
    Status.TIMED_OUT: Mark.TIMED_OUT,
    Status.ABORTED: Mark.ABORTED,
}
_GRAVEST_FIRST = (
    Mark.FAILED,
    Mark.TIMED_OUT,
    Mark.RUNNING,
    Mark.CAUGHT,
    Mark.ABORTED,
    Mark.RETRIED,
    Mark.SUCCEEDED,
    Mark.NOT_REACHED,
)


@dataclass(frozen=True)
class Node:
    """A state to be drawn; a Parallel or Map is drawn around what it holds."""

    name: str
    type: str
    container: str | None
    branch: int | None
    is_container: bool
    mark: Mark = Mark.NOT_REACHED
    visits: int = 0
    retries: int = 0
    is_culprit: bool = False
    """Whether this is the state whose error made the execution fail."""
    injected: str = ""
    """What a test has put in place of the real thing."""
    elsewhere: str | None = None
    """The distributed Map around it, whose items are executions of their own: this history does not say what it did."""


@dataclass(frozen=True)
class Edge:
    """An arrow from one state to another: every transition between the two that a history cannot tell apart.

    Without a source it comes from where the execution starts, without a target it goes to where the execution ends.
    """

    source: str | None
    target: str | None
    label: str | None = None
    is_catch: bool = False
    taken: int = 0
    """How often."""


@dataclass(frozen=True)
class Graph:
    """Nodes, containers before what they hold, and edges, in the document's order."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    remarks: tuple[str, ...] = ()
    """What could not be understood or does not fit together, a sentence each."""

    def as_data(self) -> dict[str, object]:
        """Return the same as objects and lists, ready for JSON."""
        return asdict(self)


def mark_of(visit: Visit) -> Mark:
    """Return what happened to a state at one visit."""
    if visit.status is Status.SUCCEEDED and visit.retries:
        return Mark.RETRIED
    return _STATUS_MARKS[visit.status]


def gravest(marks: Iterable[Mark]) -> Mark:
    """Return the gravest of marks; *not reached* without any."""
    found = set(marks)
    return next((mark for mark in _GRAVEST_FIRST if mark in found), Mark.NOT_REACHED)


def graph_of(definition: Definition, history: History | None = None, only: Collection[int] | None = None) -> Graph:
    """Return the drawing of a definition, and of what an execution of it did, or certain visits of it.

    Only what the definition has is drawn. A state or a step of the history that it has not, since it has been changed
    after the execution had started, is a remark.
    """
    visits: dict[str, list[Visit]] = {}
    for visit in history.visits if history else ():
        if only is None or visit.index in only:
            visits.setdefault(visit.state, []).append(visit)
    places = list(definition.walk())
    elsewhere = _elsewhere(places, visits)
    origin = origin_of(history, definition) if history else None
    culprit = origin.state if origin and (only is None or origin.index in only) else None
    nodes = tuple(
        replace(
            _node(place, visits.get(place.state.name, []), culprit, history),
            elsewhere=elsewhere.get(place.container or ""),
        )
        for place in places
    )
    steps = history.steps(only) if history else None
    edges = tuple(_edges(definition, history, steps))
    remarks = (
        *definition.remarks,
        *(history.remarks if history else ()),
        *_misfits(visits, {node.name for node in nodes}),
        *_strange_steps(steps, edges),
    )
    return Graph(nodes, edges, remarks)


def _elsewhere(places: Iterable[Place], visits: Mapping[str, Sequence[Visit]]) -> dict[str, str]:
    """Return the distributed Map that a container is or stands in, of those that have started executions."""
    found: dict[str, str] = {}
    for place in places:
        name = place.state.name
        if any(visit.map_run_arn for visit in visits.get(name, ())):
            found[name] = name
        elif place.container in found:
            found[name] = found[place.container]
    return found


def _node(place: Place, visits: Sequence[Visit], culprit: str | None, history: History | None) -> Node:
    return Node(
        place.state.name,
        place.state.type,
        place.container,
        place.branch,
        is_container=bool(place.state.machines),
        mark=gravest(map(mark_of, visits)),
        visits=len(visits),
        retries=sum(visit.retries for visit in visits),
        is_culprit=place.state.name == culprit,
        injected=", ".join(history.injected_into(visits)) if history and history.injected else "",
    )


def _edges(definition: Definition, history: History | None, steps: Counter[Step] | None) -> Iterator[Edge]:
    machine = definition.machine
    yield Edge(None, machine.start_at, taken=_taken(steps, None, machine.start_at))
    for (source, target, is_catch), transitions in _transitions(definition).items():
        texts = dict.fromkeys(transition.label for transition in transitions if transition.label)
        taken = _taken(steps, source, target, is_catch=is_catch)
        yield Edge(source, target, _JOINED.join(texts) or None, is_catch, taken)
    last = _last(history) if history else None
    for state in machine.states:
        if state.ends:
            yield Edge(state.name, None, taken=int(state.name == last))


def _transitions(definition: Definition) -> dict[tuple[str, str, bool], list[Transition]]:
    found: dict[tuple[str, str, bool], list[Transition]] = {}
    for transition in definition.transitions():
        key = (transition.source, transition.target, transition.kind is TransitionKind.CATCH)
        found.setdefault(key, []).append(transition)
    return found


def _taken(steps: Counter[Step] | None, source: str | None, target: str, *, is_catch: bool = False) -> int:
    return steps[Step(source, target, is_catch)] if steps else 0


def _last(history: History) -> str | None:
    """Return the state at the top that the execution came to its end through."""
    path = history.path()
    if not path or history.status is Status.RUNNING:
        return None
    last = path[-1]
    return last.state if last.exited is not None or last.type == "Fail" else None


def _misfits(visited: dict[str, list[Visit]], known: set[str]) -> Iterator[str]:
    for name in visited:
        if name not in known:
            yield f"State {name!r} was visited and is not in the definition, which may have been changed since."


def _strange_steps(steps: Counter[Step] | None, edges: Sequence[Edge]) -> Iterator[str]:
    drawn = {(edge.source, edge.target, edge.is_catch) for edge in edges}
    for step in steps or ():
        if (step.source, step.target, step.caught) not in drawn:
            way = "failed and went on" if step.caught else "went on"
            yield f"From {step.source!r} the execution {way} to {step.target!r}, which the definition does not foresee."
