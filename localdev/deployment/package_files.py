"""The files of a folder of handlers that its functions get: one rule for ``watch`` and for deployments."""

from __future__ import annotations

from fnmatch import fnmatch
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

_NEEDED_BY_NO_FUNCTION = ("__pycache__", "*.pyc", "*~")
LEFT_OUT = (".*", *_NEEDED_BY_NO_FUNCTION, "requirements.in", "requirements.txt")
"""Names of files and folders, as patterns, that an app's assets leave out, unless they have such a file."""


def left_out_of(names: Iterable[str]) -> tuple[str, ...]:
    """Return the patterns that an asset with these files, a folder as it is, leaves out: those of which it has none."""
    parts = {part for name in names for part in PurePosixPath(name).parts}
    return tuple(
        pattern
        for pattern in LEFT_OUT
        if pattern in _NEEDED_BY_NO_FUNCTION or not any(fnmatch(part, pattern) for part in parts)
    )


def is_packaged(name: str, left_out: Sequence[str] = LEFT_OUT) -> bool:
    """Return whether a function gets a file, given its path in the folder."""
    return not any(fnmatch(part, pattern) for part in PurePosixPath(name).parts for pattern in left_out)


def package_files(folder: Path, left_out: Sequence[str] = LEFT_OUT) -> Iterator[tuple[str, Path]]:
    """Yield each file that the functions get: its path in the folder, and where it is."""
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if is_packaged(name, left_out) and path.is_file():
            yield name, path
