"""Processes on this machine: who holds a port, and ending what we started, whole."""

import contextlib
import os
import socket
from pathlib import Path
from typing import Final

import psutil

_END_SECONDS = 5.0
_TICK: Final = 0.01
"""Seconds between two processes of one id, at least."""
_FIELDS_BEFORE_START: Final = 19
"""Fields of ``/proc/PID/stat`` between the program's name, which may hold anything, and when it was started."""
ENDS_WITH = "LOCALDEV_ENDS_WITH"
"""The variable that names the process whose end is to be the end of what is started: a test run sets it."""


def named_owner() -> int | None:
    """Return the process that :data:`ENDS_WITH` names, if it does."""
    pid = os.environ.get(ENDS_WITH, "")
    return int(pid) if pid.isdigit() else None


def port_error(port: int) -> OSError | None:
    """Return why nothing could listen on this port of 127.0.0.1 now; ``None`` where something could.

    A ``PermissionError``: this user may not, which is so below 1024 as a rule.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            sock.bind(("127.0.0.1", port))
        except OSError as error:
            return error
    return None


def port_is_free(port: int) -> bool:
    """Return whether something could listen on this port of 127.0.0.1 now."""
    return port_error(port) is None


def free_port() -> int:
    """Return a port of 127.0.0.1 nobody listens on."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


def port_holder(port: int) -> str:
    """Return who listens on a port, as far as we may know: ``nginx (process 812)``."""
    with contextlib.suppress(psutil.Error):
        for connection in psutil.net_connections("tcp"):
            if connection.status != psutil.CONN_LISTEN or connection.laddr[1:] != (port,):
                continue
            if connection.pid:
                with contextlib.suppress(psutil.Error):
                    return f"{psutil.Process(connection.pid).name()} (process {connection.pid})"
                return f"process {connection.pid}"
    return "another program"


def folder_of_port(port: int) -> str | None:
    """Return the working folder of the process that listens on a port, as far as we may know."""
    with contextlib.suppress(psutil.Error):
        for connection in psutil.net_connections("tcp"):
            if connection.status == psutil.CONN_LISTEN and connection.laddr[1:] == (port,) and connection.pid:
                return psutil.Process(connection.pid).cwd()
    return None


def started_at(pid: int) -> float | None:
    """Return when a process was started, to tell it from another that has its id now; ``None`` if there is none.

    On Linux these are seconds since the machine was booted: a clock that is set does not change them.
    """
    try:
        process = psutil.Process(pid)
        if process.status() == psutil.STATUS_ZOMBIE:
            return None
        ticks = _ticks_at_start(pid)
        return process.create_time() if ticks is None else ticks / os.sysconf("SC_CLK_TCK")
    except psutil.NoSuchProcess:
        return None


def is_process(pid: int, started: float | None) -> bool:
    """Return whether the process with this id is the one that was started then, as :func:`started_at` says."""
    now = started_at(pid)
    if started is None or now is None:
        return False
    if abs(now - started) < _TICK:
        return True
    # version 0.1 wrote down the time of day
    with contextlib.suppress(psutil.NoSuchProcess):
        return abs(psutil.Process(pid).create_time() - started) < _TICK
    return False


def _ticks_at_start(pid: int) -> int | None:
    """Return how long the machine had been up, in ticks; ``None`` where only the time of day is known.

    :raises psutil.NoSuchProcess: it has ended.
    """
    if not psutil.LINUX:
        return None
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except (FileNotFoundError, ProcessLookupError) as error:
        raise psutil.NoSuchProcess(pid) from error
    return int(text.rpartition(")")[2].split()[_FIELDS_BEFORE_START])


def end_session(leader: int) -> None:
    """Kill a process we started as a session's leader, its session, and whatever else descends from it."""
    victims = _members(leader)
    for process in victims:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(victims, timeout=_END_SECONDS)


def end_with_descendants(pid: int) -> None:
    """Kill a process we started and all that descends from it."""
    with contextlib.suppress(psutil.NoSuchProcess):
        process = psutil.Process(pid)
        for victim in [process, *process.children(recursive=True)]:
            with contextlib.suppress(psutil.NoSuchProcess):
                victim.kill()


def _members(leader: int) -> list[psutil.Process]:
    members: dict[int, psutil.Process] = {}
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, ProcessLookupError):
            if os.getsid(process.pid) == leader and process.status() != psutil.STATUS_ZOMBIE:
                members[process.pid] = process
                members |= {child.pid: child for child in process.children(recursive=True)}
    return list(members.values())
