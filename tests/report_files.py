"""Choose where a test run's reports go: ``reports/``, or a folder of its own in there while another run has that."""

from __future__ import annotations

import fcntl
import os
import shutil
from pathlib import Path
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    import argparse

_OWN = "run-"
_OPTIONS = ("xmlpath", "htmlpath")
"""Of pytest and of pytest-html: the file each report is written to at the end."""


class Place:
    """A folder that is one run's until it ends, however it ends."""

    def __init__(self, folder: Path, lock: IO[str]) -> None:
        self.folder = folder
        self._lock = lock

    def leave(self) -> None:
        """Let the next run have it."""
        self._lock.close()


def take(reports: Path) -> Place:
    """Return the folder itself, without what earlier runs beside another have left in it; or one of our own in it."""
    if place := hold(reports):
        for left in reports.glob(f"{_OWN}*"):
            if ended := hold(left):
                shutil.rmtree(left, ignore_errors=True)
                ended.leave()
        return place
    own = hold(reports / f"{_OWN}{os.getpid()}")
    assert own, "a process has one run"
    return own


def hold(folder: Path) -> Place | None:
    """Return a folder, unless a run has it that goes on."""
    folder.mkdir(parents=True, exist_ok=True)
    lock = (folder / ".lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        return None
    return Place(folder, lock)


def settle(options: argparse.Namespace, reports: Path) -> Place | None:
    """Let the reports that are to go to ``reports`` go where no other run's are; the place, until the run has ended."""
    ours = [name for name in _OPTIONS if (path := getattr(options, name, None)) and _is_in(path, reports)]
    if not ours:
        return None
    place = take(reports)
    for name in ours:
        setattr(options, name, str(place.folder / Path(getattr(options, name)).name))
    return place


def _is_in(path: str, reports: Path) -> bool:
    return Path(path).absolute().parent == reports
