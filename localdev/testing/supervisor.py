"""Clean up after a test run that could not do it itself: run as a process beside it, as ``python -m``.

Its standard input is a pipe from the run, and ends when the run does, in whichever way.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    import psutil

_POLITE_SECONDS = 20.0
"""How long what the run has started may take to end by itself."""


def clean_up_after(folder: Path) -> None:
    """End what a killed run has left running, stop its emulators and remove its temporary folder."""
    import psutil

    from localdev.engines.embedded import sweep
    from localdev.system.folders import remove_folder

    left = _using(folder)
    for process in left:
        _end(process, politely=True)
    psutil.wait_procs(left, timeout=_POLITE_SECONDS)
    for process in _using(folder):
        _end(process, politely=False)
    sweep()
    remove_folder(folder)


def _using(folder: Path) -> list[psutil.Process]:
    """Return the processes whose temporary files are in a folder: only those that the run has started."""
    import contextlib

    import psutil

    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if process.environ().get("TMPDIR") == str(folder) and process.pid != psutil.Process().pid:
                found.append(process)
    return found


def _end(process: psutil.Process, *, politely: bool) -> None:
    import contextlib

    import psutil

    with contextlib.suppress(psutil.Error):
        if politely:
            process.terminate()
        else:
            process.kill()


def main(place: str) -> None:
    """Wait for the run's end, and clean up where it has not done so."""
    sys.stdin.buffer.read()
    # imported now, since nearly every run cleans up after itself
    from pathlib import Path

    folder = Path(place)
    if folder.exists():
        clean_up_after(folder)


if __name__ == "__main__":
    main(sys.argv[1])
