"""``history``: every event of an execution."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from executions.client import NotFoundError
from executions.report import path_line, rows
from executions.text import failure_text
from localdev.commands.base import Command, engine_of
from localdev.commands.deploying import require_up
from localdev.commands.printing import print_events, shown_path, shown_status
from localdev.commands.terminal import out
from localdev.deployment.deployed import state_machines
from localdev.deployment.executions import executions_client
from localdev.system.errors import LocaldevError
from localdev.system.project import typed

if TYPE_CHECKING:
    import argparse

    from executions.history import History
    from localdev.engines import Engine


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("execution", metavar="EXECUTION", help="its name, or its ARN")
    parser.add_argument("--json", action="store_true", help="print one JSON object a line, an event each")


def _run(options: argparse.Namespace) -> int:
    engine = engine_of(options)
    require_up(engine)
    history = _history(engine, options.execution)
    if options.json:
        for row in rows(history, limit=None):
            print(json.dumps(row.as_data()))
        return 0
    out.print(shown_status(history.status))
    out.print(shown_path(path_line(history)), soft_wrap=True)
    if history.failure:
        out.print(failure_text(history.failure.error, history.failure.cause) or "", markup=False, soft_wrap=True)
    out.print()
    print_events(rows(history))
    return 0


def _history(engine: Engine, execution: str) -> History:
    """Return an execution's history.

    :raises LocaldevError: no state machine of the app's stacks has an execution of this name.
    """
    client = executions_client(engine.clients())
    for arn in _candidates(engine, execution):
        try:
            return client.history(arn)
        except NotFoundError:
            continue
    raise LocaldevError(
        f"There is no execution {execution!r} at {engine.where}.",
        f"executions are gone with the emulator; '{typed('console')}' shows those that are there.",
    )


def _candidates(engine: Engine, execution: str) -> list[str]:
    if execution.startswith("arn:"):
        return [execution]
    return [f"{arn.replace(':stateMachine:', ':execution:', 1)}:{execution}" for arn in state_machines(engine)]


COMMAND = Command("Print every event of an execution, oldest first.", _run, _add_arguments)
