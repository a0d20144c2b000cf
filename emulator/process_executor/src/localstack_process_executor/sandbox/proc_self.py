"""Set what ``/proc/self`` tells a function: the command and the variables it would have begun with.

A forked process tells of the fork server's. Imported by :mod:`fork_server`; with the standard library only, on any
Python that AWS has a runtime for.
"""

import ctypes
from collections.abc import Iterable, Mapping
from pathlib import Path

_PR_SET_MM, _PR_SET_MM_MAP = 35, 14
_PROT_READ_WRITE, _MAP_PRIVATE_ANONYMOUS = 3, 0x22
_NO_FILE = 0xFFFFFFFF
# the numbers that proc(5) gives these fields of /proc/self/stat
_CODE, _STACK, _DATA, _HEAP = (26, 27), 28, (45, 46), 47


class _MemoryMap(ctypes.Structure):
    """``struct prctl_mm_map`` of prctl(2)."""

    _fields_ = [
        (name, ctypes.c_uint64)
        for name in (
            "start_code",
            "end_code",
            "start_data",
            "end_data",
            "start_brk",
            "brk",
            "start_stack",
            "arg_start",
            "arg_end",
            "env_start",
            "env_end",
            "auxv",
        )
    ] + [("auxv_size", ctypes.c_uint32), ("exe_fd", ctypes.c_uint32)]


def set_proc_self(command: Iterable[str], variables: Mapping[str, str]) -> bool:
    """Set command and variables of ``/proc/self``; return whether it worked, which some kernels refuse."""
    try:
        # the name of the program, in brackets, may have anything in it
        fields = ["pid", "comm", *Path("/proc/self/stat").read_text(encoding="utf-8").rpartition(")")[2].split()]
    except OSError:
        # where the processes of this machine are hidden, ours is, too
        return False
    libc = ctypes.CDLL(None, use_errno=True)
    arguments = _joined(command)
    environment = _joined(f"{name}={value}" for name, value in variables.items())
    size = len(arguments) + len(environment)
    libc.mmap.restype = ctypes.c_void_p
    libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, *[ctypes.c_int] * 3, ctypes.c_long]
    # for as long as the process lives
    place = libc.mmap(None, size, _PROT_READ_WRITE, _MAP_PRIVATE_ANONYMOUS, -1, 0)
    if place in (None, ctypes.c_void_p(-1).value):
        return False
    ctypes.memmove(place, arguments + environment, size)
    libc.sbrk.restype = ctypes.c_void_p
    middle = place + len(arguments)
    memory = _MemoryMap(
        *(int(fields[number - 1]) for number in (*_CODE, *_DATA, _HEAP)),
        libc.sbrk(0),
        int(fields[_STACK - 1]),
        place,
        middle,
        middle,
        place + size,
        0,
        0,
        _NO_FILE,
    )
    size_of_map = ctypes.c_ulong(ctypes.sizeof(memory))
    return bool(libc.prctl(_PR_SET_MM, _PR_SET_MM_MAP, ctypes.byref(memory), size_of_map, 0) == 0)


def _joined(texts: Iterable[str]) -> bytes:
    return b"".join(text.encode(errors="surrogateescape") + b"\0" for text in texts)
