"""``invoke``: invoke a function, and print what it returned and wrote."""

from __future__ import annotations

import base64
import sys
from typing import TYPE_CHECKING

from localdev.commands.base import Command, engine_of
from localdev.commands.choosing import choose
from localdev.commands.consent import announce
from localdev.commands.deploying import require_up
from localdev.commands.inputs import HELP, METAVAR, read_document
from localdev.commands.start import ENDED_OTHERWISE
from localdev.system.errors import LocaldevError

if TYPE_CHECKING:
    import argparse


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "function",
        nargs="?",
        metavar="FUNCTION",
        help="its name, logical id or construct path (default: the only one that is deployed)",
    )
    parser.add_argument("--payload", metavar=METAVAR, help=f"the event, {HELP}")
    parser.add_argument("--quiet", action="store_true", help="do not print what it wrote")


def _run(options: argparse.Namespace) -> int:
    from botocore.exceptions import ClientError

    from localdev.deployment.deployed import clients_of
    from localdev.deployment.resources import FUNCTION

    payload = read_document(options.payload, what="payload")
    engine = engine_of(options)
    require_up(engine)
    function = choose(engine, options.stack, options.function, (FUNCTION,), what="function")
    announce(engine, f"invokes {function.name} of")
    try:
        answer = clients_of(engine, function).client("lambda").invoke(
            FunctionName=function.physical_id, LogType="Tail", Payload=payload.encode()
        )  # fmt: skip
    except ClientError as error:
        raise LocaldevError(f"{function.name} could not be invoked: {error}.") from error
    if not options.quiet:
        # the last 4 KB; apart from the result, which another program may read
        sys.stderr.write(base64.b64decode(answer.get("LogResult", "")).decode(errors="replace"))
        sys.stderr.flush()
    print(answer["Payload"].read().decode())
    return ENDED_OTHERWISE if answer.get("FunctionError") else 0


COMMAND = Command(
    "Invoke a deployed function, and print what it returned; what it wrote goes to standard error.",
    _run,
    _add_arguments,
    epilog=f"Exit status: 0 when it returned, {ENDED_OTHERWISE} when it failed, 1 when it could not be invoked.",
    takes_stacks=True,
)
