"""The process executor beside the rival emulator ministack: warm and cold, callers at once, memory, a soak.

Both emulators run at the same time and are measured in turns, a few calls each, so that a busy machine is as busy for
one as for the other.
"""

from __future__ import annotations

import argparse
import contextlib
import itertools
import json
import os
import platform
import re
import statistics
import sys
import time
from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import psutil

from benchmarks import bare_runtime, node_start
from benchmarks.emulators import SOURCE, Emulator, ours, rival
from benchmarks.rival import NAME as RIVAL
from localdev.engines import EmbeddedEngine, docker_engine
from localdev.system.errors import LocaldevError
from localdev.system.processes import free_port
from localdev.system.waiting import wait_until

if TYPE_CHECKING:
    from collections.abc import Callable

RESULTS = Path(__file__).parent / "results" / "executor.json"
_ROUNDS, _CALLS, _COLD = 20, 20, 12
_CALLERS, _BURSTS, _BURST_SECONDS = (1, 8, 32), 5, 1.5
_SOAK = 10_000
_IDLE_ROUNDS = 5
_REST_SECONDS, _REST_CPU_SECONDS = 2.0, 0.1
_INIT_DURATION = re.compile(r"Init Duration: ([\d.]+) ms")


def milliseconds(action: Callable[[], object]) -> float:
    """Return how long it takes."""
    started = time.perf_counter()
    action()
    return (time.perf_counter() - started) * 1000


def sequential(emulators: list[Emulator]) -> dict[str, dict[str, float]]:
    """Return medians of the cheapest call and of a warm invocation, in turns."""
    names = {emulator.name: emulator.create() for emulator in emulators}
    samples: dict[str, dict[str, list[float]]] = {e.name: {"sts_ms": [], "warm_ms": []} for e in emulators}
    for emulator in emulators:
        emulator.invoke(names[emulator.name], 0)
    for number in range(_ROUNDS):
        for emulator in emulators:
            taken = samples[emulator.name]
            for _ in range(_CALLS):
                taken["sts_ms"].append(milliseconds(emulator.identities.get_caller_identity))
                taken["warm_ms"].append(milliseconds(partial(emulator.invoke, names[emulator.name], number)))
    return {name: {key: statistics.median(values) for key, values in taken.items()} for name, taken in samples.items()}


def cold(emulators: list[Emulator]) -> dict[str, dict[str, float]]:
    """Return the first invocation of new functions, in turns; of ours also what its log calls ``Init Duration``."""
    samples: dict[str, list[float]] = {emulator.name: [] for emulator in emulators}
    inits: list[float] = []
    for number in range(_COLD):
        for emulator in emulators:
            name = emulator.create()
            started = time.perf_counter()
            log = emulator.invoke(name, number)
            samples[emulator.name].append((time.perf_counter() - started) * 1000)
            if found := _INIT_DURATION.search(log):
                inits.append(float(found[1]))
    result = {name: {"cold_ms": statistics.median(values)} for name, values in samples.items()}
    result["ours"]["init_ms"] = statistics.median(inits)
    return result


def without_fork_server(emulator: Emulator) -> dict[str, float]:
    """Measure ``Init Duration`` where an interpreter is started, and the same of a bare runtime client."""
    inits: list[float] = []
    bare: list[float] = []
    with TemporaryDirectory() as folder:
        (Path(folder) / "function.py").write_text(SOURCE, encoding="utf-8")
        for number in range(_COLD):
            bare.append(bare_runtime.init_ms(Path(folder), "function.handler"))
            # what an interpreter reads at its start cannot be had from one that has started
            log = emulator.invoke(emulator.create({"PYTHONHASHSEED": "0"}), number)
            if found := _INIT_DURATION.search(log):
                inits.append(float(found[1]))
    return {"own_interpreter_init_ms": statistics.median(inits), "bare_init_ms": statistics.median(bare)}


def concurrent(emulators: list[Emulator]) -> dict[str, dict[str, float]]:
    """Measure invocations a second with so many callers of one function, in turns, and how many went wrong."""
    names = {emulator.name: emulator.create() for emulator in emulators}
    rates: dict[tuple[str, int], list[float]] = defaultdict(list)
    wrong: Counter[tuple[str, int]] = Counter()
    for number in range(1 + _BURSTS):
        for callers in _CALLERS:
            for emulator in emulators:
                right, failed, seconds = burst(emulator, names[emulator.name], callers)
                wrong[emulator.name, callers] += failed
                if number:  # the first one's environments are new
                    rates[emulator.name, callers].append(right / seconds)
    return {
        emulator.name: {
            key: value
            for callers in _CALLERS
            for key, value in (
                (f"per_second_{callers}", statistics.median(rates[emulator.name, callers])),
                (f"wrong_{callers}", wrong[emulator.name, callers]),
            )
        }
        for emulator in emulators
    }


def burst(emulator: Emulator, name: str, callers: int) -> tuple[int, int, float]:
    """Return how many invocations were answered as they should be, how many were not, and in how many seconds."""
    started = time.perf_counter()
    numbers = itertools.count()

    def call() -> Counter[bool]:
        outcomes: Counter[bool] = Counter()
        while time.perf_counter() - started < _BURST_SECONDS:
            try:
                emulator.invoke(name, next(numbers))
            except Exception:  # noqa: BLE001 - whatever it is, it is not the right answer
                outcomes[False] += 1
            else:
                outcomes[True] += 1
        return outcomes

    with ThreadPoolExecutor(callers) as pool:
        outcomes = sum((future.result() for future in [pool.submit(call) for _ in range(callers)]), Counter())
    return outcomes[True], outcomes[False], time.perf_counter() - started


def memory(emulator: Emulator, pid: int) -> float:
    """Return the megabytes, as a proportional set size, that a warm environment costs: its init and its function."""
    emulator.invoke(emulator.create(), 0)
    inits = [p for p in psutil.Process(pid).children(recursive=True) if _is_init(p)]
    sizes = [sum(p.memory_full_info().pss for p in (init, *init.children())) for init in inits]
    return statistics.median(sizes) / 1024**2


def _is_init(process: psutil.Process) -> bool:
    """Return an environment's first process: it has one child, which has none, and comes from a fork server."""
    with contextlib.suppress(psutil.Error):
        children = process.children()
        return "fork_server.py" in " ".join(process.cmdline()) and len(children) == 1 and not children[0].children()
    return False


def idle() -> dict[str, float]:
    """Measure the megabytes (PSS) of an idle LocalStack and all its processes, with the executor and without.

    They run one at a time, in turns, one and the other first: what two have in common would count half in each. Lambda
    is loaded, and has no function; what LocalStack loads in the background is loaded, too.
    """
    settings = idle_settings()
    samples: dict[str, list[float]] = {name: [] for name in settings}
    for number in range(_IDLE_ROUNDS):
        turns = list(settings.items())
        for name, chosen in turns if number % 2 else reversed(turns):
            engine = EmbeddedEngine(free_port(), ends_with_us=True, settings=chosen)
            try:
                engine.start()
                Emulator(name, engine.endpoint_url).functions.list_functions()
                process = psutil.Process(engine.instance().pid)
                wait_until_at_rest(process)
                family = (process, *process.children(recursive=True))
                samples[name].append(sum(member.memory_full_info().pss for member in family) / 1024**2)
            finally:
                engine.stop()
    return {name: statistics.median(values) for name, values in samples.items()}


def wait_until_at_rest(process: psutil.Process) -> None:
    """Wait until it has used next to no processor for two seconds."""
    used, since = 0.0, time.monotonic()

    def probe() -> bool | None:
        nonlocal used, since
        now = sum(process.cpu_times()[:2])
        if now - used > _REST_CPU_SECONDS:
            used, since = now, time.monotonic()
        return True if time.monotonic() - since >= _REST_SECONDS else None

    wait_until(probe, what="LocalStack to be at rest", seconds=60)


def idle_settings() -> dict[str, dict[str, str]]:
    """Return settings by the figure's name; LocalStack's own executor is among them where a Docker Engine answers."""
    try:
        docker_engine.connect().close()
    except LocaldevError as error:
        print(f"idle memory is measured with the executor alone: {error.message}", file=sys.stderr)
        return {"idle_mb": {}}
    return {"idle_mb": {}, "idle_without_mb": {"LAMBDA_RUNTIME_EXECUTOR": "docker"}}


def soak(emulator: Emulator, pid: int, invocations: int) -> dict[str, float]:
    """Count what went wrong in many invocations by four callers, and what LocalStack's process holds more of."""
    name = emulator.create()
    process = psutil.Process(pid)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda event: emulator.invoke(name, event), range(200)))
        before = process.num_fds(), process.num_threads()
        started = time.perf_counter()
        list(pool.map(lambda event: emulator.invoke(name, event), range(invocations)))
        seconds = time.perf_counter() - started
    after = process.num_fds(), process.num_threads()
    return {
        "soak_invocations": invocations,
        "soak_per_second": invocations / seconds,
        "soak_more_descriptors": after[0] - before[0],
        "soak_more_threads": after[1] - before[1],
    }


def measure(soak_invocations: int) -> dict[str, dict[str, float]]:
    """Return everything, by emulator."""
    with ours() as (emulator, pid), rival() as other:
        emulators = [emulator, *([other] if other else [])]
        parts = [
            sequential(emulators),
            cold(emulators),
            concurrent(emulators),
        ]
        figures = {e.name: {key: v for part in parts for key, v in part[e.name].items()} for e in emulators}
        figures["ours"] |= without_fork_server(emulator)
        figures["ours"] |= node_start.measure(emulator)
        figures["ours"]["environment_mb"] = memory(emulator, pid)
        if soak_invocations:
            figures["ours"] |= soak(emulator, pid, soak_invocations)
    figures["ours"] |= idle()
    figures["ours"]["warm_target_ms"] = 1.5 * figures["ours"]["sts_ms"] + 3
    return figures


def print_table(figures: dict[str, dict[str, float]]) -> None:
    """Print a line for each figure: ours, the rival's, and the ratio."""
    other = figures.get(RIVAL, {})
    print(f"{'':24}{'ours':>12}{RIVAL:>12}{'ratio':>8}")
    for key, value in figures["ours"].items():
        theirs = other.get(key)
        beside = f"{theirs:12.2f}{value / theirs if theirs else float('nan'):8.2f}" if theirs is not None else ""
        print(f"{key:24}{value:12.2f}{beside}")


def main() -> None:
    """Print a table, write JSON."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.executor", description=__doc__)
    parser.add_argument("--json", type=Path, default=RESULTS, metavar="FILE", help=f"default: {RESULTS.name}")
    parser.add_argument("--soak", type=int, default=_SOAK, metavar="N", help=f"invocations of the soak ({_SOAK})")
    options = parser.parse_args()
    figures = measure(options.soak)
    print_table(figures)
    machine = {"cpus": os.cpu_count(), "machine": platform.machine(), "python": platform.python_version()}
    options.json.parent.mkdir(parents=True, exist_ok=True)
    options.json.write_text(json.dumps({"machine": machine, "figures": figures}, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
