"""Folders for the time of one command: gone with it, and where it was killed, with the next one."""

import contextlib
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from localdev.system.errors import LocaldevError
from localdev.system.folders import remove_folder
from localdev.system.processes import is_process, started_at

_NAME: Final = re.compile(r"\.(?P<what>.+)-(?P<pid>\d+)-(?:up)?(?P<started>\d+\.\d\d)-[^-]+")
"""Version 0.1, which may run beside this one, knows no name with ``up``: what it cannot judge it leaves alone."""


@contextmanager
def scratch(parent: Path, what: str) -> Iterator[Path]:
    """Make an empty folder in ``parent`` while the block runs; what killed processes have left there is removed."""
    parent.mkdir(parents=True, exist_ok=True)
    _sweep(parent, what)
    folder = Path(tempfile.mkdtemp(prefix=f".{what}-{_process(os.getpid())}-", dir=parent))
    try:
        yield folder
    finally:
        remove_folder(folder)


def sweep(parent: Path) -> None:
    """Remove what killed processes have left in a folder, whatever it was for."""
    for what in {match["what"] for folder in parent.glob(".*") if (match := _NAME.fullmatch(folder.name))}:
        _sweep(parent, what)


def _sweep(parent: Path, what: str) -> None:
    for folder in parent.glob(f".{what}-*"):
        match = _NAME.fullmatch(folder.name)
        if match and match["what"] == what and not is_process(int(match["pid"]), float(match["started"])):
            _remove_left(folder)


def _remove_left(folder: Path) -> None:
    """Remove what a killed process has left; another user's is in nobody's way, and ``doctor`` names it."""
    with contextlib.suppress(LocaldevError):
        remove_folder(folder)


def _process(pid: int) -> str:
    """Return names a process for good: ids are used again."""
    return f"{pid}-up{started_at(pid) or 0.0:.2f}"
