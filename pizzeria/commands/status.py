"""``status``: one order's status, and the path it took."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from localdev.commands.base import Command, engine_of

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping

    from localdev.executions.history import History


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("order_id", metavar="ORDER_ID", help="as printed when it was placed")
    parser.add_argument("--json", action="store_true", help="print the API's document, and the path")


def _run(options: argparse.Namespace) -> int:
    from pizzeria.deployed import order_api
    from pizzeria.order_history import order_history, path_document

    engine = engine_of(options)
    document = order_api(engine).status(options.order_id)
    history = order_history(engine, document["orderId"])
    if options.json:
        print(json.dumps({**document, "path": path_document(history)}))
    else:
        _print(document, history)
    return 0


def _print(document: Mapping[str, Any], history: History) -> None:
    from rich.text import Text

    from localdev.commands.printing import shown_path, shown_status
    from localdev.commands.terminal import out
    from localdev.executions.report import path_line

    for name, value in document.items():
        if name == "status":
            out.print(f"{name:<10} {shown_status(value)}", soft_wrap=True)
            out.print(Text("path       ").append(shown_path(path_line(history))), soft_wrap=True)
        elif value is not None:
            out.print(f"{name:<10} {value}", markup=False, soft_wrap=True)


COMMAND = Command("Show an order's status, and the path it took.", _run, _add_arguments)
