"""Reads for the pages."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from localdev.console.covered_items import covered_items
from localdev.console.details import ExecutionReader
from localdev.console.family import family_of
from localdev.console.listings import ExecutionLists, Filters
from localdev.console.map_runs import MapRuns
from localdev.executions.coverage import coverage_of
from localdev.executions.errors import DefinitionError, NotFoundError
from localdev.executions.graph import Graph, graph_of

if TYPE_CHECKING:
    from localdev.console.covered_items import CoveredItems
    from localdev.console.details import ExecutionDetails
    from localdev.console.family import Family
    from localdev.console.listings import Counts, Listing
    from localdev.console.map_runs import FailedItem, MapRun
    from localdev.executions.client import ExecutionsClient
    from localdev.executions.coverage import Coverage
    from localdev.executions.history import Visit
    from localdev.executions.records import ExecutionSummary, StateMachine

_READERS: Final = 8
_MOST_COVERED: Final = 100
_PARTS_OF_AN_EXECUTION: Final = 8


@dataclass(frozen=True)
class Covered:
    """Coverage by a set of executions."""

    coverage: Coverage
    executions: int
    others: int
    """Executions of the set that ran another definition, and are not counted."""
    is_all: bool
    """Whether all that are wanted were counted, and not the newest alone."""
    items: CoveredItems
    """What was counted of their distributed Maps' items."""


class Reading:
    """Reads through a client."""

    def __init__(self, client: ExecutionsClient) -> None:
        self._client = client
        self._executions = ExecutionReader(client)
        self._lists = ExecutionLists(client)
        self._map_runs = MapRuns(client)
        self._readers = ThreadPoolExecutor(_READERS, thread_name_prefix="console-read")

    def warm(self) -> None:
        """Ask what the first page will ask, so that clients and connections are there by then."""
        for machine, executions in self.with_recent(1)[:1]:
            self.state_machine(machine.arn)
            self.listing(machine, Filters(), after=None)
            if executions:
                self.details(executions[0].arn)

    def state_machines(self) -> list[StateMachine]:
        """Return all, by name."""
        return list(self._client.state_machines())

    def state_machine(self, arn: str) -> tuple[StateMachine, Graph | None, tuple[str, ...]]:
        """Return one, with the drawing of its definition; a definition that cannot be read leaves a remark."""
        machine = self._client.state_machine(arn)
        try:
            graph = graph_of(self._client.current_definition(arn))
        except DefinitionError as error:
            return machine, None, (str(error),)
        return machine, graph, graph.remarks

    def details(self, arn: str) -> ExecutionDetails:
        """Return an execution in full; of one that has ended, the engine is not asked again."""
        return self._executions.finished(arn) or self._executions.read(arn)

    def beginning(self, arn: str) -> ExecutionDetails:
        """Return an execution to begin its page with: in full, or the end of a long one."""
        return self._executions.finished(arn) or self._executions.begin(arn)

    def listing(self, machine: StateMachine, wanted: Filters, *, after: str | None, is_whole: bool = True) -> Listing:
        """Return a page of the executions of a state machine that are wanted: see :class:`ExecutionLists`."""
        return self._lists.listing(machine, wanted, after=after, is_whole=is_whole)

    def counts(self, machine: StateMachine) -> Counts:
        """Return how many of the newest executions have which status, as of a few seconds ago at most."""
        return self._lists.counts(machine)

    def with_recent(
        self, size: int, *, is_whole: bool = True
    ) -> list[tuple[StateMachine, tuple[ExecutionSummary, ...] | None]]:
        """Return every state machine with its newest executions, or ``None`` where those are still being listed."""
        return self._lists.with_recent(self.state_machines(), size, is_whole=is_whole)

    def coverage(self, machine: StateMachine, wanted: Filters) -> Covered:
        """Return what the newest executions that are wanted have reached of the definition as it is now."""
        definition = self._client.current_definition(machine.arn)
        found: list[ExecutionSummary] = []
        after: str | None = None
        while len(found) < _MOST_COVERED:
            rows = self.listing(machine, wanted, after=after)
            found += [row.summary for row in rows.rows]
            after = rows.next
            if after is None:
                break
        read = list(self._readers.map(lambda each: self._details_unless_deleted(each.arn), found[:_MOST_COVERED]))
        there = [each for each in read if each is not None]
        same = [each for each in there if each.definition and each.definition.machine == definition.machine]
        histories = [each.history for each in same]
        items = covered_items(self._client, histories, self._readers)
        coverage = coverage_of(definition, [*histories, *items.histories], items.numbers)
        return Covered(coverage, len(same), len(there) - len(same), is_all=after is None, items=items)

    def _details_unless_deleted(self, arn: str) -> ExecutionDetails | None:
        try:
            return self.details(arn)
        except NotFoundError:
            return None

    def successor(self, arn: str) -> StateMachine | None:
        """Return the state machine that an execution's ARN names, where the engine has it."""
        parts = arn.split(":")
        if len(parts) < _PARTS_OF_AN_EXECUTION or parts[5] not in {"execution", "express"}:
            return None
        try:
            return self._client.state_machine(":".join([*parts[:5], "stateMachine", parts[6]]))
        except NotFoundError:
            return None

    def map_run(self, details: ExecutionDetails, visit: Visit) -> MapRun:
        """Return the executions that a distributed Map started at a visit.

        :raises NotFoundError: the visit is of no such Map, or the engine does not know its run any more.
        """
        if visit.map_run_arn is None:
            raise NotFoundError(f"{visit.state} has started no Map run.")
        return self._map_runs.read(visit.map_run_arn, has_ended=not details.execution.is_running)

    def failed_items(self, run: MapRun) -> list[FailedItem]:
        """Return the first executions of a Map run that failed, and why."""
        return self._map_runs.failed_of(run)

    def items_containing(self, run: MapRun, text: str) -> list[int]:
        """Return the places of a Map run's executions that have a text in what they say."""
        return self._map_runs.containing(run, text)

    def family(self, arn: str) -> Family:
        """Return what started an execution, and what it started."""
        return family_of(self._client, arn)
