"""Settings of the console for an engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.settings import Settings
from executions.control import ExecutionsControl
from localdev.deployment.executions import executions_client
from pizzeria.order_form import OrderForm

if TYPE_CHECKING:
    from localdev.engines import Engine


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
        starter=OrderForm(engine, options),
        aws_region=clients.region if engine.name == "aws" else None,
        hosts=hosts,
        answers_to_addresses=answers_to_addresses,
    )
