"""The files of a folder of handlers that its functions get: one rule for ``watch`` and for deployments."""

from __future__ import annotations

from fnmatch import fnmatch
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LEFT_OUT = (".*", "__pycache__", "*.pyc", "*~", "requirements.in", "requirements.txt")
"""Names of files and folders, as patterns, that no function needs: an app's assets leave out the same."""


def is_packaged(name: str) -> bool:
    """Return whether a function gets a file, given its path in the folder."""
    return not any(fnmatch(part, pattern) for part in PurePosixPath(name).parts for pattern in LEFT_OUT)


def package_files(folder: Path) -> Iterator[tuple[str, Path]]:
    """Yield each file that the functions get: its path in the folder, and where it is."""
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if is_packaged(name) and path.is_file():
            yield name, path
