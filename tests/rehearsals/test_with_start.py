"""Rehearsals that come with the request that starts their execution, and ends that come with their history."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError

from localdev.executions.raw_pages import item_of_json
from tests.rehearsals.rehearsing import Rehearsed, raises, returns, states, task

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.rehearsals.rehearsing import Rehearsing

HEADER = "X-Localdev-Rehearsal"
WORK = states("Work", Work=task())


@pytest.fixture(autouse=True)
def polled(rehearsing: Rehearsing) -> Iterator[None]:
    """Poll once, as a run of tests does before its first mock."""
    run = {"run": f"run-{uuid4().hex}"}
    assert rehearsing.request("GET", "/starts", params=run | {"seconds": "0"})["header"] == HEADER
    yield
    rehearsing.request("DELETE", "/starts", json=run)


def start(rehearsing: Rehearsing, machine: str, text: str, name: str) -> Rehearsed:
    """Start an execution with a header."""

    def add(params: dict[str, Any], **_: Any) -> None:
        params["headers"][HEADER] = text

    events = rehearsing.client.meta.events
    events.register("before-call.sfn.StartExecution", add)
    try:
        started = rehearsing.client.start_execution(stateMachineArn=machine, name=name)
    finally:
        events.unregister("before-call.sfn.StartExecution", add)
    return Rehearsed(rehearsing, machine, name, started["executionArn"])


def document(machine: str, name: str, **rehearsal: Any) -> str:
    return json.dumps({"stateMachineArn": machine, "name": name, **rehearsal})


def end(rehearsing: Rehearsing, execution: Rehearsed) -> Any:
    return rehearsing.request("GET", "/end", params=execution.key | {"seconds": "20"})


def test_a_start_brings_its_mocks_along(rehearsing: Rehearsing) -> None:
    machine, name = rehearsing.machine(WORK), f"test-{uuid4().hex}"
    text = document(machine, name, mocks={"Work": [returns("größer")]})
    assert start(rehearsing, machine, text, name).output == "größer"


def test_a_start_that_is_sent_twice_is_one(rehearsing: Rehearsing) -> None:
    machine, name = rehearsing.machine(WORK), f"test-{uuid4().hex}"
    running = {"answers": [{"return": 1, "after": 3600}]}
    text = document(machine, name, mocks={"Work": [running]}, clock={})
    first, second = (start(rehearsing, machine, text, name) for _ in range(2))
    assert first.arn == second.arn
    first.advance(3600)
    assert first.output == 1


@pytest.mark.parametrize("text", ["no JSON", "[]", '{"name": 1}'])
def test_a_header_that_is_no_rehearsal_starts_nothing(rehearsing: Rehearsing, text: str) -> None:
    machine, name = rehearsing.machine(WORK), f"test-{uuid4().hex}"
    with pytest.raises(ClientError, match="RehearsalRefused"):
        start(rehearsing, machine, text, name)
    assert rehearsing.client.list_executions(stateMachineArn=machine)["executions"] == []


def test_mocks_of_an_older_definition_start_nothing(rehearsing: Rehearsing) -> None:
    machine, name = rehearsing.machine(WORK), f"test-{uuid4().hex}"
    digest = hashlib.sha256(b"another definition").hexdigest()
    with pytest.raises(ClientError, match="has been updated"):
        start(rehearsing, machine, document(machine, name, definition=digest), name)
    assert rehearsing.client.list_executions(stateMachineArn=machine)["executions"] == []


@pytest.mark.parametrize("answer", [returns(1), raises("Burnt", "black")])
def test_the_end_tells_the_history_and_the_report(rehearsing: Rehearsing, answer: dict[str, Any]) -> None:
    execution = rehearsing.start(WORK, mocks={"Work": [answer]})
    reported = end(rehearsing, execution)
    assert [item_of_json(event) for event in reported["events"]] == execution.history()
    assert reported["report"] | {"now": 0} == execution.report() | {"now": 0}
    assert reported["execution"]["status"] == execution.described()["status"]


def test_the_end_of_a_long_history_is_shown_without_it(rehearsing: Rehearsing) -> None:
    map_state = {
        "Type": "Map",
        "ItemsPath": "$",
        "ItemProcessor": states("Pass", Pass={"Type": "Pass", "End": True}),
        "End": True,
    }
    execution = rehearsing.start(states("All", All=map_state), list(range(300)), clock={})
    reported = end(rehearsing, execution)
    assert reported["execution"]["status"] == "SUCCEEDED"
    assert reported["events"] is None


def test_an_end_is_shown_once(rehearsing: Rehearsing) -> None:
    execution = rehearsing.start(WORK, mocks={"Work": [returns(1)]})
    assert end(rehearsing, execution)
    assert end(rehearsing, execution) == {}
