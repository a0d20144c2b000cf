"""Test what the functions wrote about an order."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from localdev.commands.logs import functions_named
from localdev.deployment.resources import resources_of
from localdev.system.waiting import wait_until
from pizzeria.stack import stack_name

if TYPE_CHECKING:
    from localdev.engines import Engine
    from localdev.engines.clients import Clients
    from tests.integration.conftest import Api


def _lines_about(clients: Clients, function: str, text: str) -> list[dict[str, Any]]:
    config = clients.client("lambda").get_function_configuration(FunctionName=function)
    group = config["LoggingConfig"]["LogGroup"]

    def found() -> list[dict[str, Any]] | None:
        logs = clients.client("logs")
        try:
            events = logs.filter_log_events(logGroupName=group)["events"]
        except logs.exceptions.ResourceNotFoundException:
            return None
        return [json.loads(event["message"]) for event in events if text in event["message"]] or None

    return wait_until(found, what=f"a log line of {function} with {text}", seconds=20)


def test_start_order_logs_the_order_as_json(api: Api, engine: Engine, clients: Clients) -> None:
    order = api.order("margherita")
    function = functions_named(resources_of(clients, stack_name(engine)), "StartOrder")[0].physical_id

    (line, *_) = _lines_about(clients, function, order["orderId"])

    assert line["level"] == "INFO"
    assert line["requestId"]
    assert "margherita" in json.dumps(line)


def test_order_pizza_logs_the_flavour(api: Api, engine: Engine, clients: Clients) -> None:
    api.order("a flavour nobody else orders")
    function = functions_named(resources_of(clients, stack_name(engine)), "OrderPizza")[0].physical_id

    assert _lines_about(clients, function, "a flavour nobody else orders")
