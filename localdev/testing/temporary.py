"""The temporary folder of one test run: nothing of the run is left outside it, nor it after the run."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from localdev.system.project import ROOT
from localdev.system.scratch import scratch

if TYPE_CHECKING:
    from collections.abc import Iterator

_TRAVERSABLE = 0o711
"""A function may run as another user, whose code is below this folder."""


@contextmanager
def own_temporary_folder() -> Iterator[Path]:
    """Let this process, and all it starts, keep temporary files in a folder that goes with it.

    Where the process is killed, another one removes the folder, and ends what the process has started.
    """
    before = os.environ.get("TMPDIR")
    # the name is short, since those of sockets have to be
    with scratch(Path(tempfile.gettempdir()), "tests") as folder:
        folder.chmod(_TRAVERSABLE)
        supervisor = _supervise(folder)
        _use(str(folder))
        try:
            yield folder
        finally:
            _use(before)
    # it finds nothing to do
    supervisor.communicate()


def _use(folder: str | None) -> None:
    if folder is None:
        del os.environ["TMPDIR"]
    else:
        os.environ["TMPDIR"] = folder
    tempfile.tempdir = None


def _supervise(folder: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "localdev.testing.supervisor", folder],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
