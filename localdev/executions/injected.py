"""What tests have put into an execution in place of the real thing: mocks and faults, as the emulator reports them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from localdev.executions.emulator import REHEARSALS, EmulatorApi, EmulatorApiError

if TYPE_CHECKING:
    from localdev.executions.history import History

_SECONDS: Final = 5.0
_WORDS: Final = {"mock": "mocked", "fault": "fault"}


def with_injected(history: History, endpoint_url: str, execution_arn: str) -> History:
    """Return a history that knows which of its events were mocked, and after which a fault was injected.

    An AWS account and an emulator without our plugins have neither.
    """
    found = reported(endpoint_url, execution_arn)
    injected: dict[int, str] = {}
    for event in found:
        word = _WORDS.get(event["kind"])
        # the items of a distributed Map share the report of their parent
        if word and event.get("executionArn") == execution_arn:
            number, text = event["eventId"], f"{word}: {event['what']}"
            injected[number] = f"{injected[number]}, {text}" if number in injected else text
    return replace(history, injected=injected) if injected else history


def reported(endpoint_url: str, execution_arn: str) -> list[dict[str, Any]]:
    """Return what was mocked and which faults were injected in an execution; nothing where that cannot be."""
    try:
        document = EmulatorApi(endpoint_url, REHEARSALS, seconds=_SECONDS).get(executionArn=execution_arn)
    except EmulatorApiError:
        return []
    events: list[dict[str, Any]] = document.get("events", [])
    return events
