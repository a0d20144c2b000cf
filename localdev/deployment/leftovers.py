"""Find what killed commands have left in this checkout, beside an emulator's own folder."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from localdev.system import project, scratch
from localdev.system.file_lock import exclusive, remove_unused
from localdev.system.folders import remove_folder

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


def ports() -> set[int]:
    """Return the ports of emulators that a ``watch`` was started for, and left its copies of the functions' code."""
    return {int(folder.name) for folder in (project.STATE / "hot").glob("[0-9]*") if folder.name.isdigit()}


def watch_lock(port: int) -> Path:
    """Return the file that a ``watch`` holds locked while it runs."""
    return project.STATE / f"watch-{port}.lock"


def remove_left(ports: Iterable[int]) -> None:
    """Remove what killed commands have left that were about the emulators on these ports.

    A ``watch`` that still runs removes its copies itself.
    """
    if not project.STATE.is_dir():
        return
    for port in ports:
        _remove_copies(port)
        for lock in project.STATE.glob(f"*-{port}.lock"):
            remove_unused(lock)
    scratch.sweep(project.STATE)


def _remove_copies(port: int) -> None:
    def leave_them() -> None:
        raise BlockingIOError

    with contextlib.suppress(BlockingIOError), exclusive(watch_lock(port), leave_them):
        remove_folder(project.hot_folder(port))
