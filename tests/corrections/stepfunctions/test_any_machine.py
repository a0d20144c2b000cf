"""What is true of each execution, whatever its machine does and however it ends: random machines, forty at once."""

from __future__ import annotations

import json
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from random import Random
from typing import TYPE_CHECKING, Any, Final

import pytest

from localdev.system.waiting import wait_until
from tests.corrections.stepfunctions.any_machine import CHILD, Machines
from tests.corrections.stepfunctions.running import SECONDS, created, described, ended, history, name, started

if TYPE_CHECKING:
    from collections.abc import Iterable

    from localdev.engines.clients import Clients

_AT_ONCE: Final = 40
_ENDS: Final = {
    "ExecutionSucceeded": "SUCCEEDED",
    "ExecutionFailed": "FAILED",
    "ExecutionAborted": "ABORTED",
    "ExecutionTimedOut": "TIMED_OUT",
}


@dataclass(frozen=True)
class Ended:
    """One execution, as it was described when it had ended, and later, and its history read after each."""

    definition: dict[str, Any]
    described: dict[str, Any]
    events: list[dict[str, Any]]
    described_later: dict[str, Any]
    events_later: list[dict[str, Any]]

    def count(self, *kinds: str) -> int:
        """Return how many events are of one of some kinds."""
        return sum(event["type"] in kinds for event in self.events)

    def names(self, details: str) -> Counter[str]:
        """Return how often each state has events with these details."""
        return Counter(event[details]["name"] for event in self.events if details in event)


def _described(clients: Clients, execution: str) -> dict[str, Any]:
    return {key: value for key, value in described(clients, execution).items() if key != "ResponseMetadata"}


def _run(clients: Clients, machines: Machines) -> Ended:
    definition, random = machines.definition(), machines.random
    execution = started(clients, created(clients, definition), machines.document())
    if random.randrange(4) == 0:
        # whatever it is at when it has written so many events, or has ended
        events = random.randint(1, 20)
        wait_until(
            lambda: len(history(clients, execution)) >= events or described(clients, execution)["status"] != "RUNNING",
            what=f"event {events} of {execution}, or its end",
            seconds=SECONDS,
        )
        clients.client("stepfunctions").stop_execution(executionArn=execution, error="Stopped", cause="by a test")
    ended(clients, execution)
    at_the_end, events_then = _described(clients, execution), history(clients, execution)
    return Ended(definition, at_the_end, events_then, _described(clients, execution), history(clients, execution))


@pytest.fixture(scope="module")
def executions(aws: Clients) -> list[Ended]:
    """Run many machines at once, and wait for their ends."""
    queue = aws.client("sqs").create_queue(QueueName=name("tokens"))["QueueUrl"]
    child = created(aws, CHILD)
    drawn = [Machines(Random(seed), child, queue) for seed in range(_AT_ONCE)]  # noqa: S311 - the same each time
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        return list(pool.map(lambda machines: _run(aws, machines), drawn))


def _assert_none(wrong: Iterable[tuple[Ended, object]]) -> None:
    """Fail with the first execution that something is wrong with."""
    for execution, found in wrong:
        what = json.dumps({"definition": execution.definition, "events": execution.events}, default=str)
        pytest.fail(f"{execution.described['executionArn']}: {found}\n{what}")


def test_they_end_in_every_way(executions: list[Ended]) -> None:
    assert {execution.described["status"] for execution in executions} == set(_ENDS.values())


def test_a_history_is_numbered_in_order_of_time(executions: list[Ended]) -> None:
    for execution in executions:
        assert [event["id"] for event in execution.events] == [*range(1, len(execution.events) + 1)]
    _assert_none(
        (execution, f"event {after['id']} was before the one before it")
        for execution in executions
        for before, after in pairwise(execution.events)
        if after["timestamp"] < before["timestamp"]
    )


def test_each_event_follows_an_earlier_one(executions: list[Ended]) -> None:
    _assert_none(
        (execution, f"event {event['id']} follows {event['previousEventId']}")
        for execution in executions
        for event in execution.events
        if not 0 <= event["previousEventId"] < event["id"]
    )


def test_a_history_begins_once_and_ends_once(executions: list[Ended]) -> None:
    for execution in executions:
        kinds = [event["type"] for event in execution.events]
        ends = [kind for kind in kinds if kind in _ENDS]
        _assert_none([(execution, ends)] if kinds[0] != "ExecutionStarted" or ends != kinds[-1:] else [])


def test_the_last_event_tells_what_describe_execution_tells(executions: list[Ended]) -> None:
    for execution in executions:
        last, described_ = execution.events[-1], execution.described
        details: dict[str, Any] = next((last[key] for key in last if key.endswith("EventDetails")), {})
        told = (_ENDS[last["type"]], *(details.get(key) for key in ("output", "error", "cause")))
        described_so = (described_["status"], *(described_.get(key) for key in ("output", "error", "cause")))
        _assert_none([(execution, f"{told} and {described_so}")] if told != described_so else [])


def test_nothing_changes_after_the_end(executions: list[Ended]) -> None:
    for execution in executions:
        assert execution.described_later == execution.described
        assert len(execution.events_later) == len(execution.events)


def test_a_state_is_left_at_most_as_often_as_it_is_entered(executions: list[Ended]) -> None:
    left_too_often = (
        (execution, execution.names("stateExitedEventDetails") - execution.names("stateEnteredEventDetails"))
        for execution in executions
    )
    _assert_none((execution, names) for execution, names in left_too_often if names)


def test_an_item_ends_once_at_most_and_each_does_where_the_execution_succeeds(executions: list[Ended]) -> None:
    for execution in executions:
        begun = execution.count("MapIterationStarted")
        over = execution.count("MapIterationSucceeded", "MapIterationFailed", "MapIterationAborted")
        are_all = execution.described["status"] == "SUCCEEDED"
        _assert_none([(execution, f"{over} of {begun} items")] if over > begun or (are_all and over < begun) else [])


def test_no_cause_is_an_exception_of_the_emulator(executions: list[Ended]) -> None:
    _assert_none(
        (execution, execution.described["cause"])
        for execution in executions
        if any(sign in execution.described.get("cause", "") for sign in ("Traceback", "Error(", "Exception("))
    )
