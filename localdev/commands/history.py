"""``history``: every event of one order's execution."""

import argparse
import json

from executions.report import path_line, rows
from executions.text import failure_text
from localdev.commands import up
from localdev.commands.base import Command, engine_of
from localdev.commands.printing import print_events, shown_path, shown_status
from localdev.system.terminal import out
from pizzeria.order_history import order_history


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("order_id", metavar="ORDER_ID", help="as printed when it was placed")
    parser.add_argument("--json", action="store_true", help="print one JSON object a line, an event each")


def _run(options: argparse.Namespace) -> int:
    engine = engine_of(options)
    up.require_up(engine)
    history = order_history(engine, options.order_id)
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


COMMAND = Command("Print every event of an order's execution, oldest first.", _run, _add_arguments)
