"""The executions of a distributed Map's run, each of them an item or a batch of items."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from localdev.console.item_letters import counts_of, letters_of
from localdev.console.remembered import Remembered
from localdev.executions.errors import NotFoundError
from localdev.executions.history import Status
from localdev.executions.text import failure_text

if TYPE_CHECKING:
    from localdev.executions.client import ExecutionsClient
    from localdev.executions.records import ExecutionSummary

_PAGE: Final = 1000
_MOST: Final = 10_000
_REMEMBERED: Final = 4
MOST_SEARCHED: Final = 2_000
"""Executions of a run that a text is looked for in: each has to be asked for."""
_HEAVIEST: Final = 20_000_000
"""Characters of what executions say that are remembered."""
_MOST_REASONS: Final = 3
_READERS: Final = 8
_STATUSES: Final = {"PENDING_REDRIVE": Status.RUNNING, **{status.value: status for status in Status}}


@dataclass(frozen=True)
class MapRun:
    """What a run has started, in the order of the starts."""

    executions: tuple[ExecutionSummary, ...]
    is_cut: bool
    """Whether there are older ones, which were not read."""

    @property
    def letters(self) -> str:
        """A letter for the status of each: see items.js."""
        return letters_of(_STATUSES.get(each.status) for each in self.executions)

    @property
    def counts(self) -> list[tuple[str, str, int]]:
        """Letter, word and number of each status that they have, the gravest first."""
        return counts_of(_STATUSES.get(each.status) for each in self.executions)


@dataclass(frozen=True)
class FailedItem:
    """An execution of a run that failed, and why."""

    number: int
    """Its place in the run."""
    arn: str
    state: str | None
    reason: str | None


class MapRuns:
    """Reads runs through a client, those that have ended once."""

    def __init__(self, client: ExecutionsClient) -> None:
        self._client = client
        self._texts: Remembered[str] = Remembered(MOST_SEARCHED, weigh=len, heaviest=_HEAVIEST)
        self._readers = ThreadPoolExecutor(_READERS, thread_name_prefix="map-run")
        self._ended: Remembered[MapRun] = Remembered(_REMEMBERED)

    def read(self, arn: str, *, has_ended: bool) -> MapRun:
        """Return the run's executions, at most 10,000 of them.

        :raises NotFoundError: there is no such run.
        """
        found = self._ended.find(arn) or self._read(arn)
        if has_ended:
            self._ended.put(arn, found)
        return found

    def failed_of(self, run: MapRun) -> list[FailedItem]:
        """Return the first executions of a run that failed or timed out."""
        grave = {Status.FAILED, Status.TIMED_OUT}
        found = [
            (number, each.arn) for number, each in enumerate(run.executions) if _STATUSES.get(each.status) in grave
        ]
        return [self._failed(number, arn) for number, arn in found[:_MOST_REASONS]]

    def _failed(self, number: int, arn: str) -> FailedItem:
        execution = self._client.execution(arn)
        failed = self._client.failed_in(arn)
        reason = failure_text(execution.error, execution.cause)
        return FailedItem(number, arn, failed.state if failed else None, reason)

    def containing(self, run: MapRun, text: str) -> list[int]:
        """Return the places of the executions whose name, input, output, error or cause has a text."""
        wanted = text.casefold()
        texts = self._readers.map(self._text_of, run.executions[:MOST_SEARCHED])
        return [number for number, each in enumerate(texts) if wanted in each]

    def _text_of(self, summary: ExecutionSummary) -> str:
        known = self._texts.find(summary.arn)
        if known is not None:
            return known
        try:
            found = self._client.execution(summary.arn)
        except NotFoundError:
            return summary.name.casefold()
        said = "\n".join(filter(None, (found.name, found.input, found.output, found.error, found.cause))).casefold()
        if not found.is_running:
            self._texts.put(summary.arn, said)
        return said

    def _read(self, arn: str) -> MapRun:
        found: list[ExecutionSummary] = []
        after: str | None = None
        while len(found) < _MOST:
            page = self._client.executions_of_map_run(arn, size=_PAGE, after=after)
            found += page.items
            after = page.next
            if after is None:
                break
        return MapRun(tuple(reversed(found)), after is not None)
