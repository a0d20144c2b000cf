"""An execution told in plain text, for a terminal or a test's report."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from executions.text import failure_text, one_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mypy_boto3_stepfunctions import SFNClient
    from mypy_boto3_stepfunctions.type_defs import HistoryEventTypeDef

_LONGEST_DETAIL: Final = 160


def report_text(client: SFNClient, execution_arn: str) -> str:
    """Outcome and every event of one execution, an event a line.

    :raises botocore.exceptions.ClientError: there is no such execution.
    """
    execution = client.describe_execution(executionArn=execution_arn)
    reason = failure_text(execution.get("error"), execution.get("cause"))
    pages = client.get_paginator("get_execution_history").paginate(executionArn=execution_arn)
    events = sorted((event for page in pages for event in page["events"]), key=lambda event: event["id"])
    return "\n".join(
        [
            f"{execution['status']}{f'  {reason}' if reason else ''}",
            f"input  {one_line(execution.get('input', ''), _LONGEST_DETAIL)}",
            *_event_lines(events),
        ]
    )


def _event_lines(events: list[HistoryEventTypeDef]) -> Iterator[str]:
    if not events:
        return
    began = events[0]["timestamp"]
    width = max(len(event["type"]) for event in events)
    for event in events:
        seconds = (event["timestamp"] - began).total_seconds()
        yield f"{seconds:8.3f} s  {event['type']:<{width}}  {_detail(event)}".rstrip()


def _detail(event: HistoryEventTypeDef) -> str:
    details: Mapping[str, object] = next(
        (value for key, value in event.items() if key.endswith("EventDetails") and isinstance(value, dict)), {}
    )
    shown = [str(details[key]) for key in ("name", "error", "cause", "output") if details.get(key)]
    return one_line("  ".join(shown), _LONGEST_DETAIL)
