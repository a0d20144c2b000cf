"""Test a customer's answer when the kitchen is away, broken or slow."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from localdev.commands.logs import functions_named
from localdev.deployment.resources import resources_of
from localdev.system.project import ROOT
from localdev.system.waiting import wait_until
from pizzeria.stack import STACK_NAME

if TYPE_CHECKING:
    from collections.abc import Iterator

    from localdev.engines.clients import Clients
    from pizzeria.stack import StackOutputs
    from tests.integration.conftest import Api

type OutcomeOf = Callable[[Mapping[str, Any]], dict[str, Any]]

NOBODY_LISTENS = "http://127.0.0.1:9"
SLOW_HANDLER = "import time\n\ndef handler(event, context):\n    time.sleep(6)\n"


@contextmanager
def _start_order_with(clients: Clients, **variables: str) -> Iterator[None]:
    """Set other environment variables of ``start_order`` for a while."""
    lambda_ = clients.client("lambda")
    name = functions_named(resources_of(clients, STACK_NAME), "StartOrder")[0].physical_id
    own = lambda_.get_function_configuration(FunctionName=name)["Environment"]["Variables"]

    def update(environment: dict[str, str]) -> None:
        lambda_.update_function_configuration(FunctionName=name, Environment={"Variables": environment})
        lambda_.get_waiter("function_updated_v2").wait(FunctionName=name, WaiterConfig={"Delay": 1})

    update(own | variables)
    try:
        yield
    finally:
        update(own)


@pytest.fixture
def slow_kitchen(clients: Clients, outputs: StackOutputs) -> Iterator[None]:
    """Another program in place of ``order_pizza``'s for a while: its orders stay RUNNING long enough to look at."""
    assert outputs.state_machine_arn
    lambda_ = clients.client("lambda")
    name = functions_named(resources_of(clients, STACK_NAME), "OrderPizza")[0].physical_id

    def update(modules: Mapping[str, str]) -> None:
        lambda_.update_function_code(FunctionName=name, ZipFile=_package(modules))
        lambda_.get_waiter("function_updated_v2").wait(FunctionName=name, WaiterConfig={"Delay": 1})

    update({"order_pizza.py": SLOW_HANDLER})
    yield
    update({module.name: module.read_text() for module in (ROOT / "lambdas").glob("*.py")})


def _package(modules: Mapping[str, str]) -> bytes:
    """Return a deployment package of modules that whoever runs the function can read."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as package:
        for name, text in modules.items():
            module = zipfile.ZipInfo(name)
            module.external_attr = 0o644 << 16
            package.writestr(module, text)
    return file.getvalue()


def test_step_functions_being_away_is_a_503_with_retry_after(api: Api, clients: Clients) -> None:
    with _start_order_with(clients, AWS_ENDPOINT_URL_SFN=NOBODY_LISTENS):
        answer = api.request("POST", query={"flavour": "margherita"})

    assert answer.status == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.document["status"] == 503


def test_anything_unforeseen_is_a_500_with_a_request_id_and_no_trace(
    api: Api, clients: Clients, outputs: StackOutputs
) -> None:
    with _start_order_with(clients, STATE_MACHINE_ARN=f"{outputs.state_machine_arn}-no-more"):
        answer = api.request("POST", query={"flavour": "margherita"})

    assert answer.status == 500
    assert set(answer.document) == {"message", "requestId"}
    assert answer.document["message"] == "There was an error"
    assert answer.document["requestId"]


@pytest.mark.usefixtures("slow_kitchen")
def test_an_aborted_order_was_running_says_so_and_is_put_on_the_queue(
    api: Api, clients: Clients, outputs: StackOutputs, outcome_of: OutcomeOf
) -> None:
    order = api.order("margherita")
    running = api.request("GET", f"/orders/{order['orderId']}").document
    clients.client("stepfunctions").stop_execution(executionArn=order["executionArn"])

    outcome = outcome_of(order)

    assert (running["status"], running["stoppedAt"]) == ("RUNNING", None)
    assert outcome["status"] == "ABORTED"
    assert _status_on_the_queue(clients, outputs.failed_orders_queue_url, order["executionArn"]) == "ABORTED"


def _status_on_the_queue(clients: Clients, queue_url: str, execution_arn: str) -> str:
    def take() -> str | None:
        answer = clients.client("sqs").receive_message(QueueUrl=queue_url, MaxNumberOfMessages=10)
        for message in answer.get("Messages", []):
            detail = json.loads(message["Body"])["detail"]
            if detail["executionArn"] == execution_arn:
                return str(detail["status"])
        return None

    return wait_until(take, what=f"a message about {execution_arn}", seconds=30)
