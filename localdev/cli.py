"""The command line behind the scripts: one verb each, the same options on all of them."""

import argparse
import os
import sys
from collections.abc import Sequence

from localdev.errors import LocaldevError
from localdev.verbs import VERBS, Verb
from localdev.verbs.base import add_engine_arguments

_INTERRUPTED = 130
_HELP_WIDTH = 100


def main(arguments: Sequence[str]) -> int:
    """Run a verb; its exit status. Errors a person can act on are printed, without a trace."""
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
    except Exception as error:
        if not _is_lost_connection(error):
            raise
        print(f"No answer any more: {error}.\nHint: is it up? Start it with ./scripts/up.", file=sys.stderr)
        return 1


def _is_lost_connection(error: Exception) -> bool:
    """Whether a client of boto3 got no answer: the emulator has ended, or was killed, in the middle."""
    # slow to import, and there if one of its exceptions is
    exceptions = sys.modules.get("botocore.exceptions")
    return exceptions is not None and isinstance(error, (exceptions.ConnectionError, exceptions.HTTPClientError))


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
