"""An execution's events, wherever they come from, in one shape.

The API's own shape: https://docs.aws.amazon.com/step-functions/latest/apireference/API_HistoryEvent.html. An Express
execution has no history; its events are the lines of its state machine's log group, in the shape of
https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Final, NamedTuple

from localdev.executions.errors import HistoryError
from localdev.executions.text import json_object

_DETAILS: Final = "EventDetails"
_COMMON: Final = frozenset({"id", "previousEventId", "timestamp", "type"})
_MS: Final = 1000
_LEAST_MS: Final = 10**11
"""No time in milliseconds is less since 1973, and none in seconds is more before 5138."""


class Event(NamedTuple):
    """One event. Ids count from 1; ``previous`` is 0 where there is none."""

    id: int
    previous: int
    type: str
    at: datetime
    details: Mapping[str, object]
    """What the API keeps under a key that differs from type to type, such as ``stateEnteredEventDetails``."""

    def text(self, key: str) -> str | None:
        """Return one of the details, where it is there and is text."""
        value = self.details.get(key)
        return value if isinstance(value, str) else None

    def number(self, key: str) -> int | None:
        """Return one of the details, where it is there and is a whole number."""
        value = self.details.get(key)
        return value if isinstance(value, int) else None


def read_events(events: Iterable[Mapping[str, object]]) -> tuple[Event, ...]:
    """Return events as ``GetExecutionHistory`` gives them, in whatever order, by id; the same event twice is one.

    :raises HistoryError: what is given is not an event.
    """
    read = {event.id: event for event in map(_event, events)}
    return tuple([read[number] for number in sorted(read)])


def _event(event: Mapping[str, object]) -> Event:
    number, kind = event.get("id"), event.get("type")
    if not isinstance(number, int) or not isinstance(kind, str):
        raise HistoryError(
            f"{json.dumps(event, default=str)[:200]} is not an event of a history.",
            "An event has an id, a type and a timestamp, as GetExecutionHistory gives it.",
        )
    previous = event.get("previousEventId")
    details = None
    for key in event:
        if key not in _COMMON and key.endswith(_DETAILS):
            details = event[key]
            break
    return Event(
        number,
        previous if isinstance(previous, int) else 0,
        kind,
        _time(event.get("timestamp"), number),
        details if isinstance(details, Mapping) else {},
    )


def _time(value: object, number: int) -> datetime:
    if isinstance(value, datetime):
        return value
    try:
        if isinstance(value, int | float):
            # the first version of the AWS CLI prints seconds
            return datetime.fromtimestamp(value / _MS if value >= _LEAST_MS else value, UTC)
        if isinstance(value, str):
            return _time(int(value), number) if value.isdigit() else datetime.fromisoformat(value)
    except (ValueError, OverflowError, OSError):
        pass
    raise HistoryError(f"Event {number} has the timestamp {value!r}.", "Expected a time in ISO 8601, or milliseconds.")


def events_of_log(messages: Iterable[str], execution_arn: str) -> tuple[Event, ...]:
    """Return the events of one execution among the messages of its state machine's log group."""
    found = []
    for message in messages:
        line = json_object(message)
        if line.get("execution_arn") == execution_arn:
            found.append(_logged(line))
    return read_events(found)


def _logged(line: Mapping[str, object]) -> dict[str, object]:
    return {
        "id": _whole(line.get("id")),
        "previousEventId": _whole(line.get("previous_event_id")),
        "type": line.get("type"),
        "timestamp": line.get("event_timestamp"),
        f"logged{_DETAILS}": line.get("details"),
    }


def _whole(value: object) -> object:
    return int(value) if isinstance(value, str) and value.isdigit() else value
