"""The console's form that places an order."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Final

from botocore.exceptions import BotoCoreError

from localdev.console.settings import StarterError
from localdev.deployment.stack import reachable_api_url
from localdev.system.errors import LocaldevError
from pizzeria.orders import OrderApi
from pizzeria.stack import stack_outputs

if TYPE_CHECKING:
    from localdev.engines import Engine
    from localdev.engines.clients import Clients

_FLAVOURS: Final = ("pepperoni", "margherita", "quattro stagioni", "pineapple", "hawaiian")


class OrderForm:
    """The form that places an order through the deployed API, as any customer does."""

    title: Final = "Order a pizza"
    field: Final = "flavour"
    suggestions: Final = _FLAVOURS

    def __init__(self, engine: Engine, options: str) -> None:
        self._engine = engine
        self.command: Final = f"./scripts/order pepperoni{options}"

    @cached_property
    def _clients(self) -> Clients:
        # a new client takes longer than all else of a page
        return self._engine.clients()

    def state_machine_arn(self) -> str | None:
        """Return the state machine that decides on orders; ``None`` while the stack is not deployed."""
        try:
            return stack_outputs(self._clients, self._engine.stack_name).state_machine_arn
        except (LocaldevError, BotoCoreError):
            return None

    def start(self, value: str, key: str | None) -> str:
        """Place an order; its execution's ARN.

        :raises StarterError: the API did not accept it, or there is none.
        """
        try:
            outputs = stack_outputs(self._clients, self._engine.stack_name)
            api = OrderApi(reachable_api_url(outputs.api_url, self._engine.endpoint_url))
            return api.place(value, key=key).execution_arn
        except LocaldevError as error:
            raise StarterError(str(error)) from error
