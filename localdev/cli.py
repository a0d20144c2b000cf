"""The command line behind the scripts: one verb each, the same options on all of them."""

import argparse
import os
import signal
import sys
import threading
from collections.abc import Sequence
from types import FrameType

from localdev.errors import LocaldevError
from localdev.verbs import VERBS, Verb
from localdev.verbs.base import add_engine_arguments

_INTERRUPTED = 130
_AGAIN_SECONDS = 0.05
_HELP_WIDTH = 100


def main(arguments: Sequence[str]) -> int:
    """Run a verb; its exit status. Errors a person can act on are printed, without a trace."""
    # a polite end from outside cleans up as Ctrl-C does, and so does Ctrl-C where a shell's "&" had it ignored
    signal.signal(signal.SIGTERM, _interrupt)
    signal.signal(signal.SIGINT, _interrupt)
    sys.unraisablehook = _interrupt_again
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


def _interrupt_again(swallowed: "sys.UnraisableHookArgs") -> None:
    """An interrupt that came while an object was being disposed of, where Python drops every exception, comes again."""
    if issubclass(swallowed.exc_type, KeyboardInterrupt):
        threading.Timer(_AGAIN_SECONDS, os.kill, (os.getpid(), signal.SIGINT)).start()
    else:
        sys.__unraisablehook__(swallowed)


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
        add_engine_arguments(parser, verb.port_option)
    return parser
