"""New files in a person's folder: all of them are written, or none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from localdev.system.errors import LocaldevError
from localdev.system.folders import is_trouble, trouble_with

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def write_new_files(folder: Path, files: Mapping[str, str]) -> None:
    """Write files by their path in the folder, over nothing that is there.

    :raises LocaldevError: one cannot be written, with what is in its way; none has been.
    """
    made: list[Path] = []
    try:
        for name, text in files.items():
            path = folder / name
            _make_folder(path.parent, made)
            # never over what somebody has made meanwhile
            with path.open("x", encoding="utf-8") as file:
                made.append(path)
                file.write(text)
    except OSError as error:
        _remove(made)
        if is_trouble(error):
            raise trouble_with(error) from error
        raise LocaldevError(
            f"{error.filename} is in the way: {error.strerror}. Nothing was written.",
            "move it away, and run this again.",
        ) from error


def _make_folder(folder: Path, made: list[Path]) -> None:
    if not folder.is_dir():
        _make_folder(folder.parent, made)
        folder.mkdir()
        made.append(folder)


def _remove(made: list[Path]) -> None:
    for path in reversed(made):
        if path.is_dir():
            path.rmdir()
        else:
            path.unlink()
