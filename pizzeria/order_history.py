"""Read what the state machine did for an order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from localdev.deployment.executions import executions_client
from localdev.executions.errors import NotFoundError
from pizzeria.orders import OrderNotFoundError
from pizzeria.stack import stack_outputs

if TYPE_CHECKING:
    from localdev.engines import Engine
    from localdev.engines.clients import Clients
    from localdev.executions.history import History


def order_history(engine: Engine, order_id: str) -> History:
    """Return the history of an order's execution, which bears the order's id.

    :raises LocaldevError: the stack is not deployed, or there is no such order.
    """
    clients = engine.clients()
    machine = stack_outputs(clients, engine.stack_name).state_machine_arn
    return execution_history(clients, f"{machine.replace(':stateMachine:', ':execution:', 1)}:{order_id}", order_id)


def execution_history(clients: Clients, execution_arn: str, order_id: str) -> History:
    """Return the same, where the execution is known.

    :raises OrderNotFoundError: there is no such order.
    """
    try:
        return executions_client(clients).history(execution_arn)
    except NotFoundError as error:
        raise OrderNotFoundError.of(order_id) from error


def path_document(history: History) -> list[dict[str, Any]]:
    """Return the way an execution took, for ``--json``."""
    return [{"state": visit.state, "status": visit.status, "retries": visit.retries} for visit in history.path()]
