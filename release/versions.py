"""Find the packages that are published, and check that versions, changelogs and the tag agree."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import localdev

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

_NEWEST: Final = re.compile(r"^## \[?(?P<version>\d[^\s\]]*)\]?(?P<rest>.*)$", re.MULTILINE)
_UNRELEASED: Final = "unreleased"


@dataclass(frozen=True)
class Package:
    """A package that is published."""

    name: str
    version: str
    folder: Path
    backend: str
    """Its build system, as ``pyproject.toml`` names it."""

    @property
    def changelog(self) -> Path:
        """The changelog; not every package has one of its own."""
        return self.folder / "CHANGELOG.md"


def packages(root: Path) -> list[Package]:
    """Return every package: the tool, and each folder of ``emulator`` with a ``pyproject.toml``."""
    return [
        _package(folder) for folder in (root, *sorted(path.parent for path in root.glob("emulator/*/pyproject.toml")))
    ]


def _package(folder: Path) -> Package:
    document = tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))
    project = document["project"]
    version = project.get("version") or localdev.__version__
    return Package(project["name"], version, folder, document["build-system"]["build-backend"])


def disagreements(found: Sequence[Package], tag: str | None) -> Iterator[str]:
    """Yield what does not agree; ``tag`` is the release's, ``None`` in a dry run."""
    for package in found:
        if package.changelog.exists():
            yield from _changelog_disagreements(package, is_release=tag is not None)
    tool = found[0]
    if tag is not None and tag != f"v{tool.version}":
        yield f"the tag is {tag}, and {tool.name} is {tool.version}: expected v{tool.version}"


def _changelog_disagreements(package: Package, *, is_release: bool) -> Iterator[str]:
    newest = _NEWEST.search(package.changelog.read_text(encoding="utf-8"))
    if newest is None:
        yield f"{package.name}: its changelog names no version"
    elif newest["version"] != package.version:
        yield f"{package.name} is {package.version}, and the newest version in its changelog is {newest['version']}"
    elif is_release and _UNRELEASED in newest["rest"].lower():
        yield f"{package.name}: its changelog says that {package.version} is unreleased; write the date"
