"""``start``: run a state machine, and say how it ended and which way it took."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from localdev.commands.base import Command, engine_of, engine_options
from localdev.commands.choosing import choose
from localdev.commands.consent import announce
from localdev.commands.deploying import require_up
from localdev.commands.inputs import HELP, METAVAR, read_document
from localdev.system.errors import LocaldevError
from localdev.system.project import typed

if TYPE_CHECKING:
    import argparse

    from localdev.deployment.resources import Resource
    from localdev.engines import Engine
    from localdev.executions.client import ExecutionsClient
    from localdev.executions.history import History
    from localdev.executions.records import Execution

ENDED_OTHERWISE: Final = 3
_SECONDS: Final = 300.0
_LONGEST_PAUSE: Final = 0.1


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "machine",
        nargs="?",
        metavar="MACHINE",
        help="its name, logical id or construct path (default: the only one that is deployed)",
    )
    parser.add_argument("--input", metavar=METAVAR, help=f"the execution's input, {HELP}")
    parser.add_argument("--name", help="the execution's name (default: a new one)")
    parser.add_argument("--no-wait", action="store_true", help="start it, and do not wait for its end")
    parser.add_argument(
        "--timeout", type=float, default=_SECONDS, metavar="SECONDS", help=f"the longest wait (default: {_SECONDS:g})"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def _run(options: argparse.Namespace) -> int:
    from localdev.deployment.deployed import clients_of
    from localdev.deployment.executions import executions_client

    document = read_document(options.input, what="input")
    engine = engine_of(options)
    require_up(engine)
    machine = _machine(engine, options)
    announce(engine, f"starts {machine.name} of")
    client = executions_client(clients_of(engine, machine))
    if client.state_machine(machine.physical_id).type == "EXPRESS":
        return _run_express(engine, machine, document, options)
    arn = _start(engine, machine, document, options.name)
    if options.no_wait:
        return _started(arn, options)
    ended = _wait(client, arn, options.timeout)
    return _report(ended, client.history(arn), options)


def _machine(engine: Engine, options: argparse.Namespace) -> Resource:
    from localdev.deployment.resources import STATE_MACHINE

    return choose(engine, options.stack, options.machine, (STATE_MACHINE,), what="state machine")


def _start(engine: Engine, machine: Resource, document: str, name: str | None) -> str:
    from botocore.exceptions import ClientError, ParamValidationError

    from localdev.deployment.deployed import clients_of

    named: Any = {"name": name} if name else {}
    try:
        started = clients_of(engine, machine).client("stepfunctions").start_execution(
            stateMachineArn=machine.physical_id, input=document, **named
        )  # fmt: skip
    except (ClientError, ParamValidationError) as error:
        raise LocaldevError(
            f"{machine.name} could not be started: {error}.", "correct the name or the input."
        ) from error
    return started["executionArn"]


def _run_express(engine: Engine, machine: Resource, document: str, options: argparse.Namespace) -> int:
    """Run an Express execution to its end, which its start waits for; the way it took is in its log group alone."""
    from botocore.exceptions import ClientError

    from localdev.deployment.deployed import clients_of

    named: Any = {"name": options.name} if options.name else {}
    try:
        ended: dict[str, Any] = dict(
            clients_of(engine, machine).client("stepfunctions").start_sync_execution(
                stateMachineArn=machine.physical_id, input=document, **named
            )
        )  # fmt: skip
    except ClientError as error:
        raise LocaldevError(
            f"{machine.name} could not be started: {error}.", "correct the name or the input."
        ) from error
    from localdev.executions.records import Execution

    execution = Execution(
        ended["executionArn"], ended["name"], machine.physical_id, ended["status"], ended["startDate"],
        ended["stopDate"], ended.get("input"), ended.get("output"), ended.get("error"), ended.get("cause"),
    )  # fmt: skip
    return _report(execution, None, options)


def _started(arn: str, options: argparse.Namespace) -> int:
    print(json.dumps({"executionArn": arn, "status": "RUNNING"}) if options.json else arn)
    return 0


def _wait(client: ExecutionsClient, arn: str, seconds: float) -> Execution:
    from localdev.executions.report import path_line
    from localdev.system.waiting import WaitTimeoutError, wait_until

    def ended() -> Execution | None:
        found = client.execution(arn)
        return None if found.is_running else found

    try:
        return wait_until(ended, what="the execution to end", seconds=seconds, longest_pause=_LONGEST_PAUSE)
    except WaitTimeoutError as error:
        name = arn.rpartition(":")[2]
        raise LocaldevError(
            f"{error.message} It goes on. So far: {path_line(client.history(arn))}",
            f"wait longer with --timeout, or look at it with {typed('history')} {name}.",
        ) from error


def _report(execution: Execution, history: History | None, options: argparse.Namespace) -> int:
    if options.json:
        print(json.dumps(as_document(execution, history), ensure_ascii=False))
    else:
        _print(execution, history, engine_options(options))
    return 0 if execution.status == "SUCCEEDED" else ENDED_OTHERWISE


def as_document(execution: Execution, history: History | None) -> dict[str, object]:
    """Return an execution as the object that ``--json`` prints."""
    from localdev.executions.text import json_or_text

    lasted = ((execution.stopped or execution.started) - execution.started).total_seconds()
    path = [visit.state for visit in history.path()] if history else None
    return {
        "executionArn": execution.arn,
        "name": execution.name,
        "status": execution.status,
        "output": json_or_text(execution.output),
        "error": execution.error,
        "cause": execution.cause,
        "path": path,
        "startedAt": execution.started.isoformat(),
        "stoppedAt": execution.stopped.isoformat() if execution.stopped else None,
        "seconds": round(lasted, 3),
    }


def _print(execution: Execution, history: History | None, again: str) -> None:
    from localdev.commands.printing import shown_path, shown_status
    from localdev.commands.terminal import out
    from localdev.executions.report import path_line
    from localdev.executions.text import duration_text, failure_text

    lasted = duration_text(execution.stopped - execution.started) if execution.stopped else ""
    out.print(f"{shown_status(execution.status)} [dim]({lasted})[/]")
    if history:
        out.print(shown_path(path_line(history)), soft_wrap=True)
    if failure := failure_text(execution.error, execution.cause):
        out.print(failure, markup=False, soft_wrap=True)
    if execution.output is not None:
        out.print(execution.output, markup=False, soft_wrap=True)
    if history:
        out.print(f"[dim]Every event  {typed('history')} {execution.name}{again}[/]", soft_wrap=True)


COMMAND = Command(
    "Run a deployed state machine, and print how it ended and which way it took.",
    _run,
    _add_arguments,
    epilog=(
        f"Exit status: 0 when it SUCCEEDED (with --no-wait: was started), {ENDED_OTHERWISE} when it ended otherwise,\n"
        "1 when it could not be started."
    ),
    takes_stacks=True,
)
