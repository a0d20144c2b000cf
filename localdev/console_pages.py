"""The console, told where to read and how an order is placed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from botocore.exceptions import BotoCoreError

from console.settings import Settings, StarterError
from executions.control import ExecutionsControl
from localdev.errors import LocaldevError
from localdev.order_history import executions_client
from localdev.orders import OrderApi
from localdev.stack import reachable_api_url, stack_outputs

if TYPE_CHECKING:
    from localdev.engines import Engine

_FLAVOURS: Final = ("pepperoni", "margherita", "quattro stagioni", "pineapple", "hawaiian")


class PizzaOrders:
    """The form that places an order through the deployed API, as any customer does."""

    title: Final = "Order a pizza"
    field: Final = "flavour"
    suggestions: Final = _FLAVOURS

    def __init__(self, engine: Engine, options: str) -> None:
        self._engine = engine
        self.command: Final = f"./scripts/order pepperoni{options}"

    def state_machine_arn(self) -> str | None:
        """The state machine that decides on orders; ``None`` while the stack is not deployed."""
        try:
            return stack_outputs(self._engine.clients(), self._engine.stack_name).state_machine_arn
        except (LocaldevError, BotoCoreError):
            return None

    def start(self, value: str, key: str | None) -> str:
        """Place an order; its execution's ARN.

        :raises StarterError: the API did not accept it, or there is none.
        """
        try:
            outputs = stack_outputs(self._engine.clients(), self._engine.stack_name)
            api = OrderApi(reachable_api_url(outputs.api_url, self._engine.endpoint_url))
            return api.place(value, key=key).execution_arn
        except LocaldevError as error:
            raise StarterError(str(error)) from error


def console_settings(
    engine: Engine,
    *,
    read_only: bool,
    hosts: frozenset[str],
    options: str = "",
    answers_to_addresses: bool = False,
) -> Settings:
    """What the console is to know of an engine, which other scripts find with ``options``."""
    clients = engine.clients()
    return Settings(
        client=executions_client(clients),
        control=None if read_only else ExecutionsControl(clients.client("stepfunctions")),
        where=engine.where,
        how_to_start=f"./scripts/up{options}",
        starter=PizzaOrders(engine, options),
        aws_region=clients.region if engine.name == "aws" else None,
        hosts=hosts,
        answers_to_addresses=answers_to_addresses,
    )
