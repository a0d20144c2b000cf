"""An order is the same on every engine: what the API answers, and what the state machine does, event by event.

Each engine is held to one record, so that all of them agree. It was made on the embedded engine, with
``./scripts/test tests/integration/test_parity.py --engine embedded --record``.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pizzeria.stack import stack_name

if TYPE_CHECKING:
    from localdev.engines import Engine
    from localdev.engines.clients import Clients
    from pizzeria.stack import StackOutputs
    from tests.integration.conftest import Api

type OutcomeOf = Callable[[Mapping[str, Any]], dict[str, Any]]

RECORD = Path(__file__).parent / "recorded" / "orders.json"
_TIMES = frozenset({"timestamp", "startedAt", "stoppedAt"})


def _comparable(value: Any, names: Mapping[str, str]) -> Any:
    """Return a document without times, and with names in place of what differs from one deployment to the next."""
    if isinstance(value, Mapping):
        return {key: _comparable(item, names) for key, item in value.items() if key not in _TIMES}
    if isinstance(value, list):
        return [_comparable(item, names) for item in value]
    assert not isinstance(value, datetime), f"{value} is a time that is not known as one"
    if isinstance(value, str):
        for found, name in names.items():
            value = value.replace(found, name)
    return value


def _history(clients: Clients, arn: str) -> list[Mapping[str, Any]]:
    pages = clients.client("stepfunctions").get_paginator("get_execution_history").paginate(executionArn=arn)
    return [event for page in pages for event in page["events"]]


@pytest.mark.parametrize("flavour", ["pepperoni", "pineapple", "hawaiian", " HAWAIIAN ", "a+b & 🍕"])
def test_an_order_is_answered_and_executed_alike(
    engine: Engine,
    api: Api,
    clients: Clients,
    outputs: StackOutputs,
    outcome_of: OutcomeOf,
    request: pytest.FixtureRequest,
    flavour: str,
) -> None:
    answer = api.request("POST", "/any/path", query={"flavour": flavour})
    order = answer.document
    outcome = outcome_of(order)
    machine = outputs.state_machine_arn
    role = clients.client("stepfunctions").describe_state_machine(stateMachineArn=machine)["roleArn"]
    names = {
        role: "ROLE",
        order["orderId"]: "ORDER",
        api.base_url: "API",
        machine.replace(":stateMachine:", ":execution:"): "EXECUTIONS",
        machine: "MACHINE",
        machine.rpartition(":stateMachine:")[0].replace(":states:", ":lambda:"): "LAMBDA",
        stack_name(engine): "STACK",
    }

    found = _comparable(
        {
            "status": answer.status,
            "contentType": answer.headers["Content-Type"],
            "location": answer.headers["Location"],
            "answer": order,
            "outcome": outcome,
            "history": _history(clients, order["executionArn"]),
        },
        names,
    )

    if request.config.getoption("--record"):
        record = json.loads(RECORD.read_text()) if RECORD.exists() else {}
        RECORD.write_text(json.dumps({**record, flavour: found}, indent=2, ensure_ascii=False) + "\n")
    assert found == json.loads(RECORD.read_text())[flavour]
