"""Find the emulators of other projects on this machine, also of projects whose folders have been removed."""

from __future__ import annotations

import contextlib
import os
import re
from dataclasses import dataclass
from pathlib import Path, PurePath

import psutil

from localdev.system import project
from localdev.system.errors import LocaldevError
from localdev.system.processes import end_session, folder_of_port, free_port

PREFIX = "embedded-"
"""What the name of an emulator's folder begins with; its port follows."""
PROGRAM = ("-m", "localstack.runtime.main")
_FOLDER = re.compile(rf"(?P<project>.*)/{re.escape(project.STATE.name)}/{PREFIX}(?P<port>\d+)")
_REMOVED = " (deleted)"
"""What the kernel adds to the path of a folder that has been removed."""


@dataclass(frozen=True)
class Abandoned:
    """An emulator of this user's whose project is gone."""

    pid: int
    port: int
    project: str
    """The folder that it was started in."""

    @property
    def where(self) -> str:
        """The endpoint."""
        return f"http://127.0.0.1:{self.port}"

    def stop(self) -> None:
        """End LocalStack and every function's process; its folder is removed already."""
        end_session(self.pid)


def find_abandoned() -> list[Abandoned]:
    """Return this user's emulators whose folders have been removed, by their ports."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            if folder := _removed_folder(process):
                found.append(Abandoned(process.pid, int(folder["port"]), folder["project"]))
    return sorted(found, key=lambda each: each.port)


def _removed_folder(process: psutil.Process) -> re.Match[str] | None:
    if process.uids().real != os.getuid() or tuple(process.cmdline()[-2:]) != PROGRAM:
        return None
    return _FOLDER.fullmatch(_removed_path(process))


def _removed_path(process: psutil.Process) -> str:
    """Return the path of a process's folder if that has been removed, else nothing."""
    link = f"/proc/{process.pid}/cwd"
    if os.path.lexists(link):
        # not whether the path exists: it may be that of another file system, as in a container
        path = str(Path(link).readlink())
        return path.removesuffix(_REMOVED) if path.endswith(_REMOVED) else ""
    path = process.cwd()
    return "" if Path(path).exists() else path


def holder_of(port: int) -> LocaldevError | None:
    """Return what to tell a person about a port that the emulator of another project holds; else nothing."""
    where = f"http://127.0.0.1:{port}"
    for each in find_abandoned():
        if each.port == port:
            return LocaldevError(
                f"The emulator at {where} is that of a project that has been removed, {each.project}.",
                f"end it with '{project.typed('down')} --port {port}'.",
            )
    other = _project_of(folder_of_port(port))
    if other is None or other == str(project.ROOT):
        return None
    return LocaldevError(
        f"The emulator at {where} is that of another project, {other}.",
        f"choose another port, such as --port {free_port()}, or work with that one in its folder: "
        f"'{project.typed('down')} --port {port}' ends it there.",
    )


def _project_of(folder: str | None) -> str | None:
    """Return the project whose emulator runs in a folder, if it is the folder of one."""
    place = PurePath(folder) if folder else None
    if place and place.name.startswith(PREFIX) and place.parent.name == project.STATE.name:
        return str(place.parent.parent)
    return None
