"""``up``: an engine, started and with the app's stacks on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from localdev.commands.base import Command, engine_of, engine_options
from localdev.commands.consent import announce
from localdev.commands.deploying import Selection, next_steps, print_outputs, start, start_and_deploy
from localdev.commands.terminal import out
from localdev.system.project import typed

if TYPE_CHECKING:
    import argparse


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--no-deploy", action="store_true", help="start only, deploy nothing")


def _run(options: argparse.Namespace) -> int:
    engine = engine_of(options)
    again = engine_options(options)
    announce(engine, "deploys")
    if options.no_deploy:
        start(engine)
        out.print(f"\nDeploy with  {typed('deploy')}{again}\nStop with    {typed('down')}{again}")
        return 0
    outputs = start_and_deploy(engine, Selection.of(options))
    out.print()
    print_outputs(engine, outputs)
    out.print()
    for line in next_steps(engine, outputs, again):
        out.print(line, soft_wrap=True, markup=False)
    out.print(f"Look inside  {typed('logs')}{again}\nStop         {typed('down')}{again}", soft_wrap=True)
    return 0


COMMAND = Command(
    "Start the emulator, deploy the app's stacks on it, and print their outputs.\nWhile it is up, deploy again.",
    _run,
    _add_arguments,
    takes_context=True,
)
