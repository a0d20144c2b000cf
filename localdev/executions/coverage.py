"""What a set of executions has reached of a state machine's points."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from localdev.executions.coverage_counts import ENDED, STARTED, STEPS, counts_of
from localdev.executions.coverage_points import Kind, points_of
from localdev.executions.graph import Edge, Graph, Mark, graph_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from localdev.executions.coverage_points import Point
    from localdev.executions.definition import Definition
    from localdev.executions.history import History


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
            return self.counts.get(STARTED, 0)
        if edge.target is None:
            return self.counts.get(f"{ENDED}{edge.source}", 0)
        return self.counts.get(f"{STEPS}{edge.source}\0{edge.target}\0{edge.is_catch}", 0)


def _counted(edge: Edge) -> str:
    return f"{edge.label} · {edge.taken}" if edge.label else str(edge.taken)


def percent(reached: int, there: int) -> float:
    """Return a share of a hundred, rounded down to a tenth: 100 is all of it."""
    return 100.0 if there == 0 else reached * 1000 // there / 10


def coverage_of(
    definition: Definition, histories: Iterable[History], items: Mapping[str, int] | None = None
) -> Coverage:
    """Return what executions of a definition have reached, all together.

    The executions of a distributed Map's items are among ``histories`` where they are to be counted; ``items`` is the
    number of them by the Map Run's ARN.
    """
    counts: Counter[str] = Counter()
    executions = 0
    for history in histories:
        counts.update(counts_of(definition, history, items))
        executions += 1
    return Coverage(definition, points_of(definition), counts, executions)
