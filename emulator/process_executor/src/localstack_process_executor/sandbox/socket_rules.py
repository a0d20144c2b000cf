"""A system call filter: no connection to a Unix socket of the machine, such as Docker's, D-Bus' or an SSH agent's.

Nor is there memory, a semaphore or a queue that others find by a number (sysvipc(7)) or a name (mq_overview(7)).
Landlock restricts no connections to them, and whoever reaches Docker's has the machine. A filter sees no addresses, so
a process without a root of its own makes no Unix socket at all; pairs of them are pipes, and allowed.
https://docs.kernel.org/userspace-api/seccomp_filter.html. Imported by :mod:`fork_server`; standard library only.
"""

import ctypes
import platform
import struct
import sys
from collections.abc import Iterable

_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER = 22, 2
_LOAD, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
"""``BPF_LD | BPF_W | BPF_ABS``, ``BPF_JMP | BPF_JEQ | BPF_K``, ``… BPF_JGE …``, ``BPF_RET | BPF_K``."""
_ALLOW, _REFUSE, _NOT_THERE = 0x7FFF0000, 0x00050000 | 13, 0x00050000 | 38
"""``SECCOMP_RET_ALLOW``, and ``SECCOMP_RET_ERRNO`` with ``EACCES`` and ``ENOSYS``."""
_NUMBER, _ARCHITECTURE, _FIRST_ARGUMENT = 0, 4, 16
"""Offsets in ``struct seccomp_data``, of a little-endian processor."""
_UNIX, _IO_URING_SETUP, _X32 = 1, 425, 0x40000000
_PROCESSORS = {
    "x86_64": (0xC000003E, 41, ((29, 31), (64, 71), (220, 220), (240, 240))),
    "aarch64": (0xC00000B7, 198, ((180, 180), (186, 197))),
}
"""The audit architecture, the number of ``socket``, and from where to where those of IPC are, ``mq_open`` included."""


class _Program(ctypes.Structure):
    """``struct sock_fprog``."""

    _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_char_p)]


def refuse_shared() -> bool:
    """Let this process, and what it starts, make no Unix socket and no IPC; return whether this machine can do it.

    The process must not be able to gain privileges (``PR_SET_NO_NEW_PRIVS``).
    """
    processor = _PROCESSORS.get(platform.machine())
    if sys.platform != "linux" or not processor or sys.byteorder != "little":
        return False
    code = _filter(*processor)
    program = _Program(len(code) // 8, code)
    return bool(ctypes.CDLL(None).prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.byref(program), 0, 0) == 0)


def _filter(architecture: int, socket: int, shared: Iterable[tuple[int, int]]) -> bytes:
    """Return the filter; jumps say how many instructions to leave out, if it holds and if not."""
    instructions = [
        (_LOAD, 0, 0, _ARCHITECTURE),
        # another one has other numbers: programs for 32 bits
        (_EQUAL, 1, 0, architecture),
        (_RETURN, 0, 0, _NOT_THERE),
        (_LOAD, 0, 0, _NUMBER),
        (_AT_LEAST, 1, 0, _X32),
        # by which sockets are made without a system call for each
        (_EQUAL, 0, 1, _IO_URING_SETUP),
        (_RETURN, 0, 0, _NOT_THERE),
    ]
    for first, last in shared:
        instructions += [(_AT_LEAST, 0, 2, first), (_AT_LEAST, 1, 0, last + 1), (_RETURN, 0, 0, _REFUSE)]
    instructions += [
        (_EQUAL, 0, 3, socket),
        (_LOAD, 0, 0, _FIRST_ARGUMENT),
        (_EQUAL, 0, 1, _UNIX),
        (_RETURN, 0, 0, _REFUSE),
        (_RETURN, 0, 0, _ALLOW),
    ]
    return b"".join(struct.pack("=HBBI", *each) for each in instructions)
