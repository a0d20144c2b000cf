"""``history``: every event of an execution."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING

from localdev.commands.base import Command, engine_of
from localdev.commands.deploying import require_up
from localdev.commands.printing import print_events, shown_path, shown_status
from localdev.commands.terminal import out
from localdev.deployment.deployed import clients_for, resources, state_machines
from localdev.deployment.executions import executions_client
from localdev.deployment.resources import STATE_MACHINE
from localdev.executions.as_test import pytest_case
from localdev.executions.errors import HintedError, NotFoundError
from localdev.executions.records import is_express
from localdev.executions.report import path_line, rows
from localdev.executions.text import failure_text
from localdev.system.errors import LocaldevError
from localdev.system.project import typed
from localdev.system.suggestions import suggest

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from localdev.engines import Engine
    from localdev.executions.history import History


_MOST = 100
_COLONS_OF_AN_EXECUTION = 7


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("execution", metavar="EXECUTION", help="its name, or its ARN")
    shape = parser.add_mutually_exclusive_group()
    shape.add_argument("--json", action="store_true", help="print one JSON object a line, an event each")
    shape.add_argument(
        "--events",
        action="store_true",
        help="print the events as 'aws stepfunctions get-execution-history' does, for the console to compare with",
    )
    shape.add_argument("--as-test", action="store_true", help="print it as a test for pytest, its tasks mocked")


def _run(options: argparse.Namespace) -> int:
    engine = engine_of(options)
    require_up(engine)
    arn, history = _history(engine, options.execution, options.stack)
    if options.as_test:
        print(_test(engine, arn, history, options.stack), end="")
        return 0
    if options.events:
        print(_events(engine, arn))
        return 0
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


def _history(engine: Engine, execution: str, stacks: Sequence[str]) -> tuple[str, History]:
    """Return an execution's ARN and its history.

    :raises LocaldevError: no state machine of the app's stacks has an execution of this name.
    """
    candidates = _candidates(engine, execution, stacks)
    for arn in candidates:
        try:
            return arn, executions_client(clients_for(engine, arn)).history_with_injected(arn)
        except NotFoundError:
            continue
    raise LocaldevError(
        f"There is no execution {execution!r} at {engine.where}.",
        f"{_meant(engine, execution, candidates)} '{typed('executions')}' lists those that are there.".lstrip(),
    )


def _events(engine: Engine, arn: str) -> str:
    """Return an execution's events in the API's own shape, as JSON.

    :raises LocaldevError: it is an Express execution, which has no history.
    """
    if is_express(arn):
        raise LocaldevError(
            "Express executions have no history that the API gives.", "--json prints what is in their log group."
        )
    pages = clients_for(engine, arn).client("stepfunctions").get_paginator("get_execution_history")
    found = [event for page in pages.paginate(executionArn=arn) for event in page["events"]]
    return json.dumps({"events": found}, indent=4, default=datetime.isoformat)


def _test(engine: Engine, arn: str, history: History, stacks: Sequence[str]) -> str:
    """Return the execution as a test, its machine by the name that it has in the app.

    :raises LocaldevError: the execution has not ended.
    """
    _, _, _, _, _, _, machine, name, *_ = arn.split(":")
    named = [each.label() for each in resources(engine, stacks) if each.type == STATE_MACHINE and each.name == machine]
    try:
        return pytest_case(history, machine=named[0] if named else machine, name=name)
    except HintedError as error:
        raise LocaldevError(error.message, error.hint) from error


def _meant(engine: Engine, wanted: str, candidates: Sequence[str]) -> str:
    """Return a question about the execution with the most similar name, where there is one."""
    machines = {arn.rpartition(":")[0].replace(":execution:", ":stateMachine:", 1) for arn in candidates[:_MOST]}
    names = [
        each.name
        for arn in machines
        if ":stateMachine:" in arn
        for each in executions_client(clients_for(engine, arn)).executions(arn, size=_MOST).items
    ]
    return suggest(wanted, names)


def _candidates(engine: Engine, execution: str, stacks: Sequence[str]) -> list[str]:
    if execution.startswith("arn:") and execution.count(":") >= _COLONS_OF_AN_EXECUTION:
        return [execution]
    machines = (each.physical_id for each in state_machines(engine, stacks))
    return [f"{arn.replace(':stateMachine:', ':execution:', 1)}:{execution}" for arn in machines]


COMMAND = Command("Print every event of an execution, oldest first.", _run, _add_arguments, takes_stacks=True)
