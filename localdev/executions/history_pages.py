"""Reads pages of ``GetExecutionHistory`` in half the time.

botocore looks for each of the forty members that an event may have, in each event. An event has five. So its events are
taken out of the answer before botocore parses that, and put back as they came, but for their timestamps.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions import SFNClient

_PARSED: Final = "before-parse.sfn.GetExecutionHistory"
_FIRST_ERROR: Final = 300


def read_events_as_they_are(client: SFNClient) -> None:
    """Let a client read histories so, from now on."""
    client.meta.events.register(_PARSED, _take_events, unique_id="events-as-they-are")


def _take_events(response_dict: dict[str, Any], customized_response_dict: dict[str, Any], **_: Any) -> None:
    """Take the events out of an answer; leave to botocore what is no such answer."""
    if response_dict["status_code"] >= _FIRST_ERROR:
        return
    try:
        document = json.loads(response_dict["body"])
    except ValueError:
        return
    events = document.pop("events", None) if isinstance(document, dict) else None
    if not isinstance(events, list) or not all(isinstance(event, dict) for event in events):
        return
    customized_response_dict["events"] = [_event(event) for event in events]
    response_dict["body"] = json.dumps(document).encode()


def _event(event: dict[str, Any]) -> dict[str, Any]:
    found = _without_nulls(event)
    at = found.get("timestamp")
    if isinstance(at, int | float):
        found["timestamp"] = datetime.fromtimestamp(at, UTC)
    return found


def _without_nulls(document: dict[str, Any]) -> dict[str, Any]:
    """Remove members that are null at any depth of objects, in place: hardly an event has one."""
    if None in document.values():
        document = {name: value for name, value in document.items() if value is not None}
    for name, value in document.items():
        if isinstance(value, dict):
            document[name] = _without_nulls(value)
    return document
