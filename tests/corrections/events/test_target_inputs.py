"""Test what a rule's target is sent, seen by the executions and the messages that come of it."""

from __future__ import annotations

import json
import uuid
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from localdev.system.waiting import wait_until
from tests.corrections.stepfunctions.machines import ROLE, machine

if TYPE_CHECKING:
    from collections.abc import Iterator

    from localdev.engines.clients import Clients

_PASS = {"StartAt": "P", "States": {"P": {"Type": "Pass", "End": True}}}
_DETAIL = {"name": 'a "b"\n', "count": 0, "ready": False, "more": {"deep": [1, "x"]}}


@contextmanager
def _rule(clients: Clients, target: dict[str, Any]) -> Iterator[str]:
    """Make a rule of a source of its own with one target, and return that source."""
    events, name = clients.client("events"), f"case-{uuid.uuid4().hex[:12]}"
    events.put_rule(Name=name, EventPattern=json.dumps({"source": [name]}))
    events.put_targets(Rule=name, Targets=[{"Id": "1", **target}])
    try:
        yield name
    finally:
        events.remove_targets(Rule=name, Ids=["1"])
        events.delete_rule(Name=name)


def _send(clients: Clients, source: str) -> str:
    """Send an event, and return its id."""
    entry = {"Source": source, "DetailType": "case", "Detail": json.dumps(_DETAIL)}
    sent = clients.client("events").put_events(Entries=[entry])["Entries"][0]
    return str(sent["EventId"])


def _executions(clients: Clients, arn: str, count: int) -> list[dict[str, Any]]:
    """Wait for so many executions of a machine, and return them described."""
    states = clients.client("stepfunctions")

    def look() -> list[dict[str, Any]] | None:
        found = states.list_executions(stateMachineArn=arn)["executions"]
        described = [dict(states.describe_execution(executionArn=each["executionArn"])) for each in found]
        return described if len(described) >= count else None

    return wait_until(look, what=f"{count} executions", seconds=30)


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ({"Input": '{"fixed": 1}'}, {"fixed": 1}),
        ({"Input": "{}"}, {}),
        ({"InputPath": "$.detail.more"}, {"deep": [1, "x"]}),
        (
            {"InputTransformer": {"InputPathsMap": {"c": "$.detail.count"}, "InputTemplate": '{"c": <c>}'}},
            {"c": 0},
        ),
        (
            {
                "InputTransformer": {
                    "InputPathsMap": {"n": "$.detail.name", "c": "$.detail.count", "r": "$.detail.ready"},
                    "InputTemplate": '{"n": <n>, "r": <r>, "text": "<n> times <c>"}',
                }
            },
            {"n": 'a "b"\n', "r": False, "text": 'a "b"\n times 0'},
        ),
    ],
    ids=["a constant", "an empty constant", "a part", "a zero", "a template"],
)
def test_an_execution_starts_with_what_the_target_asks_for(
    aws: Clients, target: dict[str, Any], expected: object
) -> None:
    with machine(aws, _PASS) as arn, _rule(aws, {"Arn": arn, "RoleArn": ROLE, **target}) as source:
        event = _send(aws, source)

        (execution,) = _executions(aws, arn, 1)

    assert json.loads(execution["input"]) == expected
    assert execution["name"].startswith(event)


def test_two_rules_for_one_event_start_two_executions(aws: Clients) -> None:
    with machine(aws, _PASS) as arn, _rule(aws, {"Arn": arn, "RoleArn": ROLE}) as source:
        events = aws.client("events")
        other = f"{source}-too"
        events.put_rule(Name=other, EventPattern=json.dumps({"source": [source]}))
        events.put_targets(Rule=other, Targets=[{"Id": "1", "Arn": arn, "RoleArn": ROLE}])
        _send(aws, source)

        executions = _executions(aws, arn, 2)

        events.remove_targets(Rule=other, Ids=["1"])
        events.delete_rule(Name=other)
    assert len({execution["name"] for execution in executions}) == 2


def test_localstack_alone_starts_none_where_the_input_is_not_the_event(released: Clients) -> None:
    queue = released.client("sqs").create_queue(QueueName=f"case-{uuid.uuid4().hex[:12]}")["QueueUrl"]
    queue_arn = released.client("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])
    with machine(released, _PASS) as arn, _rule(released, {"Arn": arn, "RoleArn": ROLE, "Input": "[1]"}) as source:
        # a second target, which shows that the rule has been worked through
        after = {"Id": "2", "Arn": queue_arn["Attributes"]["QueueArn"]}
        released.client("events").put_targets(Rule=source, Targets=[after])
        _send(released, source)

        received = released.client("sqs").receive_message(QueueUrl=queue, WaitTimeSeconds=20)["Messages"]
        released.client("events").remove_targets(Rule=source, Ids=["2"])

        assert len(received) == 1
        assert _executions(released, arn, 0) == []


def test_a_schedule_starts_an_execution_with_its_constant(aws: Clients) -> None:
    events, name = aws.client("events"), f"case-{uuid.uuid4().hex[:12]}"
    with machine(aws, _PASS) as arn:
        events.put_rule(Name=name, ScheduleExpression="rate(1 minute)")
        events.put_targets(Rule=name, Targets=[{"Id": "1", "Arn": arn, "RoleArn": ROLE, "Input": '{"at": "noon"}'}])
        states = aws.client("stepfunctions")

        def started() -> list[Any] | None:
            return states.list_executions(stateMachineArn=arn)["executions"] or None

        first = wait_until(started, what="the schedule's execution", seconds=90)[0]
        described = states.describe_execution(executionArn=first["executionArn"])
        events.remove_targets(Rule=name, Ids=["1"])
        events.delete_rule(Name=name)

    assert json.loads(described["input"]) == {"at": "noon"}
