"""The kit's mocks, faults and clock, on the deployed stack."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from localdev.system.errors import LocaldevError
from localdev.testing.faults import crash

if TYPE_CHECKING:
    from localdev.engines.clients import Clients
    from localdev.testing.case import Case
    from localdev.testing.clocks import Clock
    from localdev.testing.faults import Faults
    from localdev.testing.finding import Find
    from localdev.testing.functions import Function
    from localdev.testing.machines import StateMachine
    from localdev.testing.schedules import Schedules

JOB = "Order Pizza Job"
WITHOUT = {"containsPineapple": False}
WITH = {"containsPineapple": True}


@pytest.fixture(autouse=True)
def not_on_an_account(localdev_engine: Any) -> None:
    if localdev_engine.kind.is_account:
        pytest.skip("an AWS account has no mocks, faults and clocks")


def test_a_mock_answers_in_place_of_the_function(state_machine: Find[StateMachine]) -> None:
    machine = state_machine()
    machine.mock(JOB).returns(WITH)

    outcome = machine.start({"flavour": "margherita"}).wait()

    assert outcome.error == "Failed To Make Pizza"
    assert outcome.state(JOB).output["pineappleAnalysis"] == WITH
    assert outcome.mocked == [JOB]


def test_a_mock_is_of_one_test_alone(state_machine: Find[StateMachine]) -> None:
    outcome = state_machine().start({"flavour": "margherita"}).wait()

    assert outcome.succeeded
    assert outcome.mocked == []


def test_a_mock_raises(state_machine: Find[StateMachine]) -> None:
    machine = state_machine()
    machine.mock(JOB).raises("OvenIsCold", "nobody lit it")

    outcome = machine.start({"flavour": "margherita"}).wait()

    assert (outcome.error, outcome.cause) == ("OvenIsCold", "nobody lit it")


def test_a_mock_answers_by_input_with_code_of_the_test(state_machine: Find[StateMachine]) -> None:
    machine = state_machine()
    job = machine.mock(JOB)
    job.when({"flavour": "plain"}).returns(WITHOUT)
    job.when(lambda order: len(order["flavour"]) > 20).raises("TooLong")
    job.otherwise.calls(lambda order: {"containsPineapple": order["flavour"] == "fruity"})

    assert machine.start({"flavour": "plain"}).wait().succeeded
    assert machine.start({"flavour": "x" * 21}).wait().error == "TooLong"
    assert machine.start({"flavour": "fruity"}).wait().error == "Failed To Make Pizza"


def test_a_mocked_state_may_pass_through(state_machine: Find[StateMachine]) -> None:
    machine = state_machine()
    machine.mock(JOB).when({"flavour": "hawaiian"}).returns(WITHOUT).otherwise.passthrough()

    assert machine.start({"flavour": "hawaiian"}).wait().succeeded
    assert machine.start({"flavour": "pineapple"}).wait().failed


def test_a_state_that_is_not_there_cannot_be_mocked(state_machine: Find[StateMachine]) -> None:
    with pytest.raises(LocaldevError, match="did you mean 'Order Pizza Job'"):
        state_machine().mock("Order Pizza Jobb")


def test_a_state_that_calls_nothing_cannot_be_mocked(state_machine: Find[StateMachine]) -> None:
    with pytest.raises(LocaldevError, match="is a Choice state, which calls nothing"):
        state_machine().mock("With Pineapple?")


def test_what_a_test_mocks_and_does_not_use_is_an_error(state_machine: Find[StateMachine], localdev_case: Case) -> None:
    machine = state_machine()
    machine.mock(JOB).returns(WITHOUT).then.returns(WITH)
    machine.start({"flavour": "margherita"}).wait()

    with pytest.raises(LocaldevError, match="Order Pizza Job: answer 2 of 2"):
        localdev_case.end()


def test_a_test_that_has_failed_is_not_blamed_for_unused_mocks_as_well(
    state_machine: Find[StateMachine], localdev_case: Case
) -> None:
    state_machine().mock(JOB).returns(WITHOUT)
    localdev_case.has_failed = True
    localdev_case.end()


def test_what_a_test_mocks_and_does_not_use_may_be_allowed(state_machine: Find[StateMachine]) -> None:
    machine = state_machine()
    machine.mock(JOB, allow_unused=True).returns(WITHOUT).then.returns(WITH)
    assert machine.start({"flavour": "margherita"}).wait().succeeded


def test_the_report_of_a_test_says_what_was_mocked_and_which_faults_were_injected(
    state_machine: Find[StateMachine], faults: Faults, localdev_case: Case
) -> None:
    machine = state_machine()
    machine.mock(JOB, allow_unused=True).returns(WITHOUT)
    faults.throttle("lambda")
    machine.start({"flavour": "margherita"}).wait()
    localdev_case.end()

    (title, text) = localdev_case.notes[-1]
    assert title == "mocks and faults"
    assert f"--localdev-seed {localdev_case.seed}" in text
    assert "fault: throttle at 'Order Pizza Job', attempt 1" in text


@pytest.mark.parametrize(
    ("kind", "error"),
    [("throttle", "Lambda.TooManyRequestsException"), ("crash", "Runtime.ExitError"), ("time_out", "Sandbox.Timedout")],
)
def test_the_kitchen_s_troubles_end_an_order(
    state_machine: Find[StateMachine], faults: Faults, clock: Clock, kind: str, error: str
) -> None:
    clock.skip_waits()
    getattr(faults, kind)(function="OrderPizza")

    assert state_machine().start({"flavour": "margherita"}).wait().error == error


def test_a_function_s_own_time_out_is_in_the_history(
    state_machine: Find[StateMachine], faults: Faults, clock: Clock
) -> None:
    clock.skip_waits()
    faults.time_out(function="OrderPizza")

    outcome = state_machine().start({"flavour": "margherita"}).wait()

    first, last = outcome.events[0], outcome.events[-1]
    assert timedelta(seconds=10) <= last.at - first.at < timedelta(seconds=12)


def test_a_slow_kitchen_reaches_the_machine_s_own_time_out(
    state_machine: Find[StateMachine], faults: Faults, clock: Clock
) -> None:
    clock.skip_waits()
    faults.delay("lambda", seconds=6 * 60)

    outcome = state_machine().start({"flavour": "margherita"}).wait()

    assert outcome.status == "TIMED_OUT"
    assert outcome.events[-1].at - outcome.events[0].at < timedelta(minutes=5, seconds=2)


def test_time_advances_when_the_test_says_so(state_machine: Find[StateMachine], clock: Clock) -> None:
    machine = state_machine()
    machine.mock(JOB).returns(WITHOUT, after=timedelta(minutes=3))
    execution = machine.start({"flavour": "margherita"})

    clock.advance(minutes=2)
    assert execution.status == "RUNNING"
    clock.advance(minutes=2)
    assert execution.wait().succeeded


def test_a_clock_does_not_go_back(clock: Clock) -> None:
    with pytest.raises(LocaldevError, match="does not go back"):
        clock.advance(hours=-1)


def test_a_clock_needs_an_execution(clock: Clock) -> None:
    with pytest.raises(LocaldevError, match="no execution whose clock could advance"):
        clock.advance(hours=1)


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        ({"service": "dynamodb"}, "do not use the service 'dynamodb'"),
        ({"state": "Order Pizza Jobb"}, "did you mean 'Order Pizza Job'"),
        ({"function": "OrderPizzas"}, "OrderPizza"),
        ({}, "hits nothing"),
        ({"service": "lambda", "rate": 2}, "between 0 and 1"),
    ],
)
def test_a_fault_of_what_is_not_there_is_refused(faults: Faults, fault: dict[str, Any], message: str) -> None:
    with pytest.raises(LocaldevError, match=message):
        faults.fail(**fault)


def test_a_fault_everywhere_hits_the_test_s_own_calls(faults: Faults, function: Find[Function]) -> None:
    faults.everywhere.crash("OrderPizza", times=1)

    first, second = function("OrderPizza").invoke("margherita"), function("OrderPizza").invoke("margherita")

    assert first.payload["errorType"] == "Runtime.ExitError"
    assert second.payload == WITHOUT


@pytest.mark.sfn_chaos(["throttle lambda", crash("OrderPizza")])
def test_a_test_runs_under_each_single_fault(state_machine: Find[StateMachine]) -> None:
    outcome = state_machine().start({"flavour": "margherita"}).wait()

    assert outcome.error in {"Lambda.TooManyRequestsException", "Runtime.ExitError"}


def test_schedules_of_stacks_that_have_none_do_not_run(schedules: Schedules) -> None:
    assert schedules.advance(days=30) == []


def test_a_schedule_that_is_not_there_is_refused(schedules: Schedules) -> None:
    with pytest.raises(LocaldevError, match="no enabled schedule 'hourly'"):
        schedules.advance("hourly", days=1)


def test_schedules_do_not_go_back(schedules: Schedules) -> None:
    with pytest.raises(LocaldevError, match="do not go back"):
        schedules.advance(days=-1)


def test_an_execution_keeps_its_definition_when_the_machine_is_updated(
    state_machine: Find[StateMachine], clock: Clock, clients: Clients
) -> None:
    machine = state_machine()
    machine.mock(JOB).returns(WITHOUT, after=timedelta(minutes=1))
    execution = machine.start({"flavour": "margherita"})
    states, before = clients.client("stepfunctions"), json.dumps(machine.document)
    states.update_state_machine(stateMachineArn=machine.arn, definition=before.replace(JOB, "Another Job"))
    try:
        clock.advance(minutes=2)
        assert execution.wait().path[0] == JOB
    finally:
        states.update_state_machine(stateMachineArn=machine.arn, definition=before)


def test_mocks_are_recorded_from_an_execution_and_repeat_it(state_machine: Find[StateMachine]) -> None:
    machine = state_machine()
    real = machine.start({"flavour": "pineapple"}).wait()

    lines = machine.record(real)
    exec(lines, {"machine": machine})  # noqa: S102 - what was just recorded
    again = machine.start({"flavour": "pineapple"}).wait()

    assert lines == "machine.mock('Order Pizza Job').returns({'containsPineapple': True})"
    assert (again.status, again.path, again.error) == (real.status, real.path, real.error)
