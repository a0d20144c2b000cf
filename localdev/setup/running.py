"""Run the commands of the set-up quietly, without the settings that are not for them."""

import os
import subprocess
from pathlib import Path

from localdev.setup import places
from localdev.setup.errors import SetupError

_NOT_OURS = ("PYTHONHOME", "PYTHONPATH", "PYTHONSTARTUP")
"""Variables that lead a Python to another one's modules."""
_LOG_LINES = 15


def run(*command: str | Path, env: dict[str, str] | None = None, cwd: Path = places.SOURCES) -> None:
    """Run a command to its end, quietly. :raises SetupError: with the end of its output."""
    result = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env=_environment() | (env or {}),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
    if result.returncode:
        shown = " ".join(str(part) for part in command[:6])
        end = "\n".join(result.stdout.splitlines()[-_LOG_LINES:])
        raise SetupError(f"{shown} ended with status {result.returncode}:\n{end}")


def _environment() -> dict[str, str]:
    """Return the person's variables without those that are not for the set-up: ``AWS_PROFILE`` may name no profile."""
    return {name: value for name, value in os.environ.items() if name not in _NOT_OURS and not name.startswith("AWS_")}
