"""What a verb is."""

import argparse
from collections.abc import Callable
from dataclasses import dataclass

from localdev.engines import EmbeddedEngine, Engine


def _no_arguments(parser: argparse.ArgumentParser) -> None:
    del parser


@dataclass(frozen=True)
class Verb:
    """One script: its help, its options and what it does. ``run`` returns the exit status."""

    description: str
    run: Callable[[argparse.Namespace], int]
    add_arguments: Callable[[argparse.ArgumentParser], None] = _no_arguments
    epilog: str | None = None
    uses_engine: bool = True
    passes_on: bool = False
    """Whether arguments it does not know are somebody else's, in ``options.rest``."""


def engine_of(options: argparse.Namespace) -> Engine:
    """The engine that ``--engine`` and ``--port`` name."""
    return EmbeddedEngine(options.port)
