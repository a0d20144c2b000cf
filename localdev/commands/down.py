"""``down``: leave nothing behind."""

import argparse

from localdev.commands.base import Command, engine_of
from localdev.commands.consent import announce
from localdev.commands.deploying import destroy
from localdev.commands.terminal import out
from localdev.deployment import context, leftovers
from localdev.deployment.leftovers import remove_left
from localdev.engines import Engine, registry
from localdev.engines.elsewhere import find_abandoned
from localdev.engines.naming import typed_for
from localdev.system.endpoints import endpoint_port
from localdev.system.errors import LocaldevError

_ALL = "every emulator of this project, whatever its port, and those whose project has been removed"


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--all", action="store_true", help=_ALL)


def _run(options: argparse.Namespace) -> int:
    engines = registry.running() if options.all else [engine_of(options)]
    if engines and not engines[0].kind.ends_with_us:
        return _remove_stacks(engines[0])
    were_up = [engine for engine in engines if engine.is_up()]
    for engine in engines:
        engine.stop()
        context.forget(engine)
    ports = {endpoint_port(str(engine.endpoint_url)) for engine in engines}
    remove_left(ports | (leftovers.ports() if options.all else set()))
    for engine in were_up:
        out.print(f"Stopped the emulator at {engine.where}.")
    abandoned = [each for each in find_abandoned() if options.all or each.port in ports]
    for each in abandoned:
        each.stop()
        gone = f"Stopped the emulator at {each.where}, whose project {each.project} has been removed."
        out.print(gone, soft_wrap=True, markup=False)
    if not were_up and not abandoned:
        where = "" if options.all else f" at {engines[0].where}"
        out.print(f"Nothing was up{where}.")
    return 0


def _remove_stacks(engine: Engine) -> int:
    if not engine.kind.is_account:
        raise LocaldevError(
            f"The emulator at {engine.where} was not started here.",
            "stop it where it was started ('docker compose down'); "
            f"'{typed_for(engine, 'cdk destroy')}' removes the app's stacks alone.",
        )
    announce(engine, "destroys")
    destroy(engine)
    return 0


COMMAND = Command(
    "Stop the emulator on the port, and remove what it kept.\nIn an AWS account: destroy the app's stacks.",
    _run,
    _add_arguments,
)
