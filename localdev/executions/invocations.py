"""Find the function that a Task invoked, and the log lines of that invocation."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from localdev.executions.text import json_object

if TYPE_CHECKING:
    from localdev.executions.events import Event

_REQUEST_ID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_LAMBDAS_OWN: Final = re.compile(rf"(RequestId: |[\dT:.-]+Z )(?P<id>{_REQUEST_ID.pattern}) ")
"""``RequestId: … Error: Runtime exited …`` and ``2026-01-01T00:00:00.000Z … Task timed out after 3.00 seconds``."""


def function_of(event: Event) -> str | None:
    """Return the function, by name or ARN, that a scheduling event is about, if it is about one."""
    if event.type == "LambdaFunctionScheduled":
        return event.text("resource")
    if event.text("resourceType") != "lambda":
        return None
    name = json_object(event.text("parameters")).get("FunctionName")
    return name if isinstance(name, str) else None


def request_id_of(event: Event) -> str | None:
    """Return the invocation's request id, where what ended it has it.

    Of invocations that succeeded only the ``lambda:invoke`` integration's output does; of those that failed, the cause
    of many runtimes and of Lambda's own errors.
    """
    if not event.type.startswith("LambdaFunction") and event.text("resourceType") != "lambda":
        return None
    return _of_output(event.text("output")) or _of_cause(event.text("cause"))


def _of_output(output: str | None) -> str | None:
    document = json_object(output)
    for key in ("SdkResponseMetadata", "ResponseMetadata"):
        metadata = document.get(key)
        if isinstance(metadata, dict) and isinstance(metadata.get("RequestId"), str):
            return str(metadata["RequestId"])
    return None


def _of_cause(cause: str | None) -> str | None:
    document = json_object(cause)
    named = document.get("requestId")
    if isinstance(named, str) and _REQUEST_ID.fullmatch(named):
        return named
    message = document.get("errorMessage")
    found = _LAMBDAS_OWN.match(message) if isinstance(message, str) else None
    return found["id"] if found else None
