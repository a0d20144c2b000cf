"""``down``: nothing left behind."""

import argparse

from localdev.engines import EmbeddedEngine
from localdev.engines.embedded import known_engines
from localdev.terminal import out
from localdev.verbs.base import Verb


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--all", action="store_true", help="every emulator of this checkout, whatever its port")


def _run(options: argparse.Namespace) -> int:
    engines = known_engines() if options.all else [EmbeddedEngine(options.port)]
    were_up = [engine for engine in engines if engine.is_up()]
    for engine in engines:
        engine.stop()
    for engine in were_up:
        out.print(f"Stopped the emulator at {engine.endpoint_url}.")
    if not were_up:
        where = "" if options.all else f" at {engines[0].endpoint_url}"
        out.print(f"Nothing was up{where}.")
    return 0


VERB = Verb("Stop the emulator on the port, and remove what it kept.", _run, _add_arguments)
