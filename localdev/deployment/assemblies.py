"""Synthesised apps, kept: the app is synthesised again only when something has changed that it is made from."""

import hashlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from localdev.deployment import cdk
from localdev.system.folders import remove_folder
from localdev.system.project import ROOT, STACK_NAME, STATE
from localdev.system.scratch import scratch

FOLDER = STATE / "assemblies"
_SOURCES = ("app.py", "cdk.json", "requirements.txt", "package-lock.json")
_FOLDERS = ("infra", "lambdas")
_KEPT = 6


def assembly(stack_name: str = STACK_NAME, *, linter: bool = False) -> Path:
    """The cloud assembly of the app as it is now.

    :raises LocaldevError: with what the CDK said.
    """
    folder = FOLDER / fingerprint(stack_name, linter=linter)
    if not (folder / "manifest.json").exists():
        with scratch(FOLDER, "new") as new:
            cdk.synthesize(output=new / "cdk.out", stack_name=stack_name, linter=linter)
            # while it was synthesised a file may have been saved: what it was made from is what it is kept as
            if folder.name == fingerprint(stack_name, linter=linter):
                _keep(new / "cdk.out", folder)
            else:
                return assembly(stack_name, linter=linter)
    os.utime(folder)
    _forget_old()
    return folder


def fingerprint(stack_name: str = STACK_NAME, *, linter: bool = False) -> str:
    """A name for all that an assembly depends on: the app's files, the functions' code, the CDK, this Python."""
    digest = hashlib.sha256(f"{sys.version}\0{ROOT}\0{stack_name}\0{linter}".encode())
    for path in _inputs():
        digest.update(f"\0{path.relative_to(ROOT)}\0{path.stat().st_size}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:32]


def _inputs() -> Iterator[Path]:
    for name in _SOURCES:
        yield ROOT / name
    for name in _FOLDERS:
        yield from sorted(path for path in (ROOT / name).rglob("*.py") if path.is_file())


def _keep(made: Path, folder: Path) -> None:
    try:
        made.rename(folder)
    except OSError:
        # another command has made the same one at the same time
        if not (folder / "manifest.json").exists():
            raise


def _forget_old() -> None:
    assemblies = sorted(FOLDER.glob("[0-9a-f]*"), key=lambda path: path.stat().st_mtime, reverse=True)
    for folder in assemblies[_KEPT:]:
        remove_folder(folder)
