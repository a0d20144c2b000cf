"""The console's form that places an order."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from localdev.system.errors import LocaldevError
from pizzeria.order_form import OrderForm

if TYPE_CHECKING:
    from localdev.engines import Engine


class UndeployedEngine:
    """An engine without the stack, which counts for how many clients it is asked."""

    stack_name = "the-state-machine"
    asked = 0

    def clients(self) -> UndeployedEngine:
        """Return what makes clients."""
        self.asked += 1
        return self

    def client(self, _service: str) -> UndeployedEngine:
        """Refuse to describe a stack."""
        raise LocaldevError("The stack is not deployed.")


def test_the_clients_it_asks_for_each_page_are_made_once() -> None:
    engine = UndeployedEngine()
    form = OrderForm(cast("Engine", engine), "")

    assert [form.state_machine_arn(), form.state_machine_arn()] == [None, None]

    assert engine.asked == 1
