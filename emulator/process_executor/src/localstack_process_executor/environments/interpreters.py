"""The Python interpreters of this machine, by version: a function runs on the one its runtime names."""

import contextlib
import json
import os
import pwd
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

OWN_VERSION = f"{sys.version_info.major}.{sys.version_info.minor}"
"""That of LocalStack's own Python."""

_RUNTIME = re.compile(r"python(3\.\d+)")
OLDEST = "3.9"
"""The runtime client asks for 3.10, and runs on 3.9, with our plain half of it; on no older Python."""
_PROBE_SECONDS = 10.0
_PROBE = "import json, sys; print(json.dumps([*sys.version_info[:3], sys.base_prefix]))"


@dataclass(frozen=True)
class Interpreter:
    """A Python that is no virtual environment's."""

    executable: str
    prefix: str
    """Where it is installed."""
    version: str
    """E.g. ``3.13``."""
    micro: int = 0


def version_of(runtime: str | None) -> str | None:
    """Return the Python version that a runtime's name means; ``None`` for what is not Python."""
    match = _RUNTIME.fullmatch(runtime or "")
    return match[1] if match else None


def is_supported(version: str) -> bool:
    """Return whether the runtime client runs on this version."""
    return _numbers(version) >= _numbers(OLDEST)


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


@cache
def own() -> Interpreter:
    """Return the Python that LocalStack's environment was made from: functions must not see the environment."""
    executable = str(Path(getattr(sys, "_base_executable", sys.executable)).resolve())
    found = _probe(executable)
    if not found:
        raise RuntimeError(f"LocalStack's own Python does not answer: {executable}.")
    return found


@cache
def find(version: str) -> Interpreter | None:
    """Return an interpreter of this version, e.g. ``3.12``, or ``None``."""
    if version == OWN_VERSION:
        return own()
    if not is_supported(version):
        return None
    for candidate in _candidates(version):
        found = _probe(candidate)
        if found and found.version == version:
            return found
    return None


def _candidates(version: str) -> Iterator[str]:
    """List interpreters on the PATH, and where pyenv, uv and Homebrew put them."""
    name = f"python{version}"
    home = Path(pwd.getpwuid(os.getuid()).pw_dir)
    pyenv = Path(os.environ.get("PYENV_ROOT") or home / ".pyenv")
    patterns = (
        (pyenv / "versions", f"{version}*/bin/{name}"),
        (home / ".local/share/uv/python", f"cpython-{version}*/bin/{name}"),
        (Path("/usr/local/bin"), name),
        (Path("/usr/bin"), name),
        (Path("/opt"), f"*/bin/{name}"),
        (Path("/opt/homebrew/bin"), name),
    )
    for folder, pattern in patterns:
        with contextlib.suppress(OSError):
            yield from (str(path) for path in sorted(folder.glob(pattern)))
    if on_path := shutil.which(name):
        yield on_path


def _probe(executable: str) -> Interpreter | None:
    """Ask it who it is; ``None`` for what is no working Python."""
    with contextlib.suppress(OSError, subprocess.SubprocessError, ValueError):
        command = [executable, "-I", "-S", "-c", _PROBE]
        # its shared library may lie beside it only
        environment = {"PATH": os.defpath, "LD_LIBRARY_PATH": str(Path(executable).parent.parent / "lib")}
        answer = subprocess.check_output(
            command, env=environment, stderr=subprocess.DEVNULL, timeout=_PROBE_SECONDS, text=True
        )
        major, minor, micro, prefix = json.loads(answer)
        real = Path(prefix, "bin", f"python{major}.{minor}")
        return Interpreter(str(real if real.exists() else executable), prefix, f"{major}.{minor}", micro)
    return None
