"""Reads for the pages, and remembers what cannot change any more."""

from __future__ import annotations

import threading
import time
from collections import Counter, OrderedDict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from localdev.console.family import family_of
from localdev.console.pulse import Pulse
from localdev.executions.client import NotFoundError
from localdev.executions.coverage import coverage_of
from localdev.executions.errors import DefinitionError
from localdev.executions.graph import Graph, graph_of
from localdev.executions.history import Status

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date, datetime

    from localdev.console.family import Family
    from localdev.executions.client import (
        Execution,
        ExecutionsClient,
        ExecutionSummary,
        ExpressExecutions,
        StateMachine,
    )
    from localdev.executions.coverage import Coverage
    from localdev.executions.definition import Definition
    from localdev.executions.history import History

PAGE: Final = 25
_SCANNED_AT_ONCE: Final = 100
_MOST_SCANNED: Final = 500
_READERS: Final = 8
_MOST_COVERED: Final = 100
_PARTS_OF_AN_EXECUTION: Final = 8
_HEAVIEST: Final = 50_000
"""Kilobytes, about, of the executions that are remembered."""
_COUNTED: Final = 1000
_COUNTED_FOR_SECONDS: Final = 4
_ENDED_BADLY: Final = {"FAILED", "TIMED_OUT", "ABORTED"}


class _Remembered[T]:
    """The values last asked for, the oldest forgotten; safe to share between threads.

    At most ``size`` of them, and where they are weighed, no more than ``heaviest`` together.
    """

    def __init__(self, size: int, *, weigh: Callable[[T], int] = lambda _: 0, heaviest: int = 0) -> None:
        self._size = size
        self._weigh = weigh
        self._heaviest = heaviest
        self._weight = 0
        self._values: OrderedDict[str, T] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: str, make: Callable[[], T], *, keep: Callable[[T], bool]) -> T:
        """Return what is remembered, or what ``make`` makes; that is kept where ``keep`` says it will not change."""
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
                return self._values[key]
        value = make()
        if keep(value):
            with self._lock:
                self._put(key, value)
        return value

    def _put(self, key: str, value: T) -> None:
        before = self._values.pop(key, None)
        self._weight += self._weigh(value) - (0 if before is None else self._weigh(before))
        self._values[key] = value
        # the one that is looked at stays, however heavy it is
        while len(self._values) > self._size or (self._weight > self._heaviest and len(self._values) > 1):
            self._weight -= self._weigh(self._values.popitem(last=False)[1])


@dataclass(frozen=True)
class Told:
    """An execution in full."""

    execution: Execution
    history: History
    definition: Definition | None
    graph: Graph | None
    remarks: tuple[str, ...]
    """What could not be read or drawn, a sentence each."""


@dataclass(frozen=True)
class Filters:
    """Filter of executions. ``text`` is looked for in name, input, output, error, cause and last state."""

    status: str | None = None
    text: str = ""
    since: date | None = None
    """The first day, in this machine's zone."""
    until: date | None = None
    """The last day."""

    @property
    def is_search(self) -> bool:
        """Return whether executions must be looked at one by one."""
        return bool(self.text or self.since or self.until)

    def has_date(self, started: datetime) -> bool:
        """Return whether an execution that started then is wanted."""
        day = started.astimezone().date()
        return (self.since is None or day >= self.since) and (self.until is None or day <= self.until)

    def is_too_old(self, started: datetime) -> bool:
        """Return whether neither this execution nor any that started before it is wanted."""
        return self.since is not None and started.astimezone().date() < self.since


@dataclass(frozen=True)
class Counts:
    """Count of executions by status."""

    by_status: Counter[str]
    is_all: bool
    """Whether all of them were counted, and not the newest alone."""

    @property
    def total(self) -> int:
        """Return how many were counted."""
        return sum(self.by_status.values())


@dataclass(frozen=True)
class Covered:
    """Coverage by a set of executions."""

    coverage: Coverage
    executions: int
    others: int
    """Executions of the set that ran another definition, and are not counted."""
    is_all: bool
    """Whether all that are wanted were counted, and not the newest alone."""


@dataclass(frozen=True)
class Listed:
    """A row of a list: an execution, and its input, error, cause and last state where they could be read."""

    summary: ExecutionSummary
    input: str | None
    error: str | None = None
    cause: str | None = None
    failed_in: str | None = None
    """The state that it entered last."""
    output: str | None = None


@dataclass(frozen=True)
class Listing:
    """A page of rows; ``next`` asks for what comes after."""

    rows: tuple[Listed, ...]
    next: str | None
    scanned: int
    """How many were looked at to find the rows."""
    logged: ExpressExecutions | None = None
    """Where the rows are from a log group: what was read of it."""

    @property
    def is_live(self) -> bool:
        """Return whether any of it still runs."""
        return any(row.summary.status == "RUNNING" for row in self.rows)


class Reading:
    """Reads through a client."""

    def __init__(self, client: ExecutionsClient) -> None:
        self._client = client
        self._pulse = Pulse(lambda: client.ping())  # noqa: PLW0108 - asked for when it is asked
        self._told: _Remembered[Told] = _Remembered(64, weigh=_weight_of, heaviest=_HEAVIEST)
        self._counts: _Remembered[Counts] = _Remembered(100)
        self._rows: _Remembered[Listed | None] = _Remembered(5_000)
        self._readers = ThreadPoolExecutor(_READERS, thread_name_prefix="console-read")

    def check(self) -> None:
        """Return where the engine answers.

        :raises SilentError: it does not, within a few seconds.
        """
        self._pulse.check()

    def state_machines(self) -> list[StateMachine]:
        """Return all, by name."""
        self._pulse.check()
        return list(self._client.state_machines())

    def state_machine(self, arn: str) -> tuple[StateMachine, Graph | None, tuple[str, ...]]:
        """Return one, with the drawing of its definition; a definition that cannot be read leaves a remark."""
        self._pulse.check()
        machine = self._client.state_machine(arn)
        try:
            graph = graph_of(self._client.current_definition(arn))
        except DefinitionError as error:
            return machine, None, (str(error),)
        return machine, graph, graph.remarks

    def told(self, arn: str) -> Told:
        """Return an execution in full; read again until it has ended."""
        return self._told.get(arn, lambda: self._tell(arn), keep=_has_ended)

    def _tell(self, arn: str) -> Told:
        self._pulse.check()
        execution, history = self._client.execution(arn), self._client.history_with_injected(arn)
        try:
            definition = self._client.definition(arn)
        except DefinitionError as error:
            return Told(execution, history, None, None, (f"The definition cannot be drawn. {error}", *history.remarks))
        except NotFoundError:
            gone = "The state machine has been removed since, and its definition with it."
            return Told(execution, history, None, None, (gone, *history.remarks))
        graph = graph_of(definition, history)
        return Told(execution, history, definition, graph, graph.remarks)

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
        read = list(self._readers.map(lambda each: self._told_or_gone(each.arn), found[:_MOST_COVERED]))
        there = [each for each in read if each is not None]
        same = [each for each in there if each.definition and each.definition.machine == definition.machine]
        coverage = coverage_of(definition, (each.history for each in same))
        return Covered(coverage, len(same), len(there) - len(same), is_all=after is None)

    def _told_or_gone(self, arn: str) -> Told | None:
        try:
            return self.told(arn)
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

    def family(self, arn: str) -> Family:
        """Return what started an execution, and what it started."""
        return family_of(self._client, arn)

    def listing(self, machine: StateMachine, wanted: Filters, *, after: str | None) -> Listing:
        """Return a page of the executions of a state machine that are wanted, newest first."""
        if machine.type == "EXPRESS":
            return self._express_listing(machine, wanted)
        if not wanted.is_search:
            page = self._client.executions(machine.arn, status=wanted.status, after=after, size=PAGE)
            return Listing(self._listed(page.items), page.next, len(page.items))
        return self._found(machine, wanted, after)

    def _found(self, machine: StateMachine, wanted: Filters, after: str | None) -> Listing:
        rows: list[Listed] = []
        scanned = 0
        while scanned < _MOST_SCANNED and len(rows) < PAGE:
            page = self._client.executions(machine.arn, status=wanted.status, after=after, size=_SCANNED_AT_ONCE)
            scanned += len(page.items)
            dated = tuple(item for item in page.items if wanted.has_date(item.started))
            rows += [row for row in self._listed(dated) if _contains(row, wanted.text)]
            after = page.next
            if after is None or wanted.is_too_old(page.items[-1].started):
                after = None
                break
        return Listing(tuple(rows), after, scanned)

    def _express_listing(self, machine: StateMachine, wanted: Filters) -> Listing:
        found = self._client.express_executions(machine.arn)
        rows = [
            Listed(summary, given)
            for summary, given in found.rows
            if wanted.status in {None, summary.status} and wanted.has_date(summary.started)
        ]
        shown = tuple(row for row in rows if _contains(row, wanted.text))[:_SCANNED_AT_ONCE]
        return Listing(shown, None, len(found.rows), found)

    def counts(self, machine: StateMachine) -> Counts:
        """Return how many of the newest executions have which status, as of a few seconds ago at most."""
        key = f"{machine.arn} {int(time.monotonic() / _COUNTED_FOR_SECONDS)}"
        return self._counts.get(key, lambda: self._counted(machine), keep=lambda _: True)

    def _counted(self, machine: StateMachine) -> Counts:
        if machine.type == "EXPRESS":
            return Counts(Counter(), is_all=True)
        page = self._client.executions(machine.arn, status=None, after=None, size=_COUNTED)
        return Counts(Counter(item.status for item in page.items), is_all=page.next is None)

    def recent(self, machine: StateMachine, size: int) -> tuple[ExecutionSummary, ...]:
        """Return the newest executions of a Standard state machine, newest first; none of an Express one."""
        if machine.type == "EXPRESS":
            return ()
        return self._client.executions(machine.arn, status=None, after=None, size=size).items

    def with_recent(self, size: int) -> list[tuple[StateMachine, tuple[ExecutionSummary, ...]]]:
        """Return every state machine with its newest executions."""
        machines = self.state_machines()
        return list(zip(machines, self._readers.map(lambda each: self.recent(each, size), machines), strict=True))

    def _listed(self, items: tuple[ExecutionSummary, ...]) -> tuple[Listed, ...]:
        found = self._readers.map(self._row, items)
        return tuple(row or Listed(item, None) for item, row in zip(items, found, strict=True))

    def _row(self, item: ExecutionSummary) -> Listed | None:
        # what an execution was given never changes, and after its end nothing does but by a redrive
        return self._rows.get(
            f"{item.arn} {item.status}", lambda: self._described(item), keep=lambda row: row is not None
        )

    def _described(self, item: ExecutionSummary) -> Listed | None:
        try:
            found = self._client.execution(item.arn)
            state = self._client.last_state(item.arn) if item.status in _ENDED_BADLY else None
        except NotFoundError:
            return None
        return Listed(item, found.input, found.error, found.cause, state, found.output)


def _weight_of(told: Told) -> int:
    """Return about how many kilobytes an execution takes: one for each event, and what its documents have."""
    texts = (value for event in told.history.events for value in event.details.values() if isinstance(value, str))
    return len(told.history.events) + sum(map(len, texts)) // 1000


def _has_ended(told: Told) -> bool:
    # a definition that could not be read may be read the next time; what can be redriven may go on at any time
    execution = told.execution
    is_over = told.history.status is not Status.RUNNING and not execution.is_running and not execution.is_redrivable
    return told.graph is not None and is_over


def _contains(row: Listed, text: str) -> bool:
    wanted = text.casefold()
    fields = (row.summary.name, row.input, row.output, row.error, row.cause, row.failed_in)
    return any(wanted in field.casefold() for field in fields if field)
