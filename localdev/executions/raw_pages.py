"""Reads pages of histories and of lists of executions in a fraction of the time.

botocore looks for each of the forty members that an event may have, in each event. An event has five. So what a page
lists is taken out of the answer before botocore parses that, and put back as it came, but for its timestamps.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions import SFNClient

_LISTS: Final = {
    "GetExecutionHistory": ("events", ("timestamp",)),
    "ListExecutions": ("executions", ("startDate", "stopDate", "redriveDate")),
}
"""By the operation: the list in its answer, and the members of what is listed that are times."""
_FIRST_ERROR: Final = 300


def read_pages_as_they_are(client: SFNClient) -> None:
    """Let a client read pages so, from now on."""
    for operation, (name, times) in _LISTS.items():
        take = partial(_take_list, name, times)
        client.meta.events.register(f"before-parse.sfn.{operation}", take, unique_id=f"{name}-as-they-are")


def _take_list(
    name: str,
    times: tuple[str, ...],
    response_dict: dict[str, Any],
    customized_response_dict: dict[str, Any],
    **_: Any,
) -> None:
    """Take the list out of an answer; leave to botocore what is no such answer."""
    if response_dict["status_code"] >= _FIRST_ERROR:
        return
    try:
        document = json.loads(response_dict["body"])
    except ValueError:
        return
    listed = document.pop(name, None) if isinstance(document, dict) else None
    if not isinstance(listed, list) or not all(isinstance(item, dict) for item in listed):
        return
    read = item_of_json if b"null" in response_dict["body"] else _with_times
    customized_response_dict[name] = [read(item, times) for item in listed]
    response_dict["body"] = json.dumps(document).encode()


def item_of_json(item: dict[str, Any], times: tuple[str, ...] = ("timestamp",)) -> dict[str, Any]:
    """Return an item of an answer's JSON, by default an event of a history, as botocore gives it."""
    return _with_times(_without_nulls(item), times)


def _with_times(item: dict[str, Any], times: tuple[str, ...]) -> dict[str, Any]:
    """Read an item's times, in place."""
    for name in times:
        at = item.get(name)
        if isinstance(at, (int, float)):
            item[name] = datetime.fromtimestamp(at, UTC)
    return item


def _without_nulls(document: dict[str, Any]) -> dict[str, Any]:
    """Remove members that are null at any depth of objects, in place: hardly an event has one."""
    if None in document.values():
        document = {name: value for name, value in document.items() if value is not None}
    for name, value in document.items():
        if isinstance(value, dict):
            document[name] = _without_nulls(value)
    return document
