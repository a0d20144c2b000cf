"""A definition as nodes and edges: what every drawing of it starts from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from executions.definition import TransitionKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from executions.definition import Definition, Machine, Transition

_JOINED = " or "


@dataclass(frozen=True)
class Node:
    """A state to be drawn; a Parallel or Map is drawn around what it holds."""

    name: str
    type: str
    container: str | None
    branch: int | None
    is_container: bool


@dataclass(frozen=True)
class Edge:
    """An arrow from one state to another: every transition of one kind between the two.

    Without a source it comes from where the execution starts, without a target it goes to where the execution ends.
    """

    source: str | None
    target: str | None
    label: str | None = None
    is_catch: bool = False


@dataclass(frozen=True)
class Graph:
    """Nodes, containers before what they hold, and edges, in the document's order."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]


def graph_of(definition: Definition) -> Graph:
    """The drawing of a definition.

    Two transitions that a history cannot tell apart, such as two rules of a Choice with the same target, are one edge
    with both labels.
    """
    nodes = tuple(
        Node(place.state.name, place.state.type, place.container, place.branch, bool(place.state.machines))
        for place in definition.walk()
    )
    return Graph(nodes, tuple(_edges(definition)))


def _edges(definition: Definition) -> Iterator[Edge]:
    machine = definition.machine
    yield Edge(None, machine.start_at)
    yield from _transitions(definition)
    yield from (Edge(name, None) for name in _ends(machine))


def _transitions(definition: Definition) -> Iterator[Edge]:
    labels: dict[tuple[str, str, bool], list[Transition]] = {}
    for transition in definition.transitions():
        key = (transition.source, transition.target, transition.kind is TransitionKind.CATCH)
        labels.setdefault(key, []).append(transition)
    for (source, target, is_catch), transitions in labels.items():
        texts = dict.fromkeys(transition.label for transition in transitions if transition.label)
        yield Edge(source, target, _JOINED.join(texts) or None, is_catch)


def _ends(machine: Machine) -> Iterator[str]:
    return (state.name for state in machine.states if state.ends)
