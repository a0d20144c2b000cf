"""Which function a Task invoked, and which of its log lines are that invocation's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from executions.text import json_object

if TYPE_CHECKING:
    from executions.events import Event


def function_of(event: Event) -> str | None:
    """The function, by name or ARN, that a scheduling event is about, if it is about one."""
    if event.type == "LambdaFunctionScheduled":
        return event.text("resource")
    if event.text("resourceType") != "lambda":
        return None
    name = json_object(event.text("parameters")).get("FunctionName")
    return name if isinstance(name, str) else None


def request_id_of(event: Event) -> str | None:
    """The invocation's request id, which only the output of the ``lambda:invoke`` integration has."""
    if event.text("resourceType") != "lambda":
        return None
    output = json_object(event.text("output"))
    for key in ("SdkResponseMetadata", "ResponseMetadata"):
        metadata = output.get(key)
        if isinstance(metadata, dict) and isinstance(metadata.get("RequestId"), str):
            return str(metadata["RequestId"])
    return None
