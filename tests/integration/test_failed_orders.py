"""Test the queue for orders that fail."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from localdev.system.waiting import wait_until

if TYPE_CHECKING:
    from localdev.engines.clients import Clients
    from pizzeria.stack import StackOutputs
    from tests.integration.conftest import Api

type OutcomeOf = Callable[[Mapping[str, Any]], dict[str, Any]]
SECONDS = 30


def _message_about(clients: Clients, queue_url: str, execution_arn: str) -> dict[str, Any]:
    """Take messages off the queue until one is about this execution."""
    sqs = clients.client("sqs")

    def take() -> dict[str, Any] | None:
        for message in sqs.receive_message(QueueUrl=queue_url, MaxNumberOfMessages=10).get("Messages", []):
            sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"])
            event: dict[str, Any] = json.loads(message["Body"])
            if event["detail"]["executionArn"] == execution_arn:
                return event
        return None

    return wait_until(take, what=f"a message about {execution_arn}", seconds=SECONDS)


def test_a_failed_order_is_put_on_the_queue(api: Api, clients: Clients, outputs: StackOutputs) -> None:
    order = api.order("hawaiian")

    event = _message_about(clients, outputs.failed_orders_queue_url, order["executionArn"])

    assert event["detail"]["status"] == "FAILED"
    assert event["detail"]["name"] == order["orderId"]
    assert json.loads(event["detail"]["input"]) == {"flavour": "hawaiian"}


def test_an_order_that_succeeds_is_not(
    api: Api, clients: Clients, outputs: StackOutputs, outcome_of: OutcomeOf
) -> None:
    good = api.order("margherita")
    outcome_of(good)
    bad = api.order("pineapple")
    outcome_of(bad)
    sqs = clients.client("sqs")
    seen: list[str] = []

    def bad_one_arrived() -> bool | None:
        answer = sqs.receive_message(QueueUrl=outputs.failed_orders_queue_url, MaxNumberOfMessages=10)
        seen.extend(json.loads(message["Body"])["detail"]["executionArn"] for message in answer.get("Messages", []))
        return True if bad["executionArn"] in seen else None

    wait_until(bad_one_arrived, what="the failed order's message", seconds=SECONDS)

    assert good["executionArn"] not in seen
