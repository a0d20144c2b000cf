"""One key, one order."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from localdev.engines.clients import Clients
    from pizzeria.stack import StackOutputs
    from tests.integration.conftest import Api

type OutcomeOf = Callable[[Mapping[str, Any]], dict[str, Any]]

CONCURRENT = 8


def _order(api: Api, flavour: str, key: str) -> tuple[int, dict[str, Any]]:
    answer = api.request("POST", query={"flavour": flavour}, headers={"Idempotency-Key": key})
    return answer.status, answer.document


def test_the_same_key_and_flavour_give_the_same_order(api: Api) -> None:
    key = str(uuid.uuid4())

    (_, first), (status, second) = _order(api, "margherita", key), _order(api, "margherita", key)

    assert status == 202
    assert first["orderId"] == second["orderId"]


def test_also_after_the_order_has_ended(api: Api, outcome_of: OutcomeOf) -> None:
    key = str(uuid.uuid4())
    _, first = _order(api, "pineapple", key)
    outcome_of(first)

    status, second = _order(api, "pineapple", key)

    assert (status, second["orderId"]) == (202, first["orderId"])


def test_another_flavour_under_the_same_key_is_a_conflict(api: Api) -> None:
    key = str(uuid.uuid4())
    _order(api, "margherita", key)

    status, document = _order(api, "funghi", key)

    assert status == 409
    assert document["status"] == 409


def test_different_keys_are_different_orders(api: Api) -> None:
    (_, first), (_, second) = _order(api, "margherita", str(uuid.uuid4())), _order(api, "margherita", str(uuid.uuid4()))

    assert first["orderId"] != second["orderId"]


def test_requests_at_the_same_moment_are_one_order(api: Api, clients: Clients, outputs: StackOutputs) -> None:
    key = str(uuid.uuid4())

    with ThreadPoolExecutor(CONCURRENT) as pool:
        answers = list(pool.map(lambda _: _order(api, "margherita", key), range(CONCURRENT)))

    assert {status for status, _ in answers} == {202}
    (order_id,) = {document["orderId"] for _, document in answers}
    started = clients.client("stepfunctions").list_executions(stateMachineArn=outputs.state_machine_arn)
    assert [execution["name"] for execution in started["executions"]].count(order_id) == 1
