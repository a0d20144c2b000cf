"""Folders for the time of one command: gone with it, and where it was killed, with the next one."""

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from localdev.system.processes import started_at


@contextmanager
def scratch(parent: Path, what: str) -> Iterator[Path]:
    """An empty folder in ``parent`` while the block runs; what killed processes have left there is removed."""
    parent.mkdir(parents=True, exist_ok=True)
    _sweep(parent, what)
    folder = Path(tempfile.mkdtemp(prefix=f".{what}-{_process(os.getpid())}-", dir=parent))
    try:
        yield folder
    finally:
        # what is being ended may still write
        shutil.rmtree(folder, ignore_errors=True)


def _sweep(parent: Path, what: str) -> None:
    for folder in parent.glob(f".{what}-*-*-*"):
        pid, _, rest = folder.name.removeprefix(f".{what}-").partition("-")
        with contextlib.suppress(ValueError):
            if not rest.startswith(_process(int(pid)).partition("-")[2]):
                shutil.rmtree(folder, ignore_errors=True)


def _process(pid: int) -> str:
    """Names a process for good: ids are used again."""
    return f"{pid}-{started_at(pid) or 0.0:.2f}"
