"""Read an execution's history: all of it, or only what has come since it was read before."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Final, cast

from localdev.executions.events import read_events
from localdev.executions.replay import ends_an_execution, read_history

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mypy_boto3_stepfunctions import SFNClient

    from localdev.executions.events import Event
    from localdev.executions.history import History

LONG: Final = 5000
"""Number of events from which on the end of a history is read by itself."""
_EVENTS_AT_ONCE: Final = 1000
_NEWEST_AT_ONCE: Final = 100


def history_of(client: SFNClient, execution_arn: str) -> History:
    """Return every page of a Standard execution's history, read.

    :raises botocore.exceptions.ClientError: there is no such execution.
    """
    paginator = client.get_paginator("get_execution_history")
    pages = paginator.paginate(
        executionArn=execution_arn, includeExecutionData=True, PaginationConfig={"PageSize": _EVENTS_AT_ONCE}
    )
    return read_history(
        event
        for page in _asked_for_ahead(iter(pages))
        for event in read_events(cast("list[Mapping[str, object]]", page["events"]))
    )


def end_of(client: SFNClient, execution_arn: str) -> History:
    """Return what the newest events of a Standard execution, one page of them, say that its states did.

    Of one that has ended after fewer than :data:`LONG` events, return what all of them say. Of one that runs, an event
    may come between two pages.

    :raises botocore.exceptions.ClientError: there is no such execution.
    """
    pages = client.get_paginator("get_execution_history").paginate(
        executionArn=execution_arn,
        includeExecutionData=True,
        reverseOrder=True,
        PaginationConfig={"PageSize": _EVENTS_AT_ONCE},
    )
    events: tuple[Event, ...] = ()
    for page in pages:
        events = (*read_events(cast("list[Mapping[str, object]]", page["events"])), *events)
        if not events or events[-1].id >= LONG or not ends_an_execution(events[-1]):
            break
    return read_history(events)


def _asked_for_ahead(pages: Iterator[Any]) -> Iterator[Any]:
    """Yield pages, and let the engine prepare the next one while one is read."""
    page = next(pages, None)
    if page is None or "nextToken" not in page:
        yield from () if page is None else (page,)
        return
    with ThreadPoolExecutor(1, thread_name_prefix="history-page") as reader:
        while page is not None:
            following = reader.submit(next, pages, None)
            yield page
            page = following.result()


def grown(client: SFNClient, execution_arn: str, known: History) -> History:
    """Return a Standard execution's history, of which ``known`` was read before; ``known`` itself where it is all.

    :raises botocore.exceptions.ClientError: there is no such execution.
    """
    if not known.events:
        return history_of(client, execution_arn)
    last = known.events[-1]
    newer: dict[int, Event] = {}
    paginator = client.get_paginator("get_execution_history")
    pages = paginator.paginate(
        executionArn=execution_arn,
        includeExecutionData=True,
        reverseOrder=True,
        PaginationConfig={"PageSize": _NEWEST_AT_ONCE},
    )
    for page in pages:
        found = {event.id: event for event in read_events(cast("list[Mapping[str, object]]", page["events"]))}
        newer.update((number, event) for number, event in found.items() if number > last.id)
        if last.id in found:
            if found[last.id] != last:
                break
            return read_history((*known.events, *newer.values())) if newer else known
    # an engine that was started anew may have another execution under the same name
    return history_of(client, execution_arn)
