"""Measure how long an engine takes to start and to stop: embedded and container in turn, the image made beforehand."""

from __future__ import annotations

import argparse
import statistics
import time
from typing import TYPE_CHECKING

from localdev.engines.container import ContainerEngine
from localdev.engines.image import ensure_image
from localdev.testing.engines import start_for_tests

if TYPE_CHECKING:
    from collections.abc import Sequence


def start_and_stop(name: str) -> tuple[float, float]:
    """Return seconds from nothing to ready, and from there to nothing."""
    started = time.monotonic()
    engine = start_for_tests(name)
    ready = time.monotonic()
    engine.stop()
    return ready - started, time.monotonic() - ready


def _shown(seconds: Sequence[float]) -> str:
    return f"{statistics.median(seconds):5.2f} s  (of {', '.join(f'{each:.1f}' for each in seconds)})"


def main() -> None:
    """Print medians."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.engines", description=__doc__)
    parser.add_argument("--runs", type=int, default=5, metavar="N", help="starts of each engine (default: 5)")
    options = parser.parse_args()
    ensure_image(ContainerEngine().docker, print)
    names = ("embedded", "container")
    runs: dict[str, list[tuple[float, float]]] = {name: [] for name in names}
    for _ in range(options.runs):
        for name in names:
            runs[name].append(start_and_stop(name))
    for name in names:
        print(f"{name:<10} ready {_shown([ready for ready, _ in runs[name]])}")
        print(f"{name:<10} gone  {_shown([gone for _, gone in runs[name]])}")
    ratios = [
        container[0] / embedded[0] for embedded, container in zip(runs["embedded"], runs["container"], strict=True)
    ]
    print(f"container/embedded, ready: {statistics.median(ratios):.2f}")


if __name__ == "__main__":
    main()
