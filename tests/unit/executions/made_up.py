"""Histories that no engine was asked for: of any size, and of what is rare."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from localdev.executions.definition import Definition, read_definition
from localdev.executions.events import read_events
from localdev.executions.replay import read_history

if TYPE_CHECKING:
    from collections.abc import Collection

    from localdev.executions.history import History

BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
ACCEPT = {
    "StartAt": "Accept",
    "States": {"Accept": {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage", "End": True}},
}


class Writer:
    """Writes events one after the other, a millisecond apart, as GetExecutionHistory has them."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []

    def write(self, kind: str, previous: int | None = None, **details: object) -> int:
        """Write an event after the last one, or after ``previous``, and return its id."""
        number = len(self.events) + 1
        before = number - 1 if previous is None else previous
        at = BEGAN + timedelta(milliseconds=number)
        self.events.append(
            {"id": number, "previousEventId": before, "type": kind, "timestamp": at, "madeUpEventDetails": details}
        )
        return number

    def begin_map(self, name: str, length: int, previous: int | None = None, *, given: str = "{}") -> int:
        """Write that a Map of so many items was entered and begins; return the id of the event its items follow."""
        self.write("MapStateEntered", previous, name=name, input=given)
        return self.write("MapStateStarted", length=length)

    def begin_parallel(self, name: str) -> int:
        """Write that a Parallel state was entered and begins; return the id of the event its branches follow."""
        self.write("ParallelStateEntered", name=name, input="{}")
        return self.write("ParallelStateStarted")

    def fail_task(self, name: str, error: str, previous: int | None = None) -> int:
        """Write a task that is entered and fails, and return the id of its failure."""
        self.write("TaskStateEntered", previous, name=name, input="{}")
        self.write("TaskScheduled", resourceType="sqs", resource="sendMessage")
        return self.write("TaskFailed", error=error)

    def history(self) -> History:
        """Return what was written, read."""
        return read_history(read_events(self.events))


def long_failure(items: int) -> tuple[Definition, History]:
    """Return a Map of items, each of which succeeds, and a Task after it that fails: four events for each item."""
    writer = Writer()
    writer.write("ExecutionStarted", input="{}")
    begun = writer.begin_map("Each", items)
    for index in range(items):
        writer.write("MapIterationStarted", begun, name="Each", index=index)
        writer.write("PassStateEntered", name="Price", input="{}")
        writer.write("PassStateExited", name="Price", output="{}")
        writer.write("MapIterationSucceeded", name="Each", index=index)
    writer.write("MapStateSucceeded")
    writer.write("MapStateExited", name="Each", output="[]")
    writer.write("TaskStateEntered", name="Charge", input="[]")
    writer.write("TaskScheduled", resourceType="sqs", resource="sendMessage")
    writer.write("TaskFailed", error="Refused", cause="no money is left")
    writer.write("ExecutionFailed", error="Refused", cause="no money is left")
    price = {"StartAt": "Price", "States": {"Price": {"Type": "Pass", "End": True}}}
    states = {
        "Each": {"Type": "Map", "ItemProcessor": price, "Next": "Charge"},
        "Charge": {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage", "End": True},
    }
    return read_definition({"StartAt": "Each", "States": states}), writer.history()


def long_cause() -> tuple[Definition, History]:
    """Return a Task that fails with a cause of three thousand characters."""
    writer = Writer()
    writer.write("ExecutionStarted", input="{}")
    writer.write("TaskStateEntered", name="Accept", input="{}")
    writer.write("TaskScheduled", resourceType="sqs", resource="sendMessage")
    cause = "no money is left, " * 170
    writer.write("TaskFailed", error="Refused", cause=cause)
    writer.write("ExecutionFailed", error="Refused", cause=cause)
    return read_definition(ACCEPT), writer.history()


def long_loop(rounds: int, *, catch: str | None = None) -> tuple[Definition, History]:
    """Return a Task and a Choice, again and again, until that leads to a Fail state: six events for each round.

    Where it has a Catch, the Task's leads to the state that is named.
    """
    return read_definition(loop_definition(rounds, catch=catch)), loop_events(rounds).history()


def loop_definition(rounds: int, *, catch: str | None = None) -> dict[str, Any]:
    """Return the definition of a long loop."""
    poll = {"Type": "Task", "Resource": "arn:aws:states:::sqs:receiveMessage", "Next": "Again?"}
    rule = {"Variable": "$.n", "NumericLessThan": rounds, "Next": "Poll"}
    states = {
        "Poll": {**poll, "Catch": [{"ErrorEquals": ["States.ALL"], "Next": catch}]} if catch else poll,
        "Again?": {"Type": "Choice", "Choices": [rule], "Default": "Sorry"},
        "Sorry": {"Type": "Fail"},
    }
    return {"StartAt": "Poll", "States": states}


def loop_events(rounds: int) -> Writer:
    """Write the events of a long loop."""
    writer = Writer()
    writer.write("ExecutionStarted", input="{}")
    for _ in range(rounds):
        writer.write("TaskStateEntered", name="Poll", input="{}")
        writer.write("TaskScheduled", resourceType="sqs", resource="receiveMessage")
        writer.write("TaskSucceeded", output="{}")
        writer.write("TaskStateExited", name="Poll", output="{}")
        writer.write("ChoiceStateEntered", name="Again?", input="{}")
        writer.write("ChoiceStateExited", name="Again?", output="{}")
    writer.write("FailStateEntered", name="Sorry", input="{}")
    writer.write("ExecutionFailed", error="TooMany")
    return writer


def map_of(count: int, failing: Collection[int] = (), not_started: int = 0) -> tuple[Definition, History]:
    """Return a Map of items named ``file-INDEX``, of which some fail, and which fails with them."""
    writer = Writer()
    writer.write("ExecutionStarted", input="{}")
    begun = writer.begin_map("Each", count + not_started)
    for index in range(count):
        writer.write("MapIterationStarted", begun, name="Each", index=index)
        writer.write("TaskStateEntered", name="Accept", input=json.dumps({"name": f"file-{index}"}))
        if index in failing:
            writer.write("TaskScheduled", resourceType="sqs", resource="sendMessage")
            writer.write("TaskFailed", error="Refused", cause=f"number {index} is refused")
            writer.write("MapIterationFailed", name="Each", index=index)
        else:
            writer.write("TaskStateExited", name="Accept", output="{}")
            writer.write("MapIterationSucceeded", name="Each", index=index)
    if failing:
        writer.write("MapStateFailed", error="Refused")
        writer.write("ExecutionFailed", error="Refused")
    else:
        writer.write("MapStateSucceeded")
        writer.write("MapStateExited", name="Each", output="[]")
        writer.write("ExecutionSucceeded", output="[]")
    states = {"Each": {"Type": "Map", "ItemProcessor": ACCEPT, "End": True}}
    return read_definition({"StartAt": "Each", "States": states}), writer.history()
