"""Build every package that is published, as wheel and source, and check each; nothing is uploaded."""

from __future__ import annotations

import argparse
import subprocess
import sys
import zipfile
from email.parser import Parser
from pathlib import Path
from typing import TYPE_CHECKING, Final

from localdev.system.project import EMULATOR_PYTHON, ROOT
from release.versions import disagreements, packages

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from release.versions import Package

_MOST_BYTES: Final = 3_000_000
_GENERATED: Final = ("__pycache__", ".venv", ".egg-info")
_BUILD: Final = """
import importlib, sys
backend = importlib.import_module(sys.argv[1])
for build in (backend.build_wheel, backend.build_sdist):
    build(sys.argv[2])
"""


def build(package: Package, folder: Path) -> Path:
    """Build a package with its own, locked build system, and return its wheel."""
    # the emulator's environment has the build system of the emulator's packages
    python = sys.executable if package.folder == ROOT else EMULATOR_PYTHON
    subprocess.run(
        [python, "-c", _BUILD, package.backend, folder], cwd=package.folder, check=True, stdout=subprocess.DEVNULL
    )
    return folder / f"{package.name.replace('-', '_')}-{package.version}-py3-none-any.whl"


def mistakes(package: Package, wheel: Path) -> Iterator[str]:
    """Yield what is wrong with a built wheel."""
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        (metadata,) = (name for name in names if name.endswith(".dist-info/METADATA"))
        said = Parser().parsestr(archive.read(metadata).decode())
    if (said["Name"], said["Version"]) != (package.name, package.version):
        yield f"{wheel.name} says that it is {said['Name']} {said['Version']}"
    if generated := [name for name in names if any(part in name for part in _GENERATED)]:
        yield f"{wheel.name} has generated files, such as {generated[0]}"
    if not any(name.endswith("/py.typed") for name in names):
        yield f"{wheel.name} has no py.typed"
    if wheel.stat().st_size > _MOST_BYTES:
        yield f"{wheel.name} has {wheel.stat().st_size:,} bytes: expected at most {_MOST_BYTES:,}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Build and check; return the exit status."""
    parser = argparse.ArgumentParser(prog="scripts/release", description=__doc__)
    parser.add_argument("--to", type=Path, default=ROOT / "dist", metavar="FOLDER", help="where to (default: dist)")
    parser.add_argument("--tag", help="the release's tag, which the versions and changelogs have to agree with")
    options = parser.parse_args(arguments)
    found = packages(ROOT)
    wrong = list(disagreements(found, options.tag))
    folder = options.to.absolute()
    folder.mkdir(parents=True, exist_ok=True)
    for package in found:
        wheel = build(package, folder)
        wrong += mistakes(package, wheel)
        print(f"{wheel.name}  {wheel.stat().st_size:,} bytes")
    for each in wrong:
        print(f"✗ {each}", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
