"""``logs``: print what the functions wrote, from CloudWatch Logs."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from localdev.commands.base import Command, engine_of
from localdev.commands.choosing import of_own_stacks
from localdev.commands.deploying import require_up
from localdev.deployment.deployed import clients_of
from localdev.deployment.resources import FUNCTION, find_resource
from localdev.system.errors import LocaldevError
from localdev.system.project import typed

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Sequence

    from localdev.deployment.resources import Resource
    from localdev.engines import Engine

_FOLLOW_PAUSE = 0.5


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "function",
        nargs="?",
        metavar="FUNCTION",
        help="its name, logical id or construct path, or a part of it (default: all that are deployed)",
    )
    parser.add_argument("-f", "--follow", action="store_true", help="go on until interrupted")


def functions_named(resources: Sequence[Resource], part: str | None) -> list[Resource]:
    """Return the functions that ``part`` names, or is a part of the name of, whatever its case.

    :raises LocaldevError: there is none.
    """
    functions = [each for each in resources if each.type == FUNCTION]
    wanted = (part or "").replace("_", "").lower()
    if found := [each for each in functions if any(wanted in name.lower() for name in each.names())]:
        return found
    if part is None:
        raise LocaldevError("No function is deployed.", f"deploy the app with {typed('deploy')}.")
    return [find_resource(functions, part, (FUNCTION,), what="function")]


def _lines(engine: Engine, functions: list[Resource], since_ms: int) -> Iterator[tuple[int, str, str]]:
    """Yield time in ms, function and line of every event since, in order of time."""
    events: list[tuple[int, str, str]] = []
    for each in functions:
        clients, function = clients_of(engine, each), each.physical_id
        logs = clients.client("logs")
        config = clients.client("lambda").get_function_configuration(FunctionName=function)
        group = config.get("LoggingConfig", {}).get("LogGroup") or f"/aws/lambda/{function}"
        try:
            pages = logs.get_paginator("filter_log_events").paginate(logGroupName=group, startTime=since_ms)
            events += [
                (event["timestamp"], function, event["message"].rstrip("\n"))
                for page in pages
                for event in page["events"]
            ]
        except logs.exceptions.ResourceNotFoundException:
            continue  # it has not been invoked yet
    yield from sorted(events, key=lambda event: event[0])


def _run(options: argparse.Namespace) -> int:
    engine = engine_of(options)
    require_up(engine)
    functions = of_own_stacks(engine, options.stack, lambda there: functions_named(there, options.function))
    printed: set[tuple[int, str, str]] = set()
    since = 0
    while True:
        for event in _lines(engine, functions, since):
            if event not in printed:
                printed.add(event)
                since = max(since, event[0])
                print(f"{event[1]}  {event[2]}", flush=True)
        if not options.follow:
            return 0
        time.sleep(_FOLLOW_PAUSE)


COMMAND = Command("Print what the functions have written, oldest first.", _run, _add_arguments, takes_stacks=True)
