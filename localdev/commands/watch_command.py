"""``watch``, of the app or of a template, until it is interrupted."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from localdev.commands.base import Command, engine_of, engine_options
from localdev.commands.deploying import Selection, require_up
from localdev.commands.templates import add_template_arguments, template_of
from localdev.commands.terminal import out
from localdev.commands.watch import Watch
from localdev.commands.watch_template import TemplateWatch
from localdev.deployment import context
from localdev.deployment.leftovers import watch_lock
from localdev.deployment.template import require_deployable
from localdev.system.endpoints import endpoint_port
from localdev.system.errors import LocaldevError
from localdev.system.file_lock import exclusive
from localdev.system.project import typed

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from localdev.engines import Engine


def _run(options: argparse.Namespace) -> int:
    engine = engine_of(options)
    template = template_of(options)
    if not engine.kind.sees_files:
        raise LocaldevError(
            f"watch is not for --engine {engine.kind.name}: its functions do not see this machine's files.",
            f"use --engine embedded, or let the CDK watch: {typed('cdk watch')}.",
        )
    require_up(engine)
    if template:
        require_deployable(engine, template.file, template.parameters)
    else:
        context.remember(engine, options.context)
    with _alone(engine):
        watch = TemplateWatch(engine, template) if template else Watch(engine, selection=Selection.of(options))
        return watch_until_interrupted(watch, engine_options(options))


@contextmanager
def _alone(engine: Engine) -> Iterator[None]:
    """Hold the emulator for this watch alone: the end of either would be that of both.

    :raises LocaldevError: its functions are watched already.
    """

    def refuse() -> None:
        raise LocaldevError(
            f"Another {typed('watch')} is running for {engine.where}.", "end it with Ctrl-C, or go on with that one."
        )

    with exclusive(watch_lock(endpoint_port(str(engine.endpoint_url))), refuse):
        yield


def watch_until_interrupted(watch: Watch, again: str) -> int:
    """Watch until interrupted; the functions run packages again then. ``again`` names the engine."""
    try:
        watch.begin()
        out.print(
            f"Watching {watch.folders}; what is saved is live for the next request. Ctrl-C ends it.\n"
            f"Look inside  {typed('console')}{again}",
            highlight=False,
            soft_wrap=True,
        )
        watch.follow()
    except KeyboardInterrupt:
        out.print("\nThe functions keep the code as it is.")
    finally:
        watch.end()
    return 0


COMMAND = Command(
    "Make what is saved live: the functions' code for the next request, the app by deploying it.\n"
    "A module that cannot be compiled is shown with file and line, and the old code goes on.",
    _run,
    add_template_arguments,
    takes_context=True,
)
