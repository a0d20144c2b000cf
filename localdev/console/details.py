"""An execution in full, and what the pages derive from it, each piece once."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from localdev.console.remembered import Remembered
from localdev.executions.collection import collection_paused
from localdev.executions.ending import End
from localdev.executions.errors import DefinitionError, NotFoundError
from localdev.executions.graph import Graph, Mark, graph_of
from localdev.executions.growing import LONG
from localdev.executions.history import Status

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from localdev.executions.client import ExecutionsClient
    from localdev.executions.definition import Definition
    from localdev.executions.graph import Node
    from localdev.executions.history import History, Visit
    from localdev.executions.records import Execution

_REMEMBERED: Final = 64
_HEAVIEST: Final = 50_000
"""Kilobytes, about, of the executions that are remembered."""


@dataclass(frozen=True)
class ExecutionDetails:
    """An execution in full."""

    execution: Execution
    history: History
    definition: Definition | None
    graph: Graph | None
    remarks: tuple[str, ...]
    """What could not be read or drawn, a sentence each."""
    end: End | None = None
    """Where only the end of its history was read: what that says for certain."""
    _derived: dict[Hashable, Any] = field(default_factory=dict, compare=False, repr=False)

    def derived[T](self, key: Hashable, make: Callable[[], T]) -> T:
        """Return what ``make`` makes of this execution alone, made once for each key.

        What depends on the time of day is none of it: of an execution that runs, its timeline.
        """
        if key not in self._derived:
            self._derived[key] = make()
        made: T = self._derived[key]
        return made

    @property
    def graph_json(self) -> str:
        """The graph as the page's drawing takes it; empty where there is none."""
        return self.derived("graph", lambda: json.dumps(self.graph.as_data()) if self.graph else "")

    def visits_of(self, state: str) -> tuple[Visit, ...]:
        """Return every visit of a state, in order."""
        return self.derived("visits", self._by_state).get(state, ())

    def _by_state(self) -> dict[str, tuple[Visit, ...]]:
        found: dict[str, list[Visit]] = {}
        for visit in self.history.visits:
            found.setdefault(visit.state, []).append(visit)
        return {state: tuple(visits) for state, visits in found.items()}


class ExecutionReader:
    """Reads executions, and only what has changed since they were read before."""

    def __init__(self, client: ExecutionsClient) -> None:
        self._client = client
        self._read: Remembered[ExecutionDetails] = Remembered(_REMEMBERED, weigh=_weight_of, heaviest=_HEAVIEST)

    def finished(self, arn: str) -> ExecutionDetails | None:
        """Return an execution that is remembered and cannot change any more; the engine is not asked."""
        known = self._read.find(arn)
        return known if known is not None and _has_ended(known) else None

    def read(self, arn: str) -> ExecutionDetails:
        """Return an execution as it is now: what is remembered of it itself, where nothing has come since."""
        with collection_paused():
            return self._read_now(arn)

    def begin(self, arn: str) -> ExecutionDetails:
        """Return an execution as it is now, or the end of it where it is long and is not remembered.

        How an execution ended, or where it is, stands at its end, and one page of a history is read in no time.
        """
        if self._read.find(arn) is not None:
            return self.read(arn)
        with collection_paused():
            execution = self._client.execution(arn)
            history = self._client.end_of_history(arn)
            if history.is_whole:
                details = self._details(execution, history, None)
                self._read.put(arn, details)
                return details
            if history.events[-1].id < LONG:
                return self._read_now(arn)
            return self._details_of_end(execution, history)

    def _details_of_end(self, execution: Execution, history: History) -> ExecutionDetails:
        """Return what the end of a history says for certain; where that is not what failed, it has no culprit."""
        definition, remarks = self._defined(execution.arn)
        if definition is None:
            return ExecutionDetails(execution, replace(history, culprit=None), None, None, remarks)
        end = End(history, definition)
        if not end.says_what_failed():
            history = replace(history, culprit=None)
        graph = _settled(graph_of(definition, history), end)
        # that earlier events are missing is no remark
        return ExecutionDetails(execution, history, definition, graph, (), end)

    def _read_now(self, arn: str) -> ExecutionDetails:
        known = self._read.find(arn)
        execution = self._client.execution(arn)
        if known is not None and known.execution.started != execution.started:
            known = None
        history = self._client.history_with_injected(arn, known.history if known else None)
        if known is not None and known.graph and history is known.history and execution == known.execution:
            return known
        details = self._details(execution, history, known.definition if known else None)
        self._read.put(arn, details)
        return details

    def _details(self, execution: Execution, history: History, definition: Definition | None) -> ExecutionDetails:
        remarks: tuple[str, ...] = ()
        if definition is None:
            definition, remarks = self._defined(execution.arn)
        if definition is None:
            return ExecutionDetails(execution, history, None, None, (*remarks, *history.remarks))
        graph = graph_of(definition, history)
        return ExecutionDetails(execution, history, definition, graph, graph.remarks)

    def _defined(self, arn: str) -> tuple[Definition | None, tuple[str, ...]]:
        """Return the definition that an execution runs, or why there is none to be drawn."""
        try:
            return self._client.definition(arn), ()
        except DefinitionError as error:
            return None, (f"The definition cannot be drawn. {error}",)
        except NotFoundError:
            return None, ("The state machine has been removed since, and its definition with it.",)


def _settled(graph: Graph, end: End) -> Graph:
    """Return the graph of the end of a history with what is certain of it: not how often, and not of every state."""
    states, at_work = end.settled_states(), end.at_work
    nodes = tuple(
        replace(node, mark=Mark.RUNNING, visits=1, retries=0)
        if node.name == at_work
        else _settled_node(node, is_settled=node.name in states)
        for node in graph.nodes
    )
    return Graph(nodes, tuple(replace(edge, taken=min(edge.taken, 1)) for edge in graph.edges))


def _settled_node(node: Node, *, is_settled: bool) -> Node:
    if is_settled:
        return replace(node, visits=min(node.visits, 1), retries=0)
    return replace(node, mark=Mark.NOT_REACHED, visits=0, retries=0, injected="")


def _weight_of(details: ExecutionDetails) -> int:
    """Return about how many kilobytes an execution takes: one for each event, and what its documents have."""
    texts = (value for event in details.history.events for value in event.details.values() if isinstance(value, str))
    return len(details.history.events) + sum(map(len, texts)) // 1000


def _has_ended(details: ExecutionDetails) -> bool:
    # a definition that could not be read may be read the next time; what can be redriven may go on at any time
    execution = details.execution
    is_over = details.history.status is not Status.RUNNING and not execution.is_running and not execution.is_redrivable
    return details.graph is not None and is_over
