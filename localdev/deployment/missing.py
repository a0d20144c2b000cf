"""Say what a person can do about a synthesis that failed: most lack a program or a package that the app needs."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

_NO_PROGRAM: Final = re.compile(
    # dash, bash and zsh; env, which a script's first line asks
    r"^\S*sh: (?:line )?(?:\d+: )?(?P<by_shell>.+?): (?:(?:command )?not found|No such file or directory)$"
    r"|^(?:\S*/)?env: ['\"\u2018]?(?P<by_env>[^'\"\u2019:]+)['\"\u2019]?: No such file or directory$",
    re.MULTILINE,
)
_FULL: Final = re.compile(r"ENOSPC|No space left on device")
_NOT_EXECUTABLE: Final = re.compile(r"^\S*sh: (?:line )?(?:\d+: )?(?P<file>.+?): Permission denied$", re.MULTILINE)
_OF_PYTHON: Final = re.compile(r"python[\d.]*")
_OF_NODE: Final = frozenset({"cdk", "esbuild", "ts-node", "tsc", "tsx"})

_INSTALL_PACKAGES: Final = "install the app's packages (npm install)."
_MAKE_ENVIRONMENT: Final = (
    "make the app's virtual environment anew (python3 -m venv --clear .venv), and install its requirements there "
    "(.venv/bin/pip install -r requirements.txt)."
)
_NO_PACKAGE: Final = (
    r"Cannot find (?:module|package) '(?![./])|ts-node: not found|TS2307"
    r"|npx canceled due to missing packages|npm error (?:network )?request to \S+ failed"
)
_HINTS: Final = tuple(
    (re.compile(pattern), hint)
    for pattern, hint in (
        (
            r"No module named 'aws_cdk'",
            "activate the app's virtual environment, or install its requirements (pip install -r requirements.txt).",
        ),
        (
            r"(?is)\A(?=.*esbuild).*(docker.*/aws-lambda-nodejs/|spawnSync docker ENOENT)",
            "install esbuild in the app, else its functions are bundled in Docker: npm install --save-dev esbuild.",
        ),
        (
            r"spawnSync docker ENOENT|Cannot connect to the Docker daemon",
            "the app bundles its code in Docker: install and start it, or let the construct bundle locally.",
        ),
        (_NO_PACKAGE, _INSTALL_PACKAGES),
        (
            r"Cloud assembly schema version mismatch|not compatible with the CDK library",
            "install a newer CDK CLI in the app: npm install --save-dev aws-cdk@latest.",
        ),
        (
            r"ENOENT: no such file or directory, open '.*manifest\.json'",
            "the program ended well and wrote no assembly: let it end with app.synth().",
        ),
    )
)
_ELSE: Final = "what the app said is above; 'npx cdk synth' runs it by itself."


def hint_at_synthesis(said: str, root: Path) -> str:
    """Return what to do about a failed synthesis of the app in ``root``, given what the CDK and the app said."""
    if _FULL.search(said):
        return "the disk is full: make room ('df -h' shows where), and run the command again."
    if program := _missing_program(said):
        return _hint_at_program(program)
    if "No module named 'aws_cdk'" in said and _is_without_python(root):
        return _MAKE_ENVIRONMENT
    if denied := _NOT_EXECUTABLE.search(said):
        return f"let {denied['file']} be run (chmod +x), or name its interpreter before it, in 'app' of cdk.json."
    return next((hint for pattern, hint in _HINTS if pattern.search(said)), _ELSE)


def _missing_program(said: str) -> str | None:
    found = _NO_PROGRAM.search(said)
    return (found["by_shell"] or found["by_env"]) if found else None


def _hint_at_program(program: str) -> str:
    """Return how to get a program that the app's command names, or another one that it runs."""
    path = Path(program)
    if _OF_PYTHON.fullmatch(path.name) and path.parent.name == "bin":
        environment = path.parent.parent
        return (
            f"make the app's virtual environment {environment} anew (python3 -m venv --clear {environment}), and "
            f"install its requirements there ({path.parent}/pip install -r requirements.txt)."
        )
    if path.name in _OF_NODE or "node_modules" in path.parts:
        return _INSTALL_PACKAGES
    return f"install {program}, or put its folder on the PATH; 'app' in cdk.json says what the app is run with."


def _is_without_python(root: Path) -> bool:
    """Return whether the Python that the app's own environment was made with has been removed."""
    python = root / ".venv" / "bin" / "python"
    return python.is_symlink() and not python.exists()
