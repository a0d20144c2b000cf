"""Test what the state machine did, state by state."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from localdev.system.waiting import wait_until

if TYPE_CHECKING:
    from localdev.engines.clients import Clients
    from pizzeria.stack import StackOutputs
    from tests.integration.conftest import Api

type OutcomeOf = Callable[[Mapping[str, Any]], dict[str, Any]]


def _history(clients: Clients, arn: str) -> list[tuple[str, str | None]]:
    """Return each event's type, and the state's name where there is one."""
    pages = clients.client("stepfunctions").get_paginator("get_execution_history").paginate(executionArn=arn)
    return [
        (
            event["type"],
            event.get("stateEnteredEventDetails", event.get("stateExitedEventDetails", {})).get("name"),
        )
        for page in pages
        for event in page["events"]
    ]


TASK = [
    ("ExecutionStarted", None),
    ("TaskStateEntered", "Order Pizza Job"),
    ("LambdaFunctionScheduled", None),
    ("LambdaFunctionStarted", None),
    ("LambdaFunctionSucceeded", None),
    ("TaskStateExited", "Order Pizza Job"),
    ("ChoiceStateEntered", "With Pineapple?"),
    ("ChoiceStateExited", "With Pineapple?"),
]


def test_pepperoni_goes_through_every_state_to_success(api: Api, clients: Clients, outcome_of: OutcomeOf) -> None:
    order = api.order("pepperoni")
    outcome_of(order)

    assert _history(clients, order["executionArn"]) == [
        *TASK,
        ("SucceedStateEntered", "Lets make your pizza"),
        ("SucceedStateExited", "Lets make your pizza"),
        ("ExecutionSucceeded", None),
    ]


def test_pineapple_ends_in_the_fail_state(api: Api, clients: Clients, outcome_of: OutcomeOf) -> None:
    order = api.order("pineapple")
    outcome_of(order)

    assert _history(clients, order["executionArn"]) == [
        *TASK,
        ("FailStateEntered", "Sorry, We Dont add Pineapple"),
        ("ExecutionFailed", None),
    ]


def test_the_execution_is_logged_with_its_data(
    api: Api, clients: Clients, outputs: StackOutputs, outcome_of: OutcomeOf
) -> None:
    order = api.order("pepperoni")
    outcome_of(order)
    machine = clients.client("stepfunctions").describe_state_machine(stateMachineArn=outputs.state_machine_arn)

    logging = machine["loggingConfiguration"]

    assert logging["level"] == "ALL"
    assert logging["includeExecutionData"] is True
    destination = logging["destinations"][0]["cloudWatchLogsLogGroup"]["logGroupArn"]
    group = destination.split(":log-group:")[1].removesuffix(":*")

    def logged() -> bool | None:
        events = clients.client("logs").filter_log_events(logGroupName=group)["events"]
        return True if any(order["executionArn"] in event["message"] for event in events) else None

    assert wait_until(logged, what="the execution's log", seconds=20)
