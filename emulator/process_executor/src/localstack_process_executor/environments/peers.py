"""The process at the other end of a loopback connection, which TCP itself does not name.

Linux tells which socket has a pair of addresses (sock_diag(7), or ``/proc/net/tcp``), and which descriptors a process
has (proc(5)). Together they say whether a connection comes from one of some processes.
"""

import contextlib
import os
import socket
import struct
import sys
from collections.abc import Iterable
from typing import NamedTuple

type Address = tuple[str, int]

_NETLINK_SOCK_DIAG, _SOCK_DIAG_BY_FAMILY, _NLM_F_REQUEST = 4, 20, 1
_HEADER = struct.Struct("=IHHII")
_SOCKET_ID = struct.Struct("=4s16s16sI8s")
_ANY_COOKIE = b"\xff" * 8
_ALL_STATES = 0xFFFFFFFF
_REQUEST = struct.Struct("=BBBxI")
_UID_AND_INODE = struct.Struct("=II")
_UID_AT = _HEADER.size + 4 + _SOCKET_ID.size + 12
_REPLY_BYTES = 8192
_SECONDS = 1.0


class Socket(NamedTuple):
    """A socket of this machine."""

    uid: int
    inode: int


def comes_from(connection: socket.socket, pids: Iterable[int]) -> bool:
    """Return whether the other end of an accepted connection belongs to one of these processes.

    Where the kernel does not let us see the processes' descriptors, whether it belongs to the user of one of them.
    Other systems than Linux have no such information: there every connection is taken.
    """
    if sys.platform != "linux":
        return True
    try:
        found = find(connection.getpeername(), connection.getsockname())
    except OSError:
        return False
    return found is not None and any(_has(pid, found) for pid in pids)


def find(local: Address, remote: Address) -> Socket | None:
    """Return the connected TCP socket with these addresses, seen from its own end."""
    with contextlib.suppress(OSError, struct.error):
        if found := _ask_kernel(local, remote):
            return found
    with contextlib.suppress(OSError):
        return _look_up(local, remote)
    return None


def _has(pid: int, wanted: Socket) -> bool:
    folder = f"/proc/{pid}/fd"
    try:
        for descriptor in os.listdir(folder):  # noqa: PTH208 - names only
            with contextlib.suppress(FileNotFoundError):
                if os.readlink(f"{folder}/{descriptor}") == f"socket:[{wanted.inode}]":  # noqa: PTH115 - once for each
                    return True
    except PermissionError:
        # root without CAP_SYS_PTRACE, as in most containers, may not look into another user's process
        return _user_of(pid) == wanted.uid
    except OSError:
        pass  # it has just ended
    return False


def _user_of(pid: int) -> int | None:
    with contextlib.suppress(OSError):
        return os.stat(f"/proc/{pid}").st_uid  # noqa: PTH116 - nothing but a number
    return None


def _ask_kernel(local: Address, remote: Address) -> Socket | None:
    """Ask for one socket; ``/proc/net/tcp`` walks a table that takes milliseconds."""
    ports = struct.pack("!HH", local[1], remote[1])
    ends = (socket.inet_aton(host).ljust(16, b"\0") for host in (local[0], remote[0]))
    wanted = _REQUEST.pack(socket.AF_INET, socket.IPPROTO_TCP, 0, _ALL_STATES) + _SOCKET_ID.pack(
        ports, *ends, 0, _ANY_COOKIE
    )
    header = _HEADER.pack(_HEADER.size + len(wanted), _SOCK_DIAG_BY_FAMILY, _NLM_F_REQUEST, 1, 0)
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, _NETLINK_SOCK_DIAG) as netlink:  # type: ignore[attr-defined,unused-ignore]
        netlink.settimeout(_SECONDS)
        netlink.sendto(header + wanted, (0, 0))
        reply = netlink.recv(_REPLY_BYTES)
    if _HEADER.unpack_from(reply)[1] != _SOCK_DIAG_BY_FAMILY:
        return None
    return Socket(*_UID_AND_INODE.unpack_from(reply, _UID_AT))


def _look_up(local: Address, remote: Address) -> Socket | None:
    ends = f" {_written(local)} {_written(remote)} ".encode()
    with open("/proc/net/tcp", "rb") as table:  # noqa: PTH123 - a file of the kernel's, line by line
        for line in table:
            if ends in line:
                fields = line.split()
                return Socket(int(fields[7]), int(fields[9]))
    return None


def _written(address: Address) -> str:
    number = int.from_bytes(socket.inet_aton(address[0]), sys.byteorder)
    return f"{number:08X}:{address[1]:04X}"
