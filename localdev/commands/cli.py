"""The command line behind the scripts: one command each, the same options on all of them."""

import argparse
import os
import sys
from collections.abc import Sequence

from localdev.commands import COMMANDS, Command
from localdev.commands.base import add_engine_arguments
from localdev.system.errors import LocaldevError
from localdev.system.folders import is_trouble, trouble_with

_INTERRUPTED = 130
_HELP_WIDTH = 100


def main(arguments: Sequence[str]) -> int:
    """Run a command; its exit status. Errors a person can act on are printed, without a trace."""
    if not arguments or arguments[0] not in COMMANDS:
        print(f"Expected one of {', '.join(COMMANDS)}.", file=sys.stderr)
        return 2
    command = COMMANDS[arguments[0]]
    try:
        return command.run(_parse(arguments[0], command, arguments[1:]))
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
    except Exception as error:
        said = _said_of(error)
        if said is None:
            raise
        print(said, file=sys.stderr)
        return 1


def _said_of(error: Exception) -> LocaldevError | None:
    """Return what a person is told of an error that the machine is to blame for; of any other, nothing."""
    if isinstance(error, OSError) and is_trouble(error):
        return trouble_with(error)
    if _is_lost_connection(error):
        return LocaldevError(f"No answer any more: {error}.", "is it up? Start it with ./scripts/up.")
    return None


def _is_lost_connection(error: Exception) -> bool:
    """Whether a client of boto3 got no answer: the emulator has ended, or was killed, in the middle."""
    # slow to import, and there if one of its exceptions is
    exceptions = sys.modules.get("botocore.exceptions")
    return exceptions is not None and isinstance(error, (exceptions.ConnectionError, exceptions.HTTPClientError))


def _parse(name: str, command: Command, arguments: Sequence[str]) -> argparse.Namespace:
    parser = build_parser(name, command)
    if not command.passes_on:
        return parser.parse_args(arguments)
    options, rest = parser.parse_known_args(arguments)
    options.rest = rest
    return options


def build_parser(name: str, command: Command) -> argparse.ArgumentParser:
    """The parser of one script; also what the documentation's ``--help`` texts are made from."""
    parser = argparse.ArgumentParser(
        prog=f"scripts/{name}",
        description=command.description,
        epilog=command.epilog,
        # the same text on every terminal, so that the documentation can hold it
        formatter_class=lambda prog: argparse.RawDescriptionHelpFormatter(prog, width=_HELP_WIDTH),
        allow_abbrev=False,
    )
    command.add_arguments(parser)
    if command.uses_engine:
        add_engine_arguments(parser)
    return parser
