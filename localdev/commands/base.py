"""Define a command, and the options that several commands share."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from typing import TYPE_CHECKING

from localdev.engines import registry
from localdev.engines.registry import ENGINES
from localdev.system.project import DEFAULT_PORT

if TYPE_CHECKING:
    from collections.abc import Callable

    from localdev.engines import Engine


def _no_arguments(parser: argparse.ArgumentParser) -> None:
    del parser


@dataclass(frozen=True)
class Command:
    """One command: its help, its options and what it does. ``run`` returns the exit status."""

    description: str
    run: Callable[[argparse.Namespace], int]
    add_arguments: Callable[[argparse.ArgumentParser], None] = _no_arguments
    epilog: str | None = None
    uses_engine: bool = True
    takes_context: bool = False
    """Whether it deploys the app, and takes ``-c KEY=VALUE``."""
    takes_stacks: bool = False
    """Whether it looks at what is deployed, and takes ``--stack NAME``."""
    passes_on: bool = False
    """Whether arguments it does not know are somebody else's, in ``options.rest``."""


def add_engine_arguments(parser: argparse.ArgumentParser) -> None:
    """Add ``--engine`` and what goes with it. No variable is asked: an engine is only ever named here."""
    kinds = ", ".join(f"{kind.name}: {kind.description}" for kind in ENGINES.values())
    parser.add_argument(
        "--engine",
        choices=list(ENGINES),
        default=registry.DEFAULT,
        help=f"what it runs on (default: {registry.DEFAULT}); {kinds}",
    )
    parser.add_argument(
        "--port",
        type=port_argument,
        metavar="N",
        help=f"the emulator's port on 127.0.0.1 (default: {DEFAULT_PORT})",
    )
    parser.add_argument("--endpoint-url", metavar="URL", help="where the external engine is, instead of --port")
    parser.add_argument(
        "--stack-name",
        metavar="NAME",
        help="the stack in the AWS account (default: the one deployed from this checkout, or a new one)",
    )


def add_app_arguments(parser: argparse.ArgumentParser) -> None:
    """Add ``-c KEY=VALUE``, as the CDK has it, ``--stack`` and ``--strict``."""
    parser.add_argument("--strict", action="store_true", help="fail if not every resource is emulated")
    parser.add_argument(
        "--stack",
        action="append",
        default=[],
        metavar="ID",
        help="a stack of the app, may be given more than once (default: all of them)",
    )
    parser.add_argument(
        "-c",
        "--context",
        action="append",
        default=[],
        type=_context_argument,
        metavar="KEY=VALUE",
        help="a value of the CDK's context, may be given more than once; remembered until 'down'",
    )


def add_stack_argument(parser: argparse.ArgumentParser) -> None:
    """Add ``--stack``, for a command that looks at what is deployed."""
    parser.add_argument(
        "--stack",
        action="append",
        default=[],
        metavar="NAME",
        help="a deployed stack, may be given more than once (default: all of them)",
    )


def engine_of(options: argparse.Namespace) -> Engine:
    """Return the engine that the options name.

    :raises LocaldevError: an option is given that means nothing to it.
    """
    return registry.make(
        options.engine,
        registry.Options(port=options.port, endpoint_url=options.endpoint_url, stack_name=options.stack_name),
    )


def engine_options(options: argparse.Namespace) -> str:
    """Return what has to be typed to mean the same engine again, with a space before it, or nothing."""
    given = {
        "--engine": None if options.engine == registry.DEFAULT else options.engine,
        "--port": options.port if options.port != DEFAULT_PORT else None,
        "--endpoint-url": options.endpoint_url,
        "--stack-name": options.stack_name,
    }
    return "".join(f" {name} {value}" for name, value in given.items() if value)


def port_argument(text: str) -> int:
    """Return a port, given as an option's value."""
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise argparse.ArgumentTypeError(f"expected a port from 1 to 65535, found {text!r}")
    return int(text)


def _context_argument(text: str) -> str:
    if not text.partition("=")[0] or "=" not in text:
        raise argparse.ArgumentTypeError(f"expected KEY=VALUE, found {text!r}")
    return text
