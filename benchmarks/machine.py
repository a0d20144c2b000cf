"""Describe the machine of a run, for its results."""

from __future__ import annotations

import contextlib
import os
import platform
import subprocess
from pathlib import Path
from typing import Any


def described() -> dict[str, Any]:
    """Return cores, processor, versions of Python and Node."""
    node = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout.strip()
    return {
        "cpus": os.cpu_count(),
        "cpu": _processor(),
        "python": platform.python_version(),
        "node": node.removeprefix("v"),
    }


def in_words(machine: dict[str, Any]) -> str:
    """Return it for a page."""
    return f"{machine['cpus']} cores ({machine['cpu']}), Python {machine['python']}, Node {machine['node']}"


def _processor() -> str:
    with contextlib.suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
