"""Settings of the console for an engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from localdev.commands import load
from localdev.console.services.everywhere import StackEverywhere
from localdev.console.services.stack import Stack
from localdev.console.settings import Settings, Starter
from localdev.deployment.executions import ControlEverywhere, ExecutionsEverywhere
from localdev.deployment.places import Places
from localdev.system import settings
from localdev.system.errors import LocaldevError
from localdev.system.project import typed

if TYPE_CHECKING:
    from localdev.engines import Engine
    from localdev.engines.clients import Clients


def console_settings(
    engine: Engine,
    *,
    read_only: bool,
    hosts: frozenset[str],
    options: str = "",
    answers_to_addresses: bool = False,
) -> Settings:
    """Return what the console is to know of an engine; ``options`` name the engine on a command line.

    :raises LocaldevError: the setting ``console-form`` names no form.
    """
    places = Places(engine)
    return Settings(
        client=ExecutionsEverywhere(places),
        control=None if read_only else ControlEverywhere(places),
        where=engine.where,
        how_to_start=f"{typed('up')}{options}",
        starter=_form(engine, options),
        stack=_stack(places, emulator=None if engine.kind.is_account else engine.endpoint_url),
        aws_region=engine.clients().region if engine.kind.is_account else None,
        hosts=hosts,
        answers_to_addresses=answers_to_addresses,
    )


def _stack(places: Places, *, emulator: str | None) -> Stack:
    """Return what reads functions, queues and rules of every account and region that stacks of the app may be in."""
    here = places.all()[0]

    def at(clients: Clients) -> Stack:
        return Stack(clients.client, emulator=emulator)

    def of(arn: str) -> Stack | None:
        found = places.of(arn)
        return None if found is here else at(found)

    return StackEverywhere(here.client, emulator=emulator, others=lambda: [*map(at, places.all()[1:])], of=of)


def _form(engine: Engine, options: str) -> Starter | None:
    """Return the app's form that starts an execution; ``None`` where the app has none."""
    place = settings.current().console_form
    if place is None:
        return None
    make = load(place, "console-form")
    if not callable(make):
        raise LocaldevError(
            f"pyproject.toml: console-form in [tool.localdev] names {place!r}, which is no class.",
            "name a class that is a localdev.console.settings.Starter (docs/settings.md).",
        )
    form: Starter = make(engine, options)
    return form
