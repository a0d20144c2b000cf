"""The kit's own fixtures, on the deployed stack."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from localdev.commands.cli import main
from localdev.system.errors import LocaldevError

if TYPE_CHECKING:
    from localdev.engines import Engine
    from localdev.testing.apis import Api
    from localdev.testing.finding import Find
    from localdev.testing.functions import Function, Logs
    from localdev.testing.machines import StateMachine
    from localdev.testing.queues import Queue
    from localdev.testing.stacks import Stack


@pytest.mark.parametrize("name", [None, "StateMachine", "OrderWorkflow/StateMachine"])
def test_an_execution_is_started_and_waited_for(state_machine: Find[StateMachine], name: str | None) -> None:
    outcome = state_machine(name).start({"flavour": "margherita"}).wait()

    assert outcome.succeeded
    assert outcome.output == {"containsPineapple": False}
    assert outcome.path == ["Order Pizza Job", "With Pineapple?", "Lets make your pizza"]


def test_an_outcome_says_what_failed_and_what_each_state_did(state_machine: Find[StateMachine]) -> None:
    outcome = state_machine().start({"flavour": "pineapple"}, name="kit-pineapple").wait()

    assert (outcome.name, outcome.status, outcome.error) == ("kit-pineapple", "FAILED", "Failed To Make Pizza")
    assert outcome.state("Order Pizza Job").attempts == 1
    assert outcome.state("Order Pizza Job").output["pineappleAnalysis"] == {"containsPineapple": True}
    assert not outcome.state("Lets make your pizza").reached
    assert outcome.events.of("ExecutionFailed").types == ["ExecutionFailed"]


def test_a_state_that_is_not_there_is_answered_with_the_nearest(state_machine: Find[StateMachine]) -> None:
    outcome = state_machine().start({"flavour": "margherita"}).wait()

    with pytest.raises(LocaldevError, match="did you mean 'Order Pizza Job'"):
        outcome.state("Order Pizza")


def test_a_function_is_invoked_and_its_lines_are_read(function: Find[Function], logs: Find[Logs]) -> None:
    result = function("OrderPizza").invoke("hawaiian")

    assert result.succeeded
    assert result.payload == {"containsPineapple": True}
    assert "hawaiian" in logs("OrderPizza").wait_for("hawaiian")


def test_what_the_api_starts_arrives_on_the_queue(api: Api, queue: Find[Queue], stack: Stack) -> None:
    arn = api.post(query={"flavour": "pineapple"}).document["executionArn"]

    message = queue("FailedOrders").wait_for(lambda each: each.document["detail"]["executionArn"] == arn)

    assert message.document["detail"]["stateMachineArn"] == stack.StateMachineArn == stack["StateMachineArn"]


@pytest.mark.only_on("embedded")
@pytest.mark.parametrize("flavour", ["margherita", "pineapple"])
def test_an_execution_that_is_printed_as_a_test_passes_as_one(
    state_machine: Find[StateMachine],
    localdev_engine: Engine,
    capsys: pytest.CaptureFixture[str],
    flavour: str,
) -> None:
    outcome = state_machine().start({"flavour": flavour}).wait()

    port = urlsplit(localdev_engine.endpoint_url or "").port
    assert main(["history", outcome.name, "--as-test", "--port", str(port)]) == 0

    case = capsys.readouterr().out
    assert "state_machine('OrderWorkflow/StateMachine')" in case
    assert "machine.mock('Order Pizza Job').returns({'containsPineapple': " in case
    namespace: dict[str, Any] = {}
    exec(case, namespace)  # noqa: S102 - what it has just printed
    (test,) = (value for name, value in namespace.items() if name.startswith("test_"))
    test(state_machine)
