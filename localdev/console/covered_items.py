"""The items of distributed Maps, each an execution of its own, as a part of what executions have reached."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Final

from localdev.executions.errors import NotFoundError
from localdev.executions.records import is_express

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from concurrent.futures import Executor

    from localdev.executions.client import ExecutionsClient
    from localdev.executions.history import History

_MOST: Final = 200
"""Items whose histories are read, of all runs together."""


@dataclass(frozen=True)
class CoveredItems:
    """Executions of items, and how many items each run had."""

    histories: tuple[History, ...]
    numbers: Mapping[str, int]
    """The number of items by the run's ARN."""
    is_all: bool
    """Whether every item's execution was read, and not some alone."""


def covered_items(client: ExecutionsClient, histories: Iterable[History], readers: Executor) -> CoveredItems:
    """Read what the items of the distributed Maps in some histories did; an Express one has no history."""
    runs = list({visit.map_run_arn: None for each in histories for visit in each.visits if visit.map_run_arn})

    def number(run: str) -> int | None:
        with suppress(NotFoundError):
            return client.items_of_map_run(run)
        return None

    def history(arn: str) -> History | None:
        with suppress(NotFoundError):
            return client.history(arn)
        return None

    numbers = zip(runs, readers.map(number, runs), strict=True)
    found = list(islice(_children(client, runs), _MOST + 1))
    read = readers.map(history, found[:_MOST])
    return CoveredItems(
        tuple(each for each in read if each is not None),
        {run: counted for run, counted in numbers if counted is not None},
        is_all=len(found) <= _MOST,
    )


def _children(client: ExecutionsClient, runs: Iterable[str]) -> Iterator[str]:
    for run in runs:
        with suppress(NotFoundError):
            page = client.executions_of_map_run(run, size=_MOST + 1)
            yield from (each.arn for each in page.items if not is_express(each.arn))
