"""Extraction of a zip package that touches nothing outside its own folder.

A package is input of whoever calls the API, a sandboxed function included. The shell's ``unzip`` writes through links,
and a recursive ``chmod`` changes what links point to. Here every entry is checked first, links are made last, and no
file is opened, written or given a mode through a link.
"""

from __future__ import annotations

import os
import shutil
import stat
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

_EXECUTABLE, _READABLE = 0o755, 0o644
_EXECUTE_BITS = 0o111
_MOST_LINKS = 40
"""Links that one path may run through; Linux allows as many."""
_LONGEST_TARGET = 4096
_LONGEST_PATH, _DEEPEST_PATH = 3840, 256
"""Of a name in a package, so that it can be a path below our folder, too."""
_MOST_PLACES = 200_000
"""Files, links and folders, those that names imply included; no package of 250 MB needs as many."""
_MOST_STEPS = 1_000_000
"""Names that all links of a package may lead through together."""
_IN_THE_ENVIRONMENT = ("/var/task", "/opt")
"""A link may name its own package by the place where Lambda puts it."""

type Parts = tuple[str, ...]


class UnsafeArchiveError(ValueError):
    """The archive has an entry that would reach outside its folder, or that no file system can hold."""


@dataclass
class Contents:
    """Files that an archive unpacks to, by path in its folder."""

    folders: set[Parts] = field(default_factory=set)
    files: dict[Parts, zipfile.ZipInfo] = field(default_factory=dict)
    links: dict[Parts, str] = field(default_factory=dict)


def read(archive: zipfile.ZipFile) -> Contents:
    """Return the contents of an archive.

    :raises UnsafeArchiveError: an entry reaches outside the archive's folder.
    """
    contents = Contents()
    for entry in archive.infolist():
        _add(contents, archive, entry)
    _check_places(contents)
    steps = 0
    for path, target in contents.links.items():
        steps += _check_target(contents, path, target)
        if steps > _MOST_STEPS:
            raise UnsafeArchiveError("its links lead through too many names")
    return contents


def check(file: IO[bytes] | str) -> None:
    """:raises UnsafeArchiveError: the archive would reach outside its folder; :raises BadZipFile: it cannot be read."""
    with zipfile.ZipFile(file) as archive:
        read(archive)


def extract(file: IO[bytes] | str, folder: str | Path) -> None:
    """Unpack an archive into an empty folder of ours.

    A file can be read by everybody, and executed if an execute bit is set in the archive: Lambda reports "permission
    denied" for a ``bootstrap`` without one.

    :raises UnsafeArchiveError: an entry reaches outside the folder; nothing has been written then.
    """
    root = Path(folder)
    with zipfile.ZipFile(file) as archive:
        contents = read(archive)
        for path in sorted(contents.folders):
            _make_folder(root.joinpath(*path))
        for path, entry in contents.files.items():
            _write(archive, entry, root.joinpath(*path))
        for path, target in contents.links.items():
            root.joinpath(*path).symlink_to(target)


def _add(contents: Contents, archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> None:
    path = tuple(part for part in entry.filename.split("/") if part not in {"", "."})
    if ".." in path:
        raise UnsafeArchiveError(f"{entry.filename!r} is outside the package")
    if any(len(part.encode(errors="replace")) > os.pathconf("/", "PC_NAME_MAX") for part in path):
        raise UnsafeArchiveError(f"{entry.filename[:80]!r}… is too long for a file's name")
    if len(path) > _DEEPEST_PATH or len(entry.filename.encode(errors="replace")) > _LONGEST_PATH:
        raise UnsafeArchiveError(f"{entry.filename[:80]!r}… is too long for a path")
    # as unzip does, the last of several entries with one name is kept
    contents.files.pop(path, None)
    contents.links.pop(path, None)
    if stat.S_ISLNK(entry.external_attr >> 16):
        if entry.file_size > _LONGEST_TARGET:
            raise UnsafeArchiveError(f"the link {entry.filename!r} is too long")
        contents.links[path] = os.fsdecode(archive.read(entry))
    elif entry.is_dir():
        contents.folders |= {path} - {()}
    else:
        contents.files[path] = entry


def _check_places(contents: Contents) -> None:
    """Add the folders that names imply; refuse entries below something that is no folder, and too many."""
    things = contents.files.keys() | contents.links.keys()
    if () in things or things & contents.folders:
        raise UnsafeArchiveError("something in it is both a folder and a file")
    for path in [*contents.folders, *things]:
        for count in range(len(path) - 1, 0, -1):
            parent = path[:count]
            if parent in things:
                raise UnsafeArchiveError(f"{'/'.join(path)!r} is below {'/'.join(parent)!r}, which is no folder")
            contents.folders.add(parent)
        if len(contents.folders) + len(things) > _MOST_PLACES:
            raise UnsafeArchiveError(f"it has more than {_MOST_PLACES} files and folders")


def _check_target(contents: Contents, path: Parts, target: str) -> int:
    """Follow a link as the kernel would, and refuse one that leaves the package on its way; return its steps."""
    if not target or "\0" in target:
        raise UnsafeArchiveError(f"the link {'/'.join(path)!r} has no target")
    at, todo, followed = _begin(path, path[:-1], target)
    steps = 0
    while todo:
        part = todo.pop()
        steps += 1
        if part in {"", "."}:
            continue
        if part == "..":
            if not at:
                raise UnsafeArchiveError(f"the link {'/'.join(path)!r} leads out of the package: {target!r}")
            at = at[:-1]
            continue
        at = (*at, part)
        if at in contents.links:
            followed += 1
            if followed > _MOST_LINKS:
                raise UnsafeArchiveError(f"the link {'/'.join(path)!r} has no end")
            at, more, _ = _begin(path, at[:-1], contents.links[at])
            todo += more
    return steps


def _begin(link: Parts, folder: Parts, target: str) -> tuple[Parts, list[str], int]:
    """Return where a target is followed from, and its parts, the first one last."""
    if not target.startswith("/"):
        return folder, target.split("/")[::-1], 0
    for place in _IN_THE_ENVIRONMENT:
        if target == place or target.startswith(f"{place}/"):
            return (), target.removeprefix(place).split("/")[::-1], 0
    raise UnsafeArchiveError(f"the link {'/'.join(link)!r} leads out of the package: {target!r}")


def _make_folder(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(_EXECUTABLE)


def _write(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, place: Path) -> None:
    mode = _EXECUTABLE if entry.external_attr >> 16 & _EXECUTE_BITS else _READABLE
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
    with archive.open(entry) as source, open(os.open(place, flags, mode), "wb") as file:  # noqa: PTH123 - a descriptor
        shutil.copyfileobj(source, file)
        os.fchmod(file.fileno(), mode)
