"""``order`` and ``demo``: orders placed over HTTP, and their outcomes."""

from __future__ import annotations

import json
import sys
import time
from typing import TYPE_CHECKING

from localdev.commands.base import Command, engine_of, engine_options

if TYPE_CHECKING:
    import argparse

    from localdev.engines import Engine
    from pizzeria.orders import OrderApi, Outcome

_ENDED_OTHERWISE = 3
_EXPECTED: dict[str | None, str] = {
    None: "SUCCEEDED",
    "pepperoni": "SUCCEEDED",
    "pineapple": "FAILED",
    "hawaiian": "FAILED",
}
"""The pattern's own four orders, and how each ends."""


def _add_order_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("flavours", nargs="+", metavar="FLAVOUR", help="one order each")
    parser.add_argument("--json", action="store_true", help="print one JSON object a line")
    parser.add_argument("--no-wait", action="store_true", help="do not wait for the outcome")


def _add_demo_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--keep", action="store_true", help="leave the stack in the AWS account; else it is destroyed")


def place_and_wait(api: OrderApi, flavours: list[str | None]) -> list[Outcome]:
    """Place one order after the other, then wait for them all."""
    placed = [(time.monotonic(), api.place(flavour)) for flavour in flavours]
    return [api.wait(order, started=started) for started, order in placed]


def _order(options: argparse.Namespace) -> int:
    from localdev.executions.report import path_line
    from pizzeria.deployed import order_api
    from pizzeria.order_history import execution_history, path_document
    from pizzeria.orders import Outcome
    from pizzeria.printing import print_order

    engine = engine_of(options)
    api = order_api(engine)
    ended_well = True
    for flavour in options.flavours:
        started = time.monotonic()
        order = api.place(flavour)
        if options.no_wait:
            outcome = Outcome(order, "RUNNING", None, None, None, time.monotonic() - started)
        else:
            outcome = api.wait(order, started=started)
            ended_well &= outcome.status == "SUCCEEDED"
        history = execution_history(engine.clients(), order.execution_arn, order.order_id)
        if options.json:
            print(json.dumps({**outcome.as_document(), "path": path_document(history)}), flush=True)
        else:
            print_order(flavour, outcome, path_line(history))
    return 0 if ended_well else _ENDED_OTHERWISE


def _demo(options: argparse.Namespace) -> int:
    from localdev.commands import deploying
    from localdev.commands.consent import announce
    from localdev.engines import ENGINES
    from localdev.system.settings import unique_stack_name
    from pizzeria.deployed import deployed_api

    started = time.monotonic()
    if ENGINES[options.engine].is_account and not options.stack_name:
        # what it makes it destroys: never a stack that was there before
        options.stack_name = unique_stack_name()
    engine = engine_of(options)
    announce(engine, "deploys, orders from and destroys" if not options.keep else "deploys and orders from")
    try:
        api = deployed_api(engine, deploying.start_and_deploy(engine))
        return _order_of_each_kind(api, engine, options, started)
    finally:
        if engine.kind.is_account and not options.keep:
            deploying.destroy(engine)


def _order_of_each_kind(api: OrderApi, engine: Engine, options: argparse.Namespace, started: float) -> int:
    from localdev.commands.terminal import err, out, progress
    from pizzeria.printing import orders_table

    with progress("ordering four pizzas", "four orders have ended"):
        outcomes = place_and_wait(api, list(_EXPECTED))
    asked = [flavour or "(none)" for flavour in _EXPECTED]
    out.print()
    out.print(orders_table(list(zip(asked, outcomes, strict=True))))
    wrong = [
        f"{asked[index]} should have {expected} and has {outcomes[index].status}"
        for index, expected in enumerate(_EXPECTED.values())
        if outcomes[index].status != expected
    ]
    out.print(f"\nFrom nothing to the last outcome in {time.monotonic() - started:.1f} s.")
    if wrong:
        err.print(f"Not as the pattern says: {'; '.join(wrong)}.")
        return 1
    if engine.kind.is_account and not options.keep:
        out.print("Every order ended as the pattern says.")
        return 0
    again = engine_options(options)
    out.print(
        f"Every order ended as the pattern says. The emulator is still up:\n"
        f"  ./scripts/order margherita{again}\n"
        f"  ./scripts/down{again}"
    )
    sys.stdout.flush()
    return 0


ORDER = Command(
    "Order pizzas, and wait for the outcome of each.",
    _order,
    _add_order_arguments,
    epilog=(
        "Exit status: 0 when every order SUCCEEDED (or was placed, with --no-wait), 3 when one ended\n"
        "otherwise, 1 when one could not be placed."
    ),
)
DEMO = Command(
    "Set up, start, deploy, order a pizza of each kind and show their outcomes.\nLeaves the emulator up.",
    _demo,
    _add_demo_arguments,
)
