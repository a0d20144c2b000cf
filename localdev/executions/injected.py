"""What tests have put into an execution in place of the real thing: mocks and faults, as the emulator reports them."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import urllib3

if TYPE_CHECKING:
    from localdev.executions.history import History

_PATH: Final = "/_localdev/rehearsals"
_OF_AWS: Final = ".amazonaws.com"
_SECONDS: Final = 5.0
_OK: Final = 200
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
    if _OF_AWS in endpoint_url:
        return []
    url = f"{endpoint_url.rstrip('/')}{_PATH}"
    try:
        response = urllib3.request("GET", url, fields={"executionArn": execution_arn}, timeout=_SECONDS, retries=False)
        document = json.loads(response.data) if response.status == _OK else {}
    except (urllib3.exceptions.HTTPError, ValueError):
        return []
    events: list[dict[str, Any]] = document.get("events", []) if isinstance(document, dict) else []
    return events
