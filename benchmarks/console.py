"""Measure how fast the console answers: ``.venv/bin/python -m benchmarks.console [--executions N]``.

Server time of a page, over HTTP on this machine, with an emulator of its own behind it: an execution of 1,000 events,
opened for the first time and again, one of as many events as an execution may have, and pages of a list of 10,000
executions.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import urllib3
import uvicorn

from localdev.commands.console_pages import console_settings
from localdev.console.app import create_app
from localdev.system.processes import free_port
from localdev.system.waiting import wait_until
from localdev.testing.engines import start_for_tests

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mypy_boto3_stepfunctions import SFNClient

    from localdev.engines import Engine

_ROLE = "arn:aws:iam::000000000000:role/benchmark"
_EVENTS = 1_000
_MANY_EVENTS = 24_843
"""An execution may have 25,000."""
_PASS = {"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}
_FIRST_TIMES = 5
_AGAIN = 20
_STARTERS = 8


def main() -> None:
    """Measure, and print a row each."""
    parser = argparse.ArgumentParser(prog="benchmarks.console", description=__doc__)
    parser.add_argument("--executions", type=int, default=10_000, help="how long the list is (default: 10000)")
    executions: int = parser.parse_args().executions
    # or the emulator forgets the first ones, which are looked at
    os.environ["STEPFUNCTIONS_KEPT_EXECUTIONS"] = str(executions + 2 * _FIRST_TIMES)
    engine = start_for_tests("embedded")
    try:
        states = engine.clients().client("stepfunctions")
        short = _machine(states, "short", _loop(_EVENTS, {"Type": "Succeed"}))
        short_ones = [_finished(states, short, {"n": 0}) for _ in range(_FIRST_TIMES)]
        long = _machine(states, "long", _loop(_MANY_EVENTS, {"Type": "Fail", "Error": "TooMany"}))
        long_ones = [_finished(states, long, {"n": 0}) for _ in range(_FIRST_TIMES)]
        many = _machine(states, "many", _PASS)
        _start_many(engine, many, executions)
        with _console(engine) as get:
            print("| page | median | slowest |\n|---|---|---|")
            _row("an execution of 1,000 events, opened", [get(f"/executions/{arn}") for arn in short_ones])
            _row("the same, again", [get(f"/executions/{short_ones[0]}") for _ in range(_AGAIN)])
            outcomes = [get(f"/executions/{arn}") for arn in long_ones]
            _row(f"a loop of {_MANY_EVENTS:,} events that failed, its outcome", outcomes)
            _row("the same, all of it", [get(f"/live/{arn}") for arn in long_ones])
            _row(f"{executions:,} executions, the first page", [get(f"/machines/{many}") for _ in range(_AGAIN)])
            _row(f"{executions:,} executions, kept current", [get(f"/list/{many}") for _ in range(_AGAIN)])
    finally:
        engine.stop()


def _row(what: str, seconds: list[float]) -> None:
    print(f"| {what} | {statistics.median(seconds) * 1000:.0f} ms | {max(seconds) * 1000:.0f} ms |", flush=True)


def _loop(events: int, end: dict[str, Any]) -> dict[str, Any]:
    """Return a loop of four events a round, until it has had about as many as wanted."""
    count = {"Type": "Pass", "Parameters": {"n.$": "States.MathAdd($.n, 1)"}, "Next": "Again?"}
    rule = {"Variable": "$.n", "NumericLessThan": events // 4, "Next": "Count"}
    again = {"Type": "Choice", "Choices": [rule], "Default": "End"}
    return {"StartAt": "Count", "States": {"Count": count, "Again?": again, "End": end}}


def _machine(states: SFNClient, name: str, definition: dict[str, Any]) -> str:
    return states.create_state_machine(name=name, definition=json.dumps(definition), roleArn=_ROLE)["stateMachineArn"]


def _finished(states: SFNClient, machine: str, given: dict[str, Any]) -> str:
    arn = states.start_execution(stateMachineArn=machine, input=json.dumps(given))["executionArn"]

    def ended() -> bool | None:
        return True if states.describe_execution(executionArn=arn)["status"] != "RUNNING" else None

    wait_until(ended, what="the execution", seconds=120)
    return arn


def _start_many(engine: Engine, machine: str, count: int) -> None:
    local = threading.local()

    def start(number: int) -> None:
        if not hasattr(local, "states"):
            local.states = engine.clients().client("stepfunctions")
        local.states.start_execution(stateMachineArn=machine, input=json.dumps({"number": number}))

    with ThreadPoolExecutor(_STARTERS) as pool:
        list(pool.map(start, range(count)))


@contextmanager
def _console(engine: Engine) -> Iterator[Any]:
    settings = console_settings(engine, read_only=True, hosts=frozenset({"127.0.0.1"}))
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(create_app(settings), port=port, log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    wait_until(lambda: server.started or None, what="the console", seconds=20)
    http = urllib3.PoolManager()

    def get(path: str) -> float:
        began = time.perf_counter()
        response = http.request("GET", f"http://127.0.0.1:{port}{path}")
        seconds = time.perf_counter() - began
        assert response.status == 200, response.data[:300]
        return seconds

    get("/machines")
    yield get
    server.should_exit = True
    thread.join(10)


if __name__ == "__main__":
    main()
