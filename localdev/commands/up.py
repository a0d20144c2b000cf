"""``up``: an engine, started and with the app's stacks on it."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from localdev.commands.base import Command, engine_of, engine_options, port_argument
from localdev.commands.consent import announce
from localdev.commands.deploying import (
    Selection,
    next_steps,
    print_deployed,
    start,
    start_and_deploy,
)
from localdev.commands.templates import add_template_arguments, start_and_deploy_template, template_of
from localdev.commands.terminal import DONE, out
from localdev.deployment import app
from localdev.system.debugged import Debugged
from localdev.system.errors import LocaldevError
from localdev.system.project import typed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from localdev.deployment.cdk import Outputs
    from localdev.engines import Engine


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--no-deploy", action="store_true", help="start only, deploy nothing")
    parser.add_argument(
        "--debug",
        action="append",
        default=[],
        type=_debugged,
        metavar="FUNCTION[:PORT]",
        help="let a function wait for a debugger at 127.0.0.1:PORT (default: 5678), may be given more than once",
    )
    add_template_arguments(parser)


def _debugged(text: str) -> Debugged:
    name, has_port, port = text.partition(":")
    if not name:
        raise argparse.ArgumentTypeError(f"expected FUNCTION or FUNCTION:PORT, found {text!r}")
    return Debugged(name, port_argument(port)) if has_port else Debugged(name)


def _run(options: argparse.Namespace) -> int:
    engine = engine_of(options)
    again = engine_options(options)
    if options.debug:
        _check_debugging(engine, options)
    template = template_of(options)
    announce(engine, "deploys")
    if options.no_deploy:
        if template:
            raise LocaldevError("--template deploys, and --no-deploy deploys nothing.", "leave one of them out.")
        start(engine)
        out.print(f"\nDeploy with  {typed('deploy')}{again}")
        _print_stop(engine, f"Stop with    {typed('down')}{again}")
        return 0
    if template:
        outputs = start_and_deploy_template(engine, template)
    else:
        app.current().require()
        outputs = start_and_deploy(engine, Selection.of(options))
    if options.debug:
        _let_debug(engine, outputs, options.debug)
    print_deployed(engine, outputs)
    out.print()
    # a template is not the app that the steps are for
    for line in [] if template else next_steps(engine, outputs, again):
        out.print(line, soft_wrap=True, markup=False)
    out.print(f"Look inside  {typed('logs')}{again}", soft_wrap=True)
    _print_stop(engine, f"Stop         {typed('down')}{again}")
    return 0


def _print_stop(engine: Engine, line: str) -> None:
    """Print how to stop an engine, unless it was started elsewhere: ``down`` would refuse that."""
    if engine.kind.ends_with_us or engine.kind.is_account:
        out.print(line, soft_wrap=True)


def _check_debugging(engine: Engine, options: argparse.Namespace) -> None:
    from localdev.deployment import debugging

    if options.no_deploy:
        raise LocaldevError(
            "--debug names a deployed function, and --no-deploy deploys none.", "leave one of them out."
        )
    debugging.check(engine, options.debug)


def _let_debug(engine: Engine, outputs: Outputs, debugged: Sequence[Debugged]) -> None:
    from localdev.deployment import debugging
    from localdev.engines.embedded import EmbeddedEngine

    assert isinstance(engine, EmbeddedEngine)
    debugging.require_debuggers(engine, outputs, debugged)
    for name, each in zip(debugging.let_debug(engine, outputs, debugged), debugged, strict=True):
        out.print(f"{DONE} {name} waits for a debugger at 127.0.0.1:{each.port} when it is invoked", soft_wrap=True)


COMMAND = Command(
    "Start the emulator, deploy the app's stacks on it, and print their outputs.\nWhile it is up, deploy again.",
    _run,
    _add_arguments,
    takes_context=True,
)
