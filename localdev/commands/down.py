"""``down``: nothing left behind."""

import argparse

from localdev.commands import up
from localdev.commands.base import Command, engine_of
from localdev.commands.consent import announce
from localdev.engines import Engine
from localdev.system.errors import LocaldevError
from localdev.system.terminal import out


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--all", action="store_true", help="every emulator of this checkout, whatever its port")


def _run(options: argparse.Namespace) -> int:
    engines = _every_emulator() if options.all else [engine_of(options)]
    if engines and engines[0].outlives_us:
        return _remove_stack(engines[0])
    were_up = [engine for engine in engines if engine.is_up()]
    for engine in engines:
        engine.stop()
    for engine in were_up:
        out.print(f"Stopped the emulator at {engine.where}.")
    if not were_up:
        where = "" if options.all else f" at {engines[0].where}"
        out.print(f"Nothing was up{where}.")
    return 0


def _every_emulator() -> list[Engine]:
    # the Docker SDK is slow to import
    from localdev.engines.known import every_emulator

    return every_emulator()


def _remove_stack(engine: Engine) -> int:
    if engine.name == "external":
        raise LocaldevError(
            f"The emulator at {engine.where} was not started here.",
            "stop it where it was started ('docker compose down'); "
            "'./scripts/cdk destroy --engine external' removes the stack alone.",
        )
    announce(engine, "destroys")
    up.destroy(engine)
    return 0


COMMAND = Command(
    "Stop the emulator on the port, and remove what it kept.\nIn an AWS account: destroy the stack.",
    _run,
    _add_arguments,
)
