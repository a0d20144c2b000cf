"""Measure each adjustment of ``emulator/tuning``: LocalStack with all of them beside LocalStack without one.

Processor time of LocalStack's own process, as a factor: for an order, with one caller and with eight, and for an
adjustment of the start from nothing to the stack deployed. Both take turns, so that what else the machine does meets
both; two that are equal, measured like the others, tell how far such a factor can be trusted.

Writes benchmarks/results/adjustments.json and the factors in emulator/tuning/README.md.
"""

from __future__ import annotations

import argparse
import contextlib
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import psutil

from benchmarks import effects, machine
from benchmarks.orders import Pizzeria
from localdev.deployment import cdk
from localdev.engines import EmbeddedEngine
from localdev.system.processes import free_port
from localstack_tuning.registry import all_adjustments

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

LOADS = {1: 80, 8: 120}
"""Callers, and the orders of a round."""
_ROUNDS = 14
_STARTS = 6
_SECONDS = 75.0
"""Then an adjustment has had its rounds: without some of them an order takes long."""
_FEWEST = 3
OF_THE_START = (
    "botocore-data",
    "deferred-imports",
    "event-aliases",
    "in-memory-client",
    "scope-copies",
    "url-builders",
)
_SETTINGS = {
    "gateway-server": {"GATEWAY_SERVER": "twisted"},
    "in-memory-client": {"IN_MEMORY_CLIENT": "0"},
    effects.EVERYTHING: {"GATEWAY_SERVER": "twisted", "IN_MEMORY_CLIENT": "0", "TUNING": "0"},
    effects.NOTHING: {},
}
"""What is no adjustment of the plugin's by itself."""
_OF_BOTH = (effects.EVERYTHING, effects.NOTHING)


@dataclass(frozen=True)
class Emulator:
    """One that is up, with the stack deployed."""

    pizzeria: Pizzeria
    process: psutil.Process

    def cost(self, callers: int, orders: int) -> tuple[float, list[str]]:
        """Return seconds of processor time for so many orders, and what went wrong with them."""
        before = processor_seconds(self.process)
        placed = self.pizzeria.place(callers, orders)
        after = processor_seconds(self.process)
        return after - before, self.pizzeria.outcome(callers, placed).wrong


def adjustments() -> list[str]:
    """Return the names of all adjustments."""
    return sorted(adjustment.name for adjustment in all_adjustments())


def settings_without(name: str) -> Mapping[str, str]:
    """Return LocalStack's settings that switch it off."""
    return _SETTINGS.get(name, {f"TUNING_{name.upper().replace('-', '_')}": "0"})


def processor_seconds(process: psutil.Process) -> float:
    """Return what it has taken so far, by itself."""
    times = process.cpu_times()
    return times.user + times.system


def effect(assembly: Path, name: str) -> tuple[dict[str, float], list[str]]:
    """Return the factors by callers, or of the start, and what went wrong with orders without it."""
    if name in OF_THE_START:
        return effect_on_the_start(assembly, name), []
    factors, wrong = effect_on_orders(assembly, name)
    return factors | (effect_on_the_start(assembly, name) if name in _OF_BOTH else {}), wrong


def effect_on_orders(assembly: Path, name: str) -> tuple[dict[str, float], list[str]]:
    """Return the factor for each number of callers, and what went wrong without it."""
    with contextlib.ExitStack() as stack:
        pair = [stack.enter_context(running(assembly, settings)) for settings in ({}, settings_without(name))]
        for emulator in pair:
            emulator.pizzeria.load(callers=8, orders=80)
        costs: dict[int, list[float]] = {callers: [0.0, 0.0] for callers in LOADS}
        wrong: list[str] = []
        until = time.monotonic() + _SECONDS
        for number in range(_ROUNDS):
            # there and back, so that neither is always the first
            for index in (0, 1) if number % 2 else (1, 0):
                for callers, orders in LOADS.items():
                    seconds, went_wrong = pair[index].cost(callers, orders)
                    costs[callers][index] += seconds
                    wrong += went_wrong if index else [f"with everything on: {line}" for line in went_wrong]
            if number + 1 >= _FEWEST and time.monotonic() > until:
                break
    return {str(callers): round(off / on, 3) for callers, (on, off) in costs.items()}, wrong


def effect_on_the_start(assembly: Path, name: str) -> dict[str, float]:
    """Return the factor for a start and a deployment."""
    costs = [0.0, 0.0]
    for number in range(_STARTS):
        for index in (0, 1) if number % 2 else (1, 0):
            with running(assembly, settings_without(name) if index else {}) as emulator:
                costs[index] += processor_seconds(emulator.process)
    return {"start": round(costs[1] / costs[0], 3)}


@contextlib.contextmanager
def running(assembly: Path, settings: Mapping[str, str]) -> Iterator[Emulator]:
    """Run an emulator with these settings, and the stack on it."""
    engine = EmbeddedEngine(free_port(), ends_with_us=True, settings=settings)
    try:
        engine.start()
        cdk.deploy(engine, assembly)
        yield Emulator(Pizzeria(engine.clients(), engine.endpoint_url), psutil.Process(engine.instance().pid))
    finally:
        engine.stop()


def main() -> None:
    """Measure, print a line for each, write what was found."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.adjustments", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="adjustments to switch off (default: each in turn)")
    options = parser.parse_args()
    found: dict[str, dict[str, float]] = {}
    with TemporaryDirectory(prefix="cdk.out-") as folder:
        assembly = cdk.synthesize(output=Path(folder))
        for name in options.names or sorted({*adjustments(), *_SETTINGS}):
            found[name], wrong = effect(assembly, name)
            print(f"{name:24}", *(f"{key}: {factor:6.3f}" for key, factor in found[name].items()), flush=True)
            for line in wrong[:3]:
                print(f"    wrong: {line}", flush=True)
    if options.names:
        found = effects.read()["effects"] | found
    effects.write({"made": f"{datetime.now(UTC):%Y-%m-%d}", "machine": machine.described(), "effects": found})


if __name__ == "__main__":
    main()
