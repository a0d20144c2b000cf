"""Install what the locks name into an environment: with uv, and with pip where uv cannot be had."""

import functools
import os
import re
import subprocess
import threading
from pathlib import Path

from localdev.setup import places
from localdev.setup.errors import SetupError
from localdev.setup.parts import say
from localdev.setup.pythons import base_python
from localdev.setup.running import run

INSTALLER = places.STATE / "installer"
_PIP_OPTIONS = ("--quiet", "--no-input", "--disable-pip-version-check", "--require-hashes")
_AS_A_WHEEL = ("--no-deps", "--only-binary", ":all:", "--no-compile")
"""How pip gets uv, which is a program: without looking for what else there may be to build or to compile."""
_FOR_UV = {"UV_SYSTEM_CERTS": "true"}
"""The machine's own certificates, which a proxy that inspects TLS is among; uv has a list of its own by default."""
_installer_lock = threading.Lock()


@functools.cache
def uv() -> Path | None:
    """Return uv, in an environment of its own; ``None`` where it cannot be had, and pip has to do."""
    program = INSTALLER / "bin" / "uv"
    try:
        if not program.exists():
            _make_installer("install", *_PIP_OPTIONS, *_AS_A_WHEEL, "-r", places.SOURCES / "requirements-setup.txt")
        run(program, "--version")
    except SetupError:
        return None
    return program


def _make_installer(*pip: str | Path) -> None:
    """Make the installer's environment with this Python's own pip: another one takes longer than all else there."""
    python = base_python()
    run(python, "-m", "venv", "--clear", "--without-pip", INSTALLER)
    try:
        run(python, "-m", "pip", "--python", INSTALLER / "bin" / "python", *pip)
    except SetupError as error:
        if not re.search("No module named pip|no such option", str(error)):
            raise
        run(python, "-m", "venv", "--clear", INSTALLER)
        run(INSTALLER / "bin" / "pip", *pip)


def make_environment(folder: Path, *requirements: Path, python: str) -> None:
    """Make a virtual environment of a Python, with exactly what the locks name."""
    locks = [argument for lock in requirements for argument in ("-r", lock)]
    with _installer_lock:
        program = uv()
    if program:
        try:
            # a tenth of a second; Python's own takes that long for pip alone, which is not needed
            run(program, "venv", "--quiet", "--clear", "--python", python, folder, env=_FOR_UV)
            # locks name all there is: to ask what each package needs is most of uv's work, and brings nothing else
            run_uv("pip", "install", "--no-deps", "--require-hashes", "--python", folder / "bin" / "python", *locks)
        except SetupError as error:
            # uv knows fewer ways to configure an index than pip; pip's own error is then the one to show
            say(f"uv could not install the {folder.parent.name} environment, pip does: {error}", live=False)
        else:
            return
    run(python, "-m", "venv", "--clear", folder)
    run(folder / "bin" / "python", "-m", "pip", "install", *_PIP_OPTIONS, *locks)


def run_uv(*arguments: str | Path) -> None:
    """Run uv quietly. :raises SetupError: it failed, or cannot be had."""
    program = uv()
    if not program:
        raise SetupError("uv cannot be installed.")
    run(program, *arguments, "--quiet", env=_FOR_UV | _index_for_uv())


@functools.cache
def _index_for_uv() -> dict[str, str]:
    """Return the package indices that pip is configured with, if any, as uv's variables."""
    # 'config get' reads one file of several, and never that of PIP_CONFIG_FILE
    pip = [base_python(), "-m", "pip", "config", "list"]
    said = subprocess.run(pip, capture_output=True, text=True, check=False).stdout
    settings = {name: value for name, _, value in re.findall(r"^(\S+?)=(['\"])(.*)\2$", said, re.MULTILINE)}
    found = {}
    for name, variable in (("index-url", "UV_DEFAULT_INDEX"), ("extra-index-url", "UV_INDEX")):
        of_pip = (settings.get(f"{section}.{name}") for section in (":env:", "install", "global"))
        if value := os.environ.get(f"PIP_{name.upper().replace('-', '_')}") or next(filter(None, of_pip), None):
            found[variable] = " ".join(value.replace("\\n", " ").split())
    if "UV_INDEX" in found and "UV_INDEX_STRATEGY" not in os.environ:
        # as pip does: uv takes a package's versions from the first index that has it; the hashes keep strangers out
        found["UV_INDEX_STRATEGY"] = "unsafe-best-match"
    return found
