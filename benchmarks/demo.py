"""Measure the first minutes: the set-up from empty caches, and ``./scripts/demo`` with nothing running."""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

from localdev.system.processes import free_port
from localdev.system.project import ROOT


def timed(*command: str | Path, cwd: Path = ROOT, env: dict[str, str] | None = None) -> float:
    """Return seconds a command takes; it has to succeed."""
    started = time.monotonic()
    subprocess.run(command, cwd=cwd, env=env, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.monotonic() - started


def demo_seconds() -> float:
    """Return one demo, on an emulator that is ended afterwards."""
    port = str(free_port())
    try:
        return timed(ROOT / "scripts" / "demo", "--port", port)
    finally:
        timed(ROOT / "scripts" / "down", "--port", port)


def setup_seconds() -> float:
    """Return the set-up of a fresh clone, with the caches of pip, uv and npm empty."""
    folder = Path(tempfile.mkdtemp(prefix="setup-benchmark-"))
    try:
        clone = folder / "clone"
        timed("git", "clone", "--quiet", ROOT, clone)
        caches = {name: str(folder / name) for name in ("PIP_CACHE_DIR", "UV_CACHE_DIR", "npm_config_cache")}
        return timed(clone / "scripts" / "setup", cwd=clone, env={**os.environ, **caches})
    finally:
        shutil.rmtree(folder)


def main() -> None:
    """Print medians."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.demo", description=__doc__)
    parser.add_argument("--runs", type=int, default=5, metavar="N", help="demos to run (default: 5)")
    parser.add_argument("--setup", action="store_true", help="measure the set-up too, once")
    options = parser.parse_args()
    if options.setup:
        print(f"set-up, caches empty:          {setup_seconds():6.1f} s")
    runs = [demo_seconds() for _ in range(options.runs)]
    print(
        f"demo, nothing running, median: {statistics.median(runs):6.1f} s  (of {', '.join(f'{r:.1f}' for r in runs)})"
    )


if __name__ == "__main__":
    main()
