"""Read an execution's history: all of it, or only what has come since it was read before."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from localdev.executions.events import read_events
from localdev.executions.replay import read_history

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mypy_boto3_stepfunctions import SFNClient

    from localdev.executions.events import Event
    from localdev.executions.history import History

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
    return read_history(read_events(cast("Mapping[str, object]", event) for page in pages for event in page["events"]))


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
