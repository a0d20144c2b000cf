"""Copies of functions' packages that belong to their environments alone, and what changes in folders that are edited.

LocalStack removes the folder it unpacked a package into when the function is updated or deleted, while environments
may still be busy with it.
"""

import os
import shutil
import stat
import tempfile
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from localstack_process_executor.environments.forking import base_folder

_UNWATCHED = frozenset({".git", ".venv", "__pycache__", "node_modules"})
_WRITABLE = stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH


@dataclass
class _Copy:
    path: Path
    users: int = 0


class WorkingCopies:
    """One copy of each package while somebody uses it. Hard links: a copy costs no space and next to no time."""

    def __init__(self) -> None:
        self._copies: dict[Path, _Copy] = {}
        self._lock = threading.Lock()

    def acquire(self, package: Path, *, writable: bool) -> Path:
        """Return the copy of an unpacked package; without ``writable`` nobody may write to it. Must be released.

        :raises FileNotFoundError: the package is gone.
        """
        with self._lock:
            copy = self._copies.get(package)
            if not copy:
                copy = self._copies[package] = _Copy(_copy(package, writable=writable))
            copy.users += 1
            return copy.path

    def release(self, package: Path) -> None:
        """Release the copy; the last user removes it."""
        with self._lock:
            copy = self._copies[package]
            copy.users -= 1
            if copy.users:
                return
            del self._copies[package]
        remove_tree(copy.path.parent)


def _copy(package: Path, *, writable: bool) -> Path:
    folder = Path(tempfile.mkdtemp(prefix="code-", dir=base_folder()))
    folder.chmod(0o711)
    target = folder / "code"
    try:
        shutil.copytree(package, target, symlinks=True, copy_function=_link)
    except OSError:
        remove_tree(folder)
        raise
    target.chmod(0o755)
    if not writable:
        for place, _, names in os.walk(target):
            for path in (Path(place), *(Path(place, name) for name in names)):
                if not path.is_symlink():
                    path.chmod(path.stat().st_mode & ~_WRITABLE)
    return target


def _link(source: str, target: str) -> str:
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
    return target


def lay_over(folder: Path, target: Path) -> None:
    """Copy all that is in a folder over what is in another one; nothing is written or read through a link."""
    for entry in os.scandir(folder):
        place = target / entry.name
        if entry.is_dir(follow_symlinks=False):
            if place.is_symlink() or not place.is_dir():
                place.unlink(missing_ok=True)
                place.mkdir()
            lay_over(Path(entry.path), place)
            continue
        if place.is_dir() and not place.is_symlink():
            shutil.rmtree(place)
        else:
            place.unlink(missing_ok=True)
        shutil.copy2(entry.path, place, follow_symlinks=False)


def remove_tree(folder: Path) -> None:
    """Remove a folder in which not even its owner may write."""
    for place, names, _ in os.walk(folder):
        for name in names:
            path = Path(place, name)
            if not path.is_symlink():
                path.chmod(0o700)
    shutil.rmtree(folder, ignore_errors=True)


def state_of(folders: Iterable[Path]) -> object:
    """Return a value that is another one when a file in one of the folders was changed, added, renamed or removed."""
    return tuple(tuple(_files(folder)) for folder in folders)


def _files(folder: Path) -> Iterator[tuple[str, int, int, int]]:
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError:
        return
    for entry in entries:
        if entry.name in _UNWATCHED:
            continue
        try:
            # a link to a folder may lead round in a circle, or anywhere
            is_folder = entry.is_dir()
            if is_folder and not entry.is_symlink():
                yield from _files(Path(entry.path))
                continue
            about = entry.stat(follow_symlinks=not is_folder)
        except OSError:
            continue
        yield entry.path, about.st_mtime_ns, about.st_size, about.st_ino
