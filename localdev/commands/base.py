"""What a command is, and the options that name its engine."""

import argparse
from collections.abc import Callable
from dataclasses import dataclass

from localdev.engines import ENGINES, EmbeddedEngine, Engine, ExternalEngine
from localdev.system.errors import LocaldevError
from localdev.system.project import DEFAULT_PORT


def _no_arguments(parser: argparse.ArgumentParser) -> None:
    del parser


@dataclass(frozen=True)
class Command:
    """One script: its help, its options and what it does. ``run`` returns the exit status."""

    description: str
    run: Callable[[argparse.Namespace], int]
    add_arguments: Callable[[argparse.ArgumentParser], None] = _no_arguments
    epilog: str | None = None
    uses_engine: bool = True
    passes_on: bool = False
    """Whether arguments it does not know are somebody else's, in ``options.rest``."""


def add_engine_arguments(parser: argparse.ArgumentParser) -> None:
    """``--engine`` and what goes with it. No variable is asked: an engine is only ever named here."""
    kinds = ", ".join(f"{name}: {what}" for name, what in ENGINES.items())
    parser.add_argument(
        "--engine",
        choices=list(ENGINES),
        default="embedded",
        help=f"what it runs on (default: embedded); {kinds}",
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


def engine_of(options: argparse.Namespace) -> Engine:
    """The engine that the options name.

    :raises LocaldevError: an option is given that means nothing to it.
    """
    _refuse(options, "endpoint_url", {"external"})
    _refuse(options, "stack_name", {"aws"})
    _refuse(options, "port", set(ENGINES) - {"aws"})
    port = port_of(options)
    if options.engine == "external":
        if options.endpoint_url and options.port:
            raise LocaldevError("--endpoint-url and --port both say where the external engine is.", "give one of them.")
        return ExternalEngine(options.endpoint_url or f"http://127.0.0.1:{port}")
    if options.engine == "aws":
        from localdev.engines.aws import AwsEngine

        return AwsEngine(options.stack_name)
    if options.engine == "container":
        from localdev.engines.container import ContainerEngine

        return ContainerEngine(port)
    return EmbeddedEngine(port)


def port_of(options: argparse.Namespace) -> int:
    """The port that was asked for, or the usual one."""
    return options.port or DEFAULT_PORT


def engine_options(options: argparse.Namespace) -> str:
    """What has to be typed to mean the same engine again, with a space before it, or nothing."""
    given = {
        "--engine": None if options.engine == "embedded" else options.engine,
        "--port": options.port if options.port != DEFAULT_PORT else None,
        "--endpoint-url": options.endpoint_url,
        "--stack-name": options.stack_name,
    }
    return "".join(f" {name} {value}" for name, value in given.items() if value)


def _refuse(options: argparse.Namespace, name: str, engines: set[str]) -> None:
    """:raises LocaldevError: an option was given with an engine that is none of ``engines``."""
    if getattr(options, name) is not None and options.engine not in engines:
        option = f"--{name.replace('_', '-')}"
        meant = " or ".join(f"--engine {engine}" for engine in ENGINES if engine in engines)
        raise LocaldevError(f"{option} means nothing to --engine {options.engine}.", f"it goes with {meant}.")


def port_argument(text: str) -> int:
    """A port, as an option's value."""
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise argparse.ArgumentTypeError(f"expected a port from 1 to 65535, found {text!r}")
    return int(text)
