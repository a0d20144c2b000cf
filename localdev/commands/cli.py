"""The command line: ``python -m localdev COMMAND``, and behind the scripts."""

from __future__ import annotations

import argparse
import itertools
import os
import sys
from typing import TYPE_CHECKING, Any, NoReturn

from localdev import __version__
from localdev.commands import COMMANDS, summary
from localdev.system.child_environment import pass_loopback_by_proxies
from localdev.system.errors import LocaldevError
from localdev.system.project import DEFAULT_PORT, IS_INSTALLED, typed
from localdev.system.suggestions import suggest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from localdev.commands.base import Command

_INTERRUPTED = 130
_HELP_WIDTH = 100


class _CommandParser(argparse.ArgumentParser):
    """Parser of a command's options that names an unknown one before anything else that is wrong."""

    passes_on = False
    """Whether unknown options are another program's."""

    # typed as in argparse's own stub, whose overloads tell namespaces apart
    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """Parse as :class:`argparse.ArgumentParser` does, once each option is known."""
        for each in () if self.passes_on else itertools.takewhile("--".__ne__, args or ()):
            option = each.split("=", 1)[0]
            if option.startswith("--") and option not in self._option_string_actions:
                hint = suggest(option, self._option_string_actions, f"'{self.prog} --help' lists them.")
                self.error(f"there is no option {option}\nHint: {hint}")
        return super().parse_known_args(args, namespace)

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        """Check a value as :class:`argparse.ArgumentParser` does, and suggest the nearest that there is."""
        try:
            super()._check_value(action, value)
        except argparse.ArgumentError as error:
            if nearest := suggest(str(value), map(str, action.choices or ()), ""):
                error.message += f"\nHint: {nearest}"
            raise


class _Formatter(argparse.RawDescriptionHelpFormatter):
    """Formats the same text on every terminal, so that the documentation can hold it."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, width=_HELP_WIDTH)


def main(arguments: Sequence[str]) -> int:
    """Run a command, and return its exit status. Errors a person can act on are printed, without a trace."""
    pass_loopback_by_proxies(os.environ)
    _do_without_missing_folder()
    try:
        return _run(arguments)
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


def _do_without_missing_folder() -> None:
    """Use the system's temporary folder where ``TMPDIR`` names none: not every tool that is started does so itself."""
    named = os.environ.get("TMPDIR")
    if named and not os.path.isdir(named):  # noqa: PTH112 - pathlib is slow to import
        print(f"TMPDIR is {named}, which is no folder: the system's own is used.", file=sys.stderr)
        del os.environ["TMPDIR"]


def _said_of(error: Exception) -> LocaldevError | None:
    """Return the message for an error that the machine is to blame for; for any other, nothing."""
    from localdev.system.folders import is_trouble, trouble_with

    if isinstance(error, OSError) and is_trouble(error):
        return trouble_with(error)
    if _is_lost_connection(error):
        how_to_start = f"{typed('up')}{_port_of(error)}"
        return LocaldevError(f"No answer any more: {error}.", f"is it up? Start it with {how_to_start}.")
    return None


def _port_of(error: Exception) -> str:
    """Return the option for the port that gave no answer, with a space before it; nothing for the default one."""
    from urllib.parse import urlsplit

    address = getattr(error, "kwargs", {}).get("endpoint_url") or ""
    port = urlsplit(address).port
    return f" --port {port}" if port not in {None, DEFAULT_PORT} else ""


def _run(arguments: Sequence[str]) -> int:
    # a command is imported when it is run
    name = arguments[0] if arguments else ""
    parser = build_parser(name if name in COMMANDS else None)
    if name not in COMMANDS and name and not name.startswith("-"):
        hint = suggest(name, COMMANDS, f"'{parser.prog} --help' lists them.")
        parser.error(f"there is no command {name!r}\nHint: {hint}")
    if not arguments:
        parser.error(f"no command was given\nHint: '{parser.prog} --help' lists them.")
    options, rest = parser.parse_known_args(arguments)
    command: Command = options.localdev_command
    if rest and not command.passes_on:
        _refuse(name, rest)
    options.rest = rest
    return command.run(options)


def _refuse(name: str, rest: Sequence[str]) -> NoReturn:
    """End as a command's parser does that was given more than it takes."""
    parser = add_command(argparse.ArgumentParser().add_subparsers(parser_class=_CommandParser), name, COMMANDS[name])
    hint = f"'{parser.prog} --help' says what it takes; put what has spaces in quotes."
    parser.error(f"unrecognized arguments: {' '.join(rest)}\nHint: {hint}")


def build_parser(name: str | None) -> argparse.ArgumentParser:
    """Return the parser of the command line for one command; without a name one that lists them all."""
    parser = argparse.ArgumentParser(
        prog="localdev" if IS_INSTALLED else "python -m localdev",
        description="Develop AWS serverless workflows on this machine: start, deploy, look inside, test.",
        epilog="'COMMAND --help' says more."
        + ("" if IS_INSTALLED else " Each command is also a script: ./scripts/COMMAND."),
        formatter_class=_Formatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"localdev {__version__}")
    # read before this parser is made: localdev/__main__.py
    parser.add_argument("-C", metavar="FOLDER", help="the app's folder (default: this one, or the nearest above it)")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True, parser_class=_CommandParser)
    if name:
        add_command(commands, name, COMMANDS[name])
    else:
        for each in COMMANDS:
            commands.add_parser(each, help=summary(each))
    return parser


def add_command(
    commands: argparse._SubParsersAction[_CommandParser],
    name: str,
    command: Command,
) -> argparse.ArgumentParser:
    """Add a command, and return its parser; the documentation's texts are made from it, too."""
    parser = commands.add_parser(
        name,
        prog=typed(name).removeprefix("./"),
        help=command.description.splitlines()[0],
        description=command.description,
        epilog=command.epilog,
        formatter_class=_Formatter,
        allow_abbrev=False,
    )
    from localdev.commands.base import add_app_arguments, add_engine_arguments, add_stack_argument

    parser.passes_on = command.passes_on
    command.add_arguments(parser)
    if command.takes_context:
        add_app_arguments(parser)
    if command.takes_stacks:
        add_stack_argument(parser)
    if command.uses_engine:
        add_engine_arguments(parser)
    parser.set_defaults(localdev_command=command)
    return parser


def help_of(name: str) -> str:
    """Return what a command says when it is asked for help."""
    commands = argparse.ArgumentParser().add_subparsers(parser_class=_CommandParser)
    return add_command(commands, name, COMMANDS[name]).format_help()


def _is_lost_connection(error: Exception) -> bool:
    """Return whether a client of boto3 got no answer: the emulator has ended, or was killed, in the middle."""
    # slow to import, and there if one of its exceptions is
    exceptions = sys.modules.get("botocore.exceptions")
    return exceptions is not None and isinstance(error, (exceptions.ConnectionError, exceptions.HTTPClientError))
