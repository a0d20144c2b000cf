"""Executions and log events have a bound, and lists of them pages."""

from __future__ import annotations

import json
import time
import uuid
from typing import TYPE_CHECKING, Any

import pytest

from localdev.engines import EmbeddedEngine
from localdev.system.processes import free_port
from localdev.system.waiting import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from localdev.engines.clients import Clients

ROLE = "arn:aws:iam::000000000000:role/any"
KEPT = 5


@pytest.fixture(scope="module")
def aws() -> Iterator[Clients]:
    """Clients of a LocalStack with small bounds."""
    settings = {"STEPFUNCTIONS_KEPT_EXECUTIONS": str(KEPT), "LOGS_KEPT_EVENTS": "100"}
    engine = EmbeddedEngine(free_port(), ends_with_us=True, settings=settings)
    engine.start()
    yield engine.clients()
    engine.stop()


def test_the_newest_executions_that_have_ended_are_kept(aws: Clients) -> None:
    machines = aws.client("stepfunctions")
    definition = json.dumps({"StartAt": "A", "States": {"A": {"Type": "Succeed"}}})
    machine = machines.create_state_machine(name=uuid.uuid4().hex, definition=definition, roleArn=ROLE)[
        "stateMachineArn"
    ]
    started = []
    for _ in range(KEPT + 3):
        arn = machines.start_execution(stateMachineArn=machine)["executionArn"]
        wait_until(
            lambda arn=arn: machines.describe_execution(executionArn=arn)["status"] == "SUCCEEDED" or None,  # type: ignore[misc]
            what="the execution to end",
            seconds=30,
        )
        started.append(arn)

    def listed() -> list[str]:
        return [each["executionArn"] for each in machines.list_executions(stateMachineArn=machine)["executions"]]

    # the last one is counted a moment after it is seen to have ended
    wait_until(lambda: len(listed()) == KEPT or None, what=f"{KEPT} executions to be kept", seconds=30)
    assert set(listed()) == set(started[-KEPT:])
    with pytest.raises(machines.exceptions.ExecutionDoesNotExist):
        machines.describe_execution(executionArn=started[0])


def test_a_group_keeps_its_newest_events_and_gives_them_in_pages(aws: Clients) -> None:
    logs, group = aws.client("logs"), uuid.uuid4().hex
    logs.create_log_group(logGroupName=group)
    now = int(time.time() * 1000)
    for stream in ("a", "b"):
        logs.create_log_stream(logGroupName=group, logStreamName=stream)
        events: list[Any] = [{"timestamp": now + number, "message": f"{stream} {number}"} for number in range(60)]
        logs.put_log_events(logGroupName=group, logStreamName=stream, logEvents=events)

    pages = list(
        logs.get_paginator("filter_log_events").paginate(logGroupName=group, PaginationConfig={"PageSize": 30})
    )

    assert [len(page["events"]) for page in pages] == [30, 30, 30, 10]
    messages = [event["message"] for page in pages for event in page["events"]]
    assert len(set(messages)) == 100
    assert {message for message in messages if message.startswith("b")} == {f"b {number}" for number in range(60)}
    only = logs.filter_log_events(logGroupName=group, filterPattern='"b 7"')["events"]
    assert [event["message"] for event in only] == ["b 7"]
