"""Find the Python that an environment is made with."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from localdev.setup.errors import AGAIN, SetupError

_PYTHON = (3, 13)


def base_python() -> str:
    """Return the Python underneath: we may be running in the very environment that is to be made anew."""
    return str(Path(getattr(sys, "_base_executable", sys.executable)).resolve())


def emulator_python() -> str:
    """Return the Python of the emulator's environment: LocalStack 4.14 runs on 3.13 alone.

    :raises SetupError: this is another one, and there is none of 3.13 on the ``PATH``, in pyenv or in uv.
    """
    if sys.version_info[:2] == _PYTHON:
        return base_python()
    name = ".".join(map(str, _PYTHON))
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv") / "versions"
    found = [shutil.which(f"python{name}"), *sorted(map(str, pyenv.glob(f"{name}*/bin/python{name}")))]
    for python in (*filter(None, found), *_known_to_uv(name)):
        program = f"import sys; sys.exit(sys.version_info[:2] != {_PYTHON})"
        if not subprocess.run([python, "-I", "-c", program], capture_output=True, check=False).returncode:
            return python
    raise SetupError(
        f"Python {name} is not installed, and LocalStack 4.14 runs on no other.\n"
        f"Hint: install it (python.org, 'pyenv install {name}' or 'uv python install {name}'), and {AGAIN}."
    )


def _known_to_uv(version: str) -> list[str]:
    uv = shutil.which("uv")
    command = [uv or "", "python", "find", version]
    found = subprocess.run(command, capture_output=True, text=True, check=False).stdout if uv else ""
    return found.split("\n")[:1] if found else []
