"""Everything that is to be fast, measured here and on the rival, in turns, and whether every order ended as it should.

Writes benchmarks/results/bench.json, the chart beside it and the README's table; with --json only the file.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import urllib3

from benchmarks import executor, gateways, machine, report
from benchmarks.orders import Pizzeria, path_style
from benchmarks.rival import NAME, VERSION, NoRivalError, Rival, installed
from localdev.commands import terminal
from localdev.commands.watch import Watch
from localdev.deployment import assemblies, cdk
from localdev.deployment.handlers import FUNCTION, HandlerFolder
from localdev.deployment.hot_code import HotFunction
from localdev.deployment.stack import reachable_api_url, resource_ids
from localdev.engines import EmbeddedEngine
from localdev.system.errors import LocaldevError
from localdev.system.processes import free_port
from localdev.system.project import NODE_MODULES, ROOT
from pizzeria.stack import STACK_NAME, stack_outputs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from localdev.engines import Engine

LOADS = ((1, 120), (8, 320), (32, 480))
"""Callers, and orders."""
_WARM_UP = (8, 80)
_ROUND_SECONDS = 120.0
_SAVES = 7
_OF_INVOCATIONS = ("warm_ms", "cold_ms", "environment_mb")
_ONE_TEST = ("tests/integration", "-x", "-q", "-k", "test_pepperoni_succeeds", "--engine", "external")
_SECONDS = 60.0
_ACCEPTED = 202
_ADDRESS = re.compile(r"https?://\S*\bexecute-api\b\S*")

type Samples = dict[str, dict[str, list[float]]]


def main() -> None:
    """Measure, print a table, write what was found."""
    parser = argparse.ArgumentParser(prog="scripts/bench", description=__doc__)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the results there, and nothing else")
    parser.add_argument("--rounds", type=int, default=3, metavar="N", help="how often each is measured (default: 3)")
    parser.add_argument("--no-rival", action="store_true", help="measure ours alone")
    options = parser.parse_args()
    samples: Samples = defaultdict(lambda: defaultdict(list))
    wrong: list[str] = []
    with contextlib.ExitStack() as stack:
        rival = None if options.no_rival else _rival(stack)
        _loops(samples, rival, options.rounds)
        _orders(samples, wrong, rival, options.rounds)
    _invocations(samples)
    results = _results(samples, with_rival=rival is not None)
    _print(results, wrong)
    _write(results, options.json)
    sys.exit(1 if results["ours"]["wrong"] else 0)


def _rival(stack: contextlib.ExitStack) -> Rival | None:
    say(f"installing {NAME} in a throw-away environment")
    try:
        return stack.enter_context(installed())
    except NoRivalError as error:
        say(f"{error}; only ours is measured")
        return None


def _loops(samples: Samples, rival: Rival | None, rounds: int) -> None:
    """Measure from nothing running to the first order: with a new synthesis, and with nothing changed."""
    for number in _bounded(rounds):
        say(f"from nothing to the first order, round {number} of {rounds}")
        shutil.rmtree(assemblies.FOLDER, ignore_errors=True)
        samples["ours"]["first_order_s"].append(_first_order())
        samples["ours"]["again_s"].append(_first_order(samples["ours"]["one_test_s"]))
        if rival:
            samples["rival"]["first_order_s"].append(_first_order_on(rival))


def _bounded(rounds: int) -> Iterator[int]:
    """Yield their numbers; fewer where the machine is so busy that all would take more than two minutes."""
    started = time.monotonic()
    for number in range(1, rounds + 1):
        yield number
        if time.monotonic() - started > _ROUND_SECONDS * number / (number + 1):
            return


def _first_order(one_test: list[float] | None = None) -> float:
    """Return seconds from ``./scripts/up`` to the answer; and then of one integration test on what is up."""
    port = free_port()
    try:
        started = time.monotonic()
        _place(_printed_address(_run("up", "--port", str(port))))
        seconds = time.monotonic() - started
        if one_test is not None:
            started = time.monotonic()
            subprocess.run([sys.executable, "-m", "pytest", *_ONE_TEST], cwd=ROOT, check=True, capture_output=True)
            one_test.append(time.monotonic() - started)
        return seconds
    finally:
        _run("down", "--port", str(port))


def _first_order_on(rival: Rival) -> float:
    """Return seconds the usual way takes: start it, ``cdklocal bootstrap``, ``cdklocal deploy``, order."""
    started = time.monotonic()
    with rival.running() as engine:
        environment = {name: value for name, value in cdk.cdk_environment(engine).items() if name != "NODE_OPTIONS"}
        cdklocal = NODE_MODULES / ".bin" / "cdklocal"
        with tempfile.TemporaryDirectory() as folder:
            for command in (["bootstrap"], ["deploy", "--require-approval", "never"]):
                said = subprocess.run(
                    [cdklocal, *command, "--output", folder],
                    cwd=ROOT,
                    env=environment,
                    check=True,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.STDOUT,
                    text=True,
                ).stdout
        _place(path_style(_printed_address(said), str(engine.endpoint_url)))
        return time.monotonic() - started


def _printed_address(said: str) -> str:
    """Return the API's address from what deployed it: who orders first copies it from there."""
    found = _ADDRESS.search(said)
    if not found:
        raise LocaldevError(f"Expected the API's address in what was printed, found:\n{said}")
    return found[0]


def _place(url: str) -> None:
    """Place the first order. :raises LocaldevError: it is not accepted."""
    response = urllib3.request("GET", f"{url.rstrip('/')}/?flavour=pepperoni", timeout=_SECONDS, retries=False)
    if response.status != _ACCEPTED:
        raise LocaldevError(f"The first order was answered with status {response.status}, expected {_ACCEPTED}.")


def _orders(samples: Samples, wrong: list[str], rival: Rival | None, rounds: int) -> None:
    """Order on both, in turns; and what only ours has to show."""
    assembly = assemblies.assembly()
    with contextlib.ExitStack() as stack:
        ours = stack.enter_context(_running())
        engines: dict[str, Engine] = {"ours": ours}
        cdk.deploy(ours, assembly)
        if rival:
            engines["rival"] = theirs = stack.enter_context(rival.running())
            cdk.bootstrap(theirs)
            cdk.deploy(theirs, assembly)
        pizzerias = {name: Pizzeria(engine.clients(), str(engine.endpoint_url)) for name, engine in engines.items()}
        for pizzeria in pizzerias.values():
            pizzeria.load(*_WARM_UP)
        for number in _bounded(rounds):
            for callers, orders in LOADS:
                say(f"{orders} orders by {callers} at once, round {number} of {rounds}")
                for name, pizzeria in pizzerias.items():
                    _load(samples[name], wrong, name, pizzeria, callers, orders)
        say("a REST API and an HTTP API")
        for name, figures in gateways.measure(engines).items():
            for key, values in figures.items():
                samples[name][key] += values
        say("a handler saved")
        terminal.out.quiet = True  # the watch has a person to talk to, this has none
        samples["ours"]["save_ms"] = _saves(ours)
        terminal.out.quiet = False


def _load(
    samples: dict[str, list[float]], wrong: list[str], name: str, pizzeria: Pizzeria, callers: int, orders: int
) -> None:
    load = pizzeria.load(callers, orders)
    samples[f"per_second_{callers}"].append(load.per_second)
    if callers == 1:
        samples["answer_ms"].append(load.answer_ms)
        samples["finish_ms"].append(load.finish_ms)
    samples["wrong_orders"].append(len(load.wrong))
    samples["refused_orders"].append(load.refused)
    wrong += [f"{name}: {line}" for line in load.wrong]


@contextlib.contextmanager
def _running() -> Iterator[EmbeddedEngine]:
    # the stage takes 100 requests a second, as on AWS: how many the emulator can take is measured here
    engine = EmbeddedEngine(free_port(), ends_with_us=True, settings={"CORRECTIONS_API_THROTTLING": "0"})
    try:
        engine.start()
        yield engine
    finally:
        engine.stop()


def _saves(engine: EmbeddedEngine) -> list[float]:
    """Return milliseconds from a save to the first answer that shows it."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(shutil.copytree(ROOT / "lambdas", Path(folder) / "lambdas"))
        names = resource_ids(engine.clients(), STACK_NAME, FUNCTION).values()
        functions = tuple(HotFunction(name, engine.clients().client("lambda")) for name in names)
        watch = Watch(engine, lambda _: [HandlerFolder(source, functions)])
        watch.begin()
        threading.Thread(target=watch.follow, daemon=True).start()
        try:
            time.sleep(1)  # the operating system begins to tell of changes
            url = reachable_api_url(stack_outputs(engine.clients()).api_url, engine.endpoint_url)
            return [_save(url, source / "start_order.py", f"answer {number}") for number in range(_SAVES)]
        finally:
            watch.end()


def _save(url: str, handler: Path, message: str) -> float:
    before, _, rest = handler.read_text(encoding="utf-8").partition('"message": "')
    handler.write_text(f'{before}"message": "{message}"{rest.partition('"')[2]}', encoding="utf-8")
    started = time.monotonic()
    while message not in _get(f"{url}/?flavour=pepperoni"):
        if time.monotonic() - started > _SECONDS:
            raise TimeoutError(f"{message!r} was saved and never answered")
    return (time.monotonic() - started) * 1000


def _invocations(samples: Samples) -> None:
    """Measure the process executor's own figures; what it counts a second is invocations, not orders."""
    say("invocations")
    for name, figures in executor.measure(0).items():
        taken = samples["ours" if name == "ours" else "rival"]
        for key, value in figures.items():
            taken[key if key in _OF_INVOCATIONS else f"invocations_{key}"].append(value)


def _get(url: str) -> str:
    return urllib3.request("GET", url, timeout=_SECONDS, retries=False).data.decode()


def _results(samples: Samples, *, with_rival: bool) -> dict[str, Any]:
    def medians(name: str) -> dict[str, float]:
        values = {key: round(statistics.median(found), 3) for key, found in samples[name].items() if found}
        values["wrong"] = sum(samples[name]["wrong_orders"])
        values["refused"] = sum(samples[name]["refused_orders"])
        del values["wrong_orders"], values["refused_orders"]
        return values

    return {
        "made": datetime.now(UTC).strftime("%Y-%m-%d"),
        "machine": machine.described(),
        "versions": {
            "localstack": "4.14.0",
            "aws-cdk-lib": version("aws-cdk-lib"),
            "rival": f"{NAME} {VERSION}",
        },
        "ours": medians("ours"),
        "rival": medians("rival") if with_rival else None,
    }


def _print(results: dict[str, Any], wrong: list[str]) -> None:
    table = [
        ("", "ours", results["versions"]["rival"] if results["rival"] else "", "times as good"),
        *report.rows(results),
    ]
    for label, ours, rival, times in table:
        print(f"{label:46}{ours:>12}{rival:>18}{times:>16}")
    for line in wrong[:20]:
        print(f"wrong: {line}")


def _write(results: dict[str, Any], file: Path | None) -> None:
    path = file or report.RESULTS
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")
    if file is None:
        report.CHART.write_text(report.svg(results), encoding="utf-8")
        from docs import generate

        generate.main(["pages"])


def _run(script: str, *arguments: str) -> str:
    return subprocess.run([ROOT / "scripts" / script, *arguments], check=True, capture_output=True, text=True).stdout


def say(what: str) -> None:
    """Say on standard error where the run is."""
    print(f"{datetime.now(UTC):%H:%M:%S} {what}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
