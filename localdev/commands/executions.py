"""``executions``: list executions of the deployed state machines."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING

from localdev.commands.base import Command, engine_of
from localdev.commands.choosing import choose, of_own_stacks
from localdev.commands.deploying import require_up

if TYPE_CHECKING:
    from collections.abc import Iterator

    from localdev.deployment.resources import Resource
    from localdev.engines import Engine
    from localdev.executions.client import ExecutionsClient
    from localdev.executions.records import ExecutionSummary

_STATUSES = ("RUNNING", "SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED", "PENDING_REDRIVE")
_MOST = 50


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("machine", nargs="?", metavar="MACHINE", help="of this state machine alone (default: of all)")
    parser.add_argument(
        "--status", type=str.upper, choices=_STATUSES, help=f"only those with this status: {', '.join(_STATUSES)}",
        metavar="STATUS",
    )  # fmt: skip
    parser.add_argument("--name", metavar="PART", help="only those whose name contains this")
    parser.add_argument("--limit", type=_limit, default=_MOST, metavar="N", help=f"at most so many (default: {_MOST})")
    parser.add_argument("--json", action="store_true", help="print one JSON object a line")


def _limit(text: str) -> int:
    if not text.isdigit() or not int(text):
        raise argparse.ArgumentTypeError(f"expected a number from 1 on, found {text!r}")
    return int(text)


def _run(options: argparse.Namespace) -> int:
    from localdev.deployment.deployed import clients_of
    from localdev.deployment.executions import executions_client

    engine = engine_of(options)
    require_up(engine)
    found = [
        (machine, execution)
        for machine in _machines(engine, options)
        for execution in _of(executions_client(clients_of(engine, machine)), machine, options.status, options.limit)
        if not options.name or options.name in execution.name
    ]
    newest = sorted(found, key=lambda each: each[1].started, reverse=True)[: options.limit]
    if options.json:
        for machine, execution in newest:
            print(json.dumps(_as_document(machine, execution), ensure_ascii=False))
    else:
        _print(newest)
    return 0


def _machines(engine: Engine, options: argparse.Namespace) -> list[Resource]:
    from localdev.deployment.resources import STATE_MACHINE

    if options.machine is not None:
        return [choose(engine, options.stack, options.machine, (STATE_MACHINE,), what="state machine")]
    return of_own_stacks(engine, options.stack, lambda there: [each for each in there if each.type == STATE_MACHINE])


def _of(client: ExecutionsClient, machine: Resource, status: str | None, limit: int) -> Iterator[ExecutionSummary]:
    """Yield a state machine's newest executions; those of an Express one as far as its log group tells of them."""
    if client.state_machine(machine.physical_id).type == "EXPRESS":
        rows = client.express_executions(machine.physical_id).rows
        yield from [summary for summary, _ in rows if status in {None, summary.status}][:limit]
        return
    after, left = None, limit
    while left > 0:
        page = client.executions(machine.physical_id, status=status, after=after)
        yield from page.items[:left]
        after, left = page.next, left - len(page.items)
        if after is None:
            return


def _as_document(machine: Resource, execution: ExecutionSummary) -> dict[str, object]:
    return {
        "machine": machine.name,
        "name": execution.name,
        "status": execution.status,
        "startedAt": execution.started.isoformat(),
        "stoppedAt": execution.stopped.isoformat() if execution.stopped else None,
        "executionArn": execution.arn,
    }


def _print(found: list[tuple[Resource, ExecutionSummary]]) -> None:
    from rich.markup import escape

    from localdev.commands.printing import shown_status
    from localdev.commands.terminal import out
    from localdev.deployment.resources import labels
    from localdev.executions.text import duration_text, one_line

    if not found:
        out.print("There is no such execution.")
    listed = list(dict.fromkeys(machine for machine, _ in found))
    named = dict(zip(listed, labels(listed), strict=True))
    machines = max(map(len, named.values()), default=0)
    names = max((len(execution.name) for _, execution in found), default=0)
    for machine, execution in found:
        lasted = duration_text(execution.stopped - execution.started) if execution.stopped else ""
        started = execution.started.astimezone().strftime("%Y-%m-%d %H:%M:%S")
        what = f"{one_line(named[machine]):<{machines}}  {one_line(execution.name):<{names}}"
        out.print(f"{started}  {escape(what)}  {shown_status(execution.status)}  {lasted}", soft_wrap=True)


COMMAND = Command(
    "List executions of the deployed state machines, newest first.", _run, _add_arguments, takes_stacks=True
)
