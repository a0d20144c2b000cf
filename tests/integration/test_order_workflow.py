"""The order's state machine by itself: together these tests reach all of it, and none of them waits for real."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from localdev.testing.clocks import Clock
    from localdev.testing.faults import Faults
    from localdev.testing.finding import Find
    from localdev.testing.machines import StateMachine

JOB = "Order Pizza Job"
MADE = [JOB, "With Pineapple?", "Lets make your pizza"]
REFUSED = [JOB, "With Pineapple?", "Sorry, We Dont add Pineapple"]
WITHOUT = {"containsPineapple": False}


@pytest.fixture(autouse=True)
def not_on_an_account(localdev_engine: Any) -> None:
    if localdev_engine.kind.is_account:
        pytest.skip("an AWS account has no mocks, faults and clocks")


def test_a_pizza_without_pineapple_is_made(state_machine: Find[StateMachine]) -> None:
    outcome = state_machine().start({"flavour": "margherita"}).wait()

    assert outcome.succeeded
    assert outcome.path == MADE
    assert outcome.output == WITHOUT


def test_a_pizza_with_pineapple_is_refused(state_machine: Find[StateMachine]) -> None:
    outcome = state_machine().start({"flavour": "pineapple"}).wait()

    assert outcome.path == REFUSED
    assert (outcome.error, outcome.cause) == ("Failed To Make Pizza", "They asked for Pineapple")


def test_a_kitchen_that_lambda_cannot_reach_is_asked_again(state_machine: Find[StateMachine], clock: Clock) -> None:
    clock.skip_waits()
    machine = state_machine()
    machine.mock(JOB).raises("Lambda.ServiceException").then.raises("Lambda.SdkClientException").then.returns(WITHOUT)

    outcome = machine.start({"flavour": "margherita"}).wait()

    assert outcome.path == MADE
    assert outcome.state(JOB).attempts == 3
    assert outcome.events[-1].at - outcome.events[0].at >= timedelta(seconds=6)


def test_a_kitchen_that_is_never_reached_ends_the_order(state_machine: Find[StateMachine], clock: Clock) -> None:
    clock.skip_waits()
    machine = state_machine()
    machine.mock(JOB).raises("Lambda.ServiceException", "the kitchen is closed")

    outcome = machine.start({"flavour": "margherita"}).wait()

    assert (outcome.error, outcome.cause) == ("Lambda.ServiceException", "the kitchen is closed")
    assert outcome.state(JOB).attempts == 7


def test_a_kitchen_that_crashes_is_not_asked_again(state_machine: Find[StateMachine], faults: Faults) -> None:
    faults.crash("OrderPizza")

    outcome = state_machine().start({"flavour": "margherita"}).wait()

    assert outcome.failed
    assert outcome.state(JOB).attempts == 1


def test_an_order_that_takes_longer_than_five_minutes_is_given_up(
    state_machine: Find[StateMachine], clock: Clock
) -> None:
    clock.skip_waits()
    machine = state_machine()
    machine.mock(JOB).returns(WITHOUT, after=timedelta(minutes=6))

    assert machine.start({"flavour": "margherita"}).wait().status == "TIMED_OUT"
