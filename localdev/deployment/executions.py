"""Read the executions of deployed state machines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from localdev.executions.client import ExecutionsClient

if TYPE_CHECKING:
    from localdev.engines.clients import Clients


def executions_client(clients: Clients) -> ExecutionsClient:
    """Return a client that reads executions, histories and log lines from where the clients call."""
    return ExecutionsClient(clients.client("stepfunctions"), clients.client("logs"), clients.client("lambda"))
