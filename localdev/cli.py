"""The command line behind the scripts: one verb each, the same options on all of them."""

import argparse
import os
import signal
import sys
from collections.abc import Sequence
from types import FrameType

from localdev import project
from localdev.errors import LocaldevError
from localdev.verbs import VERBS, Verb

_INTERRUPTED = 130
_HELP_WIDTH = 100


def main(arguments: Sequence[str]) -> int:
    """Run a verb; its exit status. Errors a person can act on are printed, without a trace."""
    # a polite end from outside cleans up as Ctrl-C does
    signal.signal(signal.SIGTERM, _interrupt)
    if not arguments or arguments[0] not in VERBS:
        print(f"Expected one of {', '.join(VERBS)}.", file=sys.stderr)
        return 2
    verb = VERBS[arguments[0]]
    try:
        return verb.run(_parse(arguments[0], verb, arguments[1:]))
    except LocaldevError as error:
        print(error, file=sys.stderr)
        return 1
    except BrokenPipeError:
        # whoever read our output has seen enough, as in "scripts/logs | head"
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        print("\nInterrupted.", file=sys.stderr)
        return _INTERRUPTED


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _parse(name: str, verb: Verb, arguments: Sequence[str]) -> argparse.Namespace:
    parser = build_parser(name, verb)
    if not verb.passes_on:
        return parser.parse_args(arguments)
    options, rest = parser.parse_known_args(arguments)
    options.rest = rest
    return options


def build_parser(name: str, verb: Verb) -> argparse.ArgumentParser:
    """The parser of one script; also what the documentation's ``--help`` texts are made from."""
    parser = argparse.ArgumentParser(
        prog=f"scripts/{name}",
        description=verb.description,
        epilog=verb.epilog,
        # the same text on every terminal, so that the documentation can hold it
        formatter_class=lambda prog: argparse.RawDescriptionHelpFormatter(prog, width=_HELP_WIDTH),
        allow_abbrev=False,
    )
    verb.add_arguments(parser)
    if verb.uses_engine:
        parser.add_argument(
            "--engine",
            choices=["embedded"],
            default="embedded",
            help="what it runs on (default: embedded, LocalStack as a process of this machine)",
        )
        parser.add_argument(
            "--port",
            type=_port,
            default=project.DEFAULT_PORT,
            metavar="N",
            help=f"the emulator's port on 127.0.0.1 (default: {project.DEFAULT_PORT})",
        )
    return parser


def _port(text: str) -> int:
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise argparse.ArgumentTypeError(f"expected a port from 1 to 65535, found {text!r}")
    return int(text)
