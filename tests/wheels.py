"""The process executor as users get it: a wheel."""

import subprocess
from pathlib import Path

from localdev.system.project import EMULATOR, EMULATOR_PYTHON

PACKAGE = EMULATOR / "process_executor"


def build(folder: Path) -> Path:
    """Built into the folder with the build system that its ``pyproject.toml`` names."""
    program = "import sys; from flit_core.buildapi import build_wheel; build_wheel(sys.argv[1])"
    subprocess.run([EMULATOR_PYTHON, "-c", program, folder], cwd=PACKAGE, check=True)
    (built,) = folder.glob("*.whl")
    return built
