"""Lists of executions: pages, searches, counts by status."""

from __future__ import annotations

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from localdev.console.remembered import Remembered
from localdev.console.searching import Search
from localdev.executions.errors import DefinitionError, NotFoundError
from localdev.executions.records import FailedIn

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from localdev.executions.client import ExecutionsClient
    from localdev.executions.definition import Definition
    from localdev.executions.records import (
        Execution,
        ExecutionSummary,
        ExpressExecutions,
        ExpressFailure,
        StateMachine,
    )

PAGE: Final = 25
_SCANNED_AT_ONCE: Final = 100
_MOST_SCANNED: Final = 500
_MOST_UNREAD: Final = 150
"""So many are read beside a page that has been answered, and the next ones when it asks again."""
_SEARCH_SECONDS: Final = 0.03
"""How long a page waits for what is looked for; then it shows what was found by then, and asks again."""
_RECENT_SECONDS: Final = 0.05
"""How long the page of all state machines waits for their lists: an engine looks at all it has for each of them."""
_READERS: Final = 8
_COUNTED: Final = 1000
_COUNTED_FOR_SECONDS: Final = 4
_HEAVIEST: Final = 20_000
"""Kilobytes of inputs and outputs that are remembered: each may have 256."""
_ENDED_BADLY: Final = {"FAILED", "TIMED_OUT", "ABORTED"}


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
class Listed:
    """A row of a list: an execution, and its input, error, cause and last state where they could be read."""

    summary: ExecutionSummary
    input: str | None
    error: str | None = None
    cause: str | None = None
    failed_in: FailedIn | None = None
    """The state whose error ended it, or that it entered last."""
    output: str | None = None

    @property
    def first_error(self) -> str | None:
        """Return the error that it began with."""
        return (self.failed_in.error if self.failed_in else None) or self.error

    @property
    def last_error(self) -> str | None:
        """Return the error that it ended with, where that is another one than it began with."""
        return self.error if self.error != self.first_error else None


@dataclass(frozen=True)
class Listing:
    """A page of rows; ``next`` asks for what comes after."""

    rows: tuple[Listed, ...]
    next: str | None
    scanned: int
    """How many were looked at to find the rows."""
    unread: int = 0
    """How many of those are still being read: their rows are missing."""
    logged: ExpressExecutions | None = None
    """Where the rows are from a log group: what was read of it."""

    @property
    def is_live(self) -> bool:
        """Return whether any of it still runs."""
        return any(row.summary.status == "RUNNING" for row in self.rows)

    @property
    def searched(self) -> int:
        """How many were looked at, and are known."""
        return self.scanned - self.unread


class ExecutionLists:
    """Reads lists through a client."""

    def __init__(self, client: ExecutionsClient) -> None:
        self._client = client
        self._counts: Remembered[Counts] = Remembered(100)
        self._rows: Remembered[Listed] = Remembered(5_000, weigh=_weight_of, heaviest=_HEAVIEST)
        self._definitions: Remembered[Definition] = Remembered(20)
        self._readers = ThreadPoolExecutor(_READERS, thread_name_prefix="console-lists")
        self._search = Search(lambda item, text: _contains(self._listed_one(item), text))

    def listing(self, machine: StateMachine, wanted: Filters, *, after: str | None, is_whole: bool = True) -> Listing:
        """Return a page of the executions of a state machine that are wanted, newest first.

        Where it need not be whole, what is not known at once is left to be read until it is asked for again.
        """
        if machine.type == "EXPRESS":
            return self._express_listing(machine, wanted)
        if not wanted.is_search:
            page = self._client.executions(machine.arn, status=wanted.status, after=after, size=PAGE)
            return Listing(self._listed(page.items), page.next, len(page.items))
        return self._found(machine, wanted, after, None if is_whole else time.monotonic() + _SEARCH_SECONDS)

    def _found(self, machine: StateMachine, wanted: Filters, after: str | None, until: float | None) -> Listing:
        rows: list[Listed] = []
        scanned = unread = 0
        size = _SCANNED_AT_ONCE if wanted.text else PAGE
        while scanned < _MOST_SCANNED and len(rows) < PAGE and unread <= _MOST_UNREAD:
            page = self._client.executions(machine.arn, status=wanted.status, after=after, size=size)
            scanned += len(page.items)
            found, missing = [item for item in page.items if wanted.has_date(item.started)], 0
            if wanted.text:
                found, missing = self._search.among(found, wanted.text, until=until)
            unread += missing
            rows += self._listed(tuple(found))
            after = page.next
            if after is None or wanted.is_too_old(page.items[-1].started):
                after = None
                break
        return Listing(tuple(rows), after, scanned, unread)

    def _express_listing(self, machine: StateMachine, wanted: Filters) -> Listing:
        found = self._client.express_executions(machine.arn)
        rows = [
            _listed_express(summary, given, found.failures.get(summary.arn))
            for summary, given in found.rows
            if wanted.status in {None, summary.status} and wanted.has_date(summary.started)
        ]
        shown = tuple(row for row in rows if _contains(row, wanted.text))[:_SCANNED_AT_ONCE]
        return Listing(shown, None, len(found.rows), logged=found)

    def counts(self, machine: StateMachine) -> Counts:
        """Return how many of the newest executions have which status, as of a few seconds ago at most."""
        key = f"{machine.arn} {_slot()}"
        return self._counts.get(key, lambda: self._counted(machine)) or Counts(Counter(), is_all=True)

    def _counted(self, machine: StateMachine) -> Counts:
        if machine.type == "EXPRESS":
            return Counts(Counter(), is_all=True)
        page = self._client.executions(machine.arn, status=None, after=None, size=_COUNTED)
        return Counts(Counter(item.status for item in page.items), is_all=page.next is None)

    def with_recent(
        self, machines: Sequence[StateMachine], size: int, *, is_whole: bool = True
    ) -> list[tuple[StateMachine, tuple[ExecutionSummary, ...] | None]]:
        """Return state machines with their newest executions; an Express one has none.

        Where it need not be whole, what takes long to list is left out: ``None``.
        """
        asked = [self._readers.submit(self._recent, each, size) for each in machines]
        wait(asked, None if is_whole else _RECENT_SECONDS)
        for late in asked:
            late.cancel()
        return [
            (machine, recent.result() if recent.done() and not recent.cancelled() else None)
            for machine, recent in zip(machines, asked, strict=True)
        ]

    def _recent(self, machine: StateMachine, size: int) -> tuple[ExecutionSummary, ...]:
        if machine.type == "EXPRESS":
            return ()
        return self._client.executions(machine.arn, status=None, after=None, size=size).items

    def _listed(self, items: tuple[ExecutionSummary, ...]) -> tuple[Listed, ...]:
        return tuple(self._readers.map(self._listed_one, items))

    def _listed_one(self, item: ExecutionSummary) -> Listed:
        return self._rows.get(item.key, lambda: self._described(item)) or Listed(item, None)

    def _described(self, item: ExecutionSummary) -> Listed | None:
        try:
            found = self._client.execution(item.arn)
            has_failed = item.status in _ENDED_BADLY
            failed = self._client.failed_in(item.arn, self._definition(found)) if has_failed else None
        except NotFoundError:
            return None
        return Listed(item, found.input, found.error, found.cause, failed, found.output)

    def _definition(self, execution: Execution) -> Definition | None:
        """Return the machine's definition as it was some seconds ago at most: it tells what handles an error."""
        arn = execution.state_machine_arn
        try:
            return self._definitions.get(f"{arn} {_slot()}", lambda: self._client.current_definition(arn))
        except (DefinitionError, NotFoundError):
            return None


def _listed_express(summary: ExecutionSummary, given: str | None, failure: ExpressFailure | None) -> Listed:
    if failure is None:
        return Listed(summary, given)
    failed = FailedIn(failure.state) if failure.state else None
    return Listed(summary, given, failure.error, failure.cause, failed)


def _slot() -> int:
    """Name the seconds for which what changes seldom is remembered."""
    return int(time.monotonic() / _COUNTED_FOR_SECONDS)


def _contains(row: Listed, text: str) -> bool:
    wanted = text.casefold()
    failed = row.failed_in
    of_state = (failed.state, failed.error) if failed else ()
    fields = (row.summary.name, row.input, row.output, row.error, row.cause, *of_state)
    return any(wanted in field.casefold() for field in fields if field)


def _weight_of(row: Listed) -> int:
    return sum(len(text) for text in (row.input, row.output, row.error, row.cause) if text) // 1000
