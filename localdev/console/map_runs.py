"""The executions of a distributed Map's run, each of them an item or a batch of items."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from localdev.console.item_letters import counts_of, letters_of
from localdev.console.remembered import Remembered
from localdev.executions.history import Status

if TYPE_CHECKING:
    from localdev.executions.client import ExecutionsClient
    from localdev.executions.records import ExecutionSummary

_PAGE: Final = 1000
_MOST: Final = 10_000
_REMEMBERED: Final = 4
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


class MapRuns:
    """Reads runs through a client, those that have ended once."""

    def __init__(self, client: ExecutionsClient) -> None:
        self._client = client
        self._ended: Remembered[MapRun] = Remembered(_REMEMBERED)

    def read(self, arn: str, *, has_ended: bool) -> MapRun:
        """Return the run's executions, at most 10,000 of them.

        :raises NotFoundError: there is no such run.
        """
        found = self._ended.find(arn) or self._read(arn)
        if has_ended:
            self._ended.put(arn, found)
        return found

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
