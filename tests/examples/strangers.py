"""Somebody who has nothing of this checkout: the wheel in a fresh environment, and a cache folder of their own."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

from localdev.setup import places
from localdev.system import project
from localdev.system.processes import free_port

if TYPE_CHECKING:
    from pathlib import Path

_TAKE_OVER = """
import os, pathlib, sys
from localdev.setup import environments, places
from localdev.setup.parts import STAMP
assert places.IS_INSTALLED
for part, made in zip(environments.parts(), sys.argv[1:], strict=True):
    part.folder.mkdir(parents=True)
    for path in pathlib.Path(made).iterdir():
        (part.folder / path.name).symlink_to(path)
    stamp = part.folder / STAMP
    stamp.unlink(missing_ok=True)
    stamp.write_text(part.fingerprint)
"""
"""Use what this checkout has made from the same locks: to make it anew takes minutes."""


class Stranger:
    """Somebody with the wheel installed in the environment of their project, which is not activated."""

    def __init__(self, folder: Path) -> None:
        self.app = folder / "Jürgen's own app"
        self.python = self.app / ".venv" / "bin" / "python"
        kept = {
            name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "PYTHON", "VIRTUAL_"))
        }
        self.environment = kept | {"LOCALDEV_CACHE": str(folder / "cache"), "PYTHONDONTWRITEBYTECODE": "1"}
        self.port = free_port()

    def runs(self, *command: str | Path, status: int = 0, folder: Path | None = None) -> str:
        """Return what a command of theirs prints, its errors too where it fails; it ends with ``status``."""
        done = subprocess.run(
            [self.python.with_name(str(command[0])), *command[1:]],
            cwd=folder or self.app,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == status, done.stdout + done.stderr
        return done.stdout + done.stderr if status else done.stdout

    def localdev(self, *command: str, status: int = 0) -> str:
        """Return what a command of the tool prints, on their emulator."""
        return self.runs("localdev", *command, "--port", str(self.port), status=status)


def install(folder: Path) -> Stranger:
    """Build the wheel, and install it below ``folder`` for a stranger who is returned; no emulator is started."""
    stranger = Stranger(folder)
    build: list[str | Path] = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", folder]
    subprocess.run(build, cwd=project.ROOT, check=True, capture_output=True)
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", stranger.python.parents[1]], check=True)
    (ours,) = project.APP_PYTHON.parents[1].glob("lib/python*/site-packages")
    (theirs,) = stranger.python.parents[1].glob("lib/python*/site-packages")
    # what the wheel depends on, as this checkout has it locked; the tool itself is not in there
    (theirs / "dependencies.pth").write_text(f"{ours}\n")
    (wheel,) = folder.glob("*.whl")
    pip: list[str | Path] = [sys.executable, "-m", "pip", "--python", stranger.python, "--quiet"]
    subprocess.run(
        [*pip, "install", "--no-index", "--no-deps", "--disable-pip-version-check", wheel], check=True, cwd=folder
    )
    stranger.runs("python", "-c", _TAKE_OVER, places.EMULATOR, places.NODE_MODULES)
    return stranger
