"""The kit's mocks, faults and clock, on the deployed stack."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from localdev.deployment.executions import executions_client
from localdev.executions.report import rows
from localdev.system.errors import LocaldevError
from localdev.testing.apis import Api
from localdev.testing.case import Case
from localdev.testing.faults import crash
from localdev.testing.machines import StateMachine
from localdev.testing.running import Execution

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from localdev.engines.clients import Clients
    from localdev.testing.clocks import Clock
    from localdev.testing.faults import Faults
    from localdev.testing.finding import Find
    from localdev.testing.functions import Function
    from localdev.testing.schedules import Schedules
    from localdev.testing.stacks import Stacks

JOB = "Order Pizza Job"
WITHOUT = {"containsPineapple": False}
WITH = {"containsPineapple": True}


@pytest.fixture(autouse=True)
def not_on_an_account(localdev_engine: Any) -> None:
    if localdev_engine.kind.is_account:
        pytest.skip("an AWS account has no mocks, faults and clocks")


@pytest.fixture
def rule_that_starts(clients: Clients) -> Iterator[Callable[[StateMachine, str], str]]:
    """Make a rule that starts executions with a flavour, and return the source of its events."""
    events, name = clients.client("events"), f"hungry-{uuid4().hex[:12]}"

    def make(machine: StateMachine, flavour: str) -> str:
        events.put_rule(Name=name, EventPattern=json.dumps({"source": [name]}))
        target = {"Id": "machine", "Arn": machine.arn, "RoleArn": machine.role_arn}
        events.put_targets(Rule=name, Targets=[target | {"Input": json.dumps({"flavour": flavour})}])
        return name

    yield make
    events.remove_targets(Rule=name, Ids=["machine"])
    events.delete_rule(Name=name)


def test_a_mock_answers_in_place_of_the_function(state_machine: Find[StateMachine]) -> None:
    machine = state_machine()
    machine.mock(JOB).returns(WITH)

    outcome = machine.start({"flavour": "margherita"}).wait()

    assert outcome.error == "Failed To Make Pizza"
    assert outcome.state(JOB).output["pineappleAnalysis"] == WITH
    assert outcome.mocked == [JOB]


def test_mocks_answer_and_are_reported_when_an_execution_is_redriven(
    state_machine: Find[StateMachine], clients: Clients
) -> None:
    machine = state_machine()
    machine.mock(JOB).raises("Oven.Cold").then.returns(WITHOUT)
    outcome = machine.start({"flavour": "margherita"}).wait()
    assert outcome.error == "Oven.Cold"

    clients.client("stepfunctions").redrive_execution(executionArn=outcome.arn)

    assert Execution(outcome.arn, machine.reader).wait().succeeded


def test_a_mock_is_of_one_test_alone(state_machine: Find[StateMachine]) -> None:
    outcome = state_machine().start({"flavour": "margherita"}).wait()

    assert outcome.succeeded
    assert outcome.mocked == []


def test_a_mock_answers_for_an_execution_that_an_api_starts(api: Api, state_machine: Find[StateMachine]) -> None:
    machine = state_machine()
    machine.mock(JOB).when({"flavour": "margherita"}).returns(WITH)

    order = api.post("/", query={"flavour": "margherita"}).json()

    outcome = machine.execution(order["orderId"]).wait()
    assert (outcome.error, outcome.mocked) == ("Failed To Make Pizza", [JOB])


def test_code_of_the_test_answers_for_an_execution_that_a_function_starts(
    function: Find[Function], state_machine: Find[StateMachine]
) -> None:
    machine = state_machine()
    machine.mock(JOB).calls(lambda order: {"containsPineapple": len(order["flavour"]) > 3})

    request = {"httpMethod": "POST", "path": "/", "queryStringParameters": {"flavour": "funghi"}, "headers": {}}
    answer = function("StartOrder").invoke(request).payload

    assert machine.execution(json.loads(answer["body"])["orderId"]).wait().error == "Failed To Make Pizza"


def test_a_mock_answers_for_an_execution_that_an_event_starts(
    clients: Clients, state_machine: Find[StateMachine], rule_that_starts: Callable[[StateMachine, str], str]
) -> None:
    machine = state_machine()
    flavour = f"event {uuid4()}"
    source = rule_that_starts(machine, flavour)
    machine.mock(JOB).returns(WITH)

    clients.client("events").put_events(Entries=[{"Source": source, "DetailType": "hunger", "Detail": "{}"}])

    assert machine.execution_with({"flavour": flavour}).wait().error == "Failed To Make Pizza"


def test_an_execution_that_an_api_starts_has_the_test_s_faults_and_clock(
    api: Api, state_machine: Find[StateMachine], faults: Faults, clock: Clock
) -> None:
    clock.skip_waits()
    faults.time_out(state=JOB)

    order = api.post("/", query={"flavour": "margherita"}).json()

    assert state_machine().execution(order["orderId"]).wait().error == "Sandbox.Timedout"


def test_an_execution_that_an_api_starts_after_a_test_with_mocks_has_none(
    api: Api, state_machine: Find[StateMachine], localdev_case: Case
) -> None:
    machine = state_machine()
    machine.mock(JOB, allow_unused=True).returns(WITH)
    localdev_case.end()

    order = api.post("/", query={"flavour": "margherita"}).json()

    assert machine.execution(order["orderId"]).wait().succeeded


@pytest.fixture
def on_a_shared_emulator(stacks: Stacks, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stacks.reader, "is_alone", False)


@pytest.mark.usefixtures("on_a_shared_emulator")
def test_mocks_tell_requests_of_tests_that_share_an_emulator_apart(
    api: Api, state_machine: Find[StateMachine], stacks: Stacks
) -> None:
    machine = state_machine()
    machine.mock(JOB).returns(WITH)

    others = Api(api.base_url, stacks.reader, Case("another test")).post("/", query={"flavour": "margherita"}).json()
    ours = api.post("/", query={"flavour": "margherita"}).json()

    assert machine.execution(ours["orderId"]).wait().mocked == [JOB]
    assert Execution(others["executionArn"], stacks.reader).wait().succeeded


@pytest.mark.usefixtures("on_a_shared_emulator")
def test_a_mock_that_cannot_tell_whose_an_execution_is_says_so(
    clients: Clients, state_machine: Find[StateMachine], localdev_case: Case
) -> None:
    machine = state_machine()
    machine.mock(JOB).returns(WITH)
    name = f"stranger-{uuid4()}"
    clients.client("stepfunctions").start_execution(
        stateMachineArn=machine.arn, name=name, input=json.dumps({"flavour": "margherita"})
    )

    machine.execution(name).wait()

    with pytest.raises(LocaldevError, match=rf"nothing tells whose they are:\n  {name} of"):
        localdev_case.end()


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


def test_a_history_tells_what_was_mocked_and_which_fault_was_injected(
    clients: Clients, state_machine: Find[StateMachine], faults: Faults
) -> None:
    machine = state_machine()
    machine.mock(JOB).raises("Lambda.ServiceException").then.returns(WITHOUT)
    faults.delay("lambda", seconds=0.01, times=1)
    outcome = machine.start({"flavour": "margherita"}).wait()

    history = executions_client(clients).history_with_injected(outcome.arn)

    assert list(history.injected.values()) == ["fault: delay, mocked: raise", "mocked: return"]
    assert [row.state for row in rows(history) if row.injected] == [JOB, JOB]


def test_a_mock_follows_a_definition_that_is_updated(
    clients: Clients, stacks: Stacks, localdev_case: Case, updated_machine: str
) -> None:
    machine = StateMachine(updated_machine, stacks.reader, localdev_case)
    machine.mock("Old").returns(1)
    assert machine.start().wait().output == 1

    clients.client("stepfunctions").update_state_machine(
        stateMachineArn=updated_machine, definition=json.dumps(_one_task("New"))
    )

    with pytest.raises(LocaldevError, match="has no state 'Old' to mock"):
        machine.start()
    localdev_case.has_failed = True
    machine.mock("New")


def _one_task(name: str) -> dict[str, Any]:
    none = "arn:aws:lambda:us-east-1:000000000000:function:none"
    return {"StartAt": name, "States": {name: {"Type": "Task", "Resource": none, "End": True}}}


@pytest.fixture
def updated_machine(clients: Clients, state_machine: Find[StateMachine]) -> Iterator[str]:
    states, name = clients.client("stepfunctions"), f"updated-{uuid4().hex[:8]}"
    created = states.create_state_machine(
        name=name, definition=json.dumps(_one_task("Old")), roleArn=state_machine().role_arn
    )
    yield created["stateMachineArn"]
    states.delete_state_machine(stateMachineArn=created["stateMachineArn"])


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


@pytest.fixture
def machine_of(
    clients: Clients, state_machine: Find[StateMachine], localdev_case: Case
) -> Iterator[Callable[..., StateMachine]]:
    """Make state machines beside the stack's, of their states; they go with the test."""
    client, like, made = clients.client("stepfunctions"), state_machine(), []

    def make(**states: Any) -> StateMachine:
        definition = json.dumps({"StartAt": next(iter(states)), "States": states})
        name = f"beside-{uuid4().hex[:12]}"
        created = client.create_state_machine(name=name, definition=definition, roleArn=like.role_arn)
        made.append(created["stateMachineArn"])
        return StateMachine(made[-1], like.reader, localdev_case)

    yield make
    for arn in made:
        client.delete_state_machine(stateMachineArn=arn)


@pytest.mark.parametrize("last", [{"Type": "Succeed"}, {"Type": "Fail", "Error": "Burnt"}])
def test_a_parent_s_history_has_the_time_that_its_child_has_waited(
    machine_of: Callable[..., StateMachine], clock: Clock, last: dict[str, str]
) -> None:
    clock.skip_waits()
    child = machine_of(Rest={"Type": "Wait", "Seconds": 86_400, "Next": "Last"}, Last=last)
    call = {"Resource": "arn:aws:states:::states:startExecution.sync:2", "Parameters": {"StateMachineArn": child.arn}}
    parent = machine_of(Call={"Type": "Task", **call, "End": True})

    history = parent.start().wait().history

    assert timedelta(days=1) <= history.events[-1].at - history.events[0].at < timedelta(days=1, minutes=1)
