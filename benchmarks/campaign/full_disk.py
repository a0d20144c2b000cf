"""A disk that is full again and again: an emulator of its own, whose files are on a small file system.

``python -m benchmarks.campaign.full_disk FOLDER SECONDS`` runs in a mount namespace where one is mounted on the folder.
"""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict
from pathlib import Path

from benchmarks.campaign.workload import Outcome, Target, disturbed, target
from localdev.system.errors import LocaldevError
from localdev.system.project import ROOT

_MEGABYTES = 96
_FULL_SECONDS = 0.3
_BLOCK = bytes(1024 * 1024)
_ON_A_SMALL_DISK = f'mount -t tmpfs -o size={_MEGABYTES}m none "$0" && exec "$@"'


def _unshare() -> list[str]:
    """Return the command that starts another one where it may mount."""
    return ["unshare", "--mount", *([] if os.geteuid() == 0 else ["--user", "--map-root-user"])]


def may_mount() -> bool:
    """Return whether this user may mount a file system, for processes of theirs alone."""
    try:
        with tempfile.TemporaryDirectory() as folder:
            command = [*_unshare(), "sh", "-c", _ON_A_SMALL_DISK, folder, "true"]
            return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def full_disk(_: Target, seconds: float) -> Outcome:
    """Fill the disk of an emulator for moments.

    :raises LocaldevError: this user may not mount a file system.
    """
    if not may_mount():
        raise LocaldevError("A small file system cannot be mounted.", "root can, and a user with user namespaces.")
    with tempfile.TemporaryDirectory(prefix="full-disk-") as folder:
        inside = [sys.executable, "-m", "benchmarks.campaign.full_disk", folder, str(seconds)]
        command = [*_unshare(), "sh", "-c", _ON_A_SMALL_DISK, folder, *inside]
        result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if result.returncode:
        raise LocaldevError(f"The campaign on a small disk has failed:\n{result.stderr.strip()}")
    return Outcome(**json.loads(result.stdout.splitlines()[-1]))


def _fill(ballast: Path) -> None:
    """Leave no space for a moment."""
    try:
        with ballast.open("wb", buffering=0) as file:
            while file.write(_BLOCK) == len(_BLOCK):
                continue
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
    time.sleep(_FULL_SECONDS)
    ballast.unlink()


def main() -> None:
    """Print what was found as JSON."""
    folder, seconds = Path(sys.argv[1]), float(sys.argv[2])
    with target(folder=folder / "emulator") as emulator:
        outcome = disturbed("full disk", emulator, seconds, lambda: _fill(folder / "ballast"))
    print(json.dumps(asdict(outcome)))


if __name__ == "__main__":
    main()
