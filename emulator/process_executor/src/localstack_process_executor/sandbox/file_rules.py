"""Landlock: the files that a process may reach, without any namespace or privilege (Linux 5.13 and later).

https://docs.kernel.org/userspace-api/landlock.html. Imported by :mod:`fork_server`; with the standard library only, on
any Python that AWS has a runtime for. Landlock restricts what is opened, made, removed and executed, not what is looked
up: names and sizes stay visible.
"""

import ctypes
import os
import stat
from collections.abc import Iterable, Iterator

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
"""The same on all processors."""
_VERSION = 1
_PATH_BENEATH = 1

_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR, _TRUNCATE = 1 << 0, 1 << 1, 1 << 2, 1 << 3, 1 << 14
_OF_FILES = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE
_READ = _EXECUTE | _READ_FILE | _READ_DIR
_ALL_OF_VERSION = ((1, (1 << 13) - 1), (2, 1 << 13), (3, _TRUNCATE))
_ABSTRACT_SOCKETS, _SIGNALS = 0b01, 0b10
"""Neither leaves the process and what it starts (version 6)."""
_SCOPED_FROM, _NETWORK_FROM = 6, 4

_SYSTEM = ("/bin", "/lib", "/lib32", "/lib64", "/libx32", "/nix", "/proc", "/sbin", "/sys", "/usr")
_ALSO_READABLE = ("/etc/resolv.conf", "/etc/localtime", "/run/systemd/resolve", "/var/lib/ca-certificates")
_DEVICES = ("full", "null", "random", "tty", "urandom", "zero")
_TMP = "/tmp"  # noqa: S108 - programs write there, as on AWS
_OTHERS_MAY_READ = 0o004


class _Ruleset(ctypes.Structure):
    """``struct landlock_ruleset_attr``."""

    _fields_ = [(name, ctypes.c_uint64) for name in ("handled_access_fs", "handled_access_net", "scoped")]


class _PathBeneath(ctypes.Structure):
    """``struct landlock_path_beneath_attr``."""

    _pack_ = 1
    _layout_ = "ms"
    _fields_ = [("allowed_access", ctypes.c_uint64), ("parent_fd", ctypes.c_int32)]


_LIBC = ctypes.CDLL(None, use_errno=True)


def version() -> int:
    """Return the version of Landlock that the kernel has, 0 for none."""
    try:
        return max(0, int(_LIBC.syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), _VERSION)))
    except (AttributeError, OSError):
        return 0


def restrict(readable: Iterable[str], writable: Iterable[str]) -> bool:
    """Let this process, and what it starts, reach these files and the system's programs only.

    The process must not be able to gain privileges (``PR_SET_NO_NEW_PRIVS``). Return whether the kernel can do it.

    :raises OSError: the kernel can, and has refused to.
    """
    found = version()
    if not found:
        return False
    handled = sum(rights for first, rights in _ALL_OF_VERSION if found >= first)
    ruleset = _make_ruleset(handled, found, _ABSTRACT_SOCKETS | _SIGNALS)
    try:
        for path in (*readable, *_SYSTEM, *_ALSO_READABLE, *_public_settings()):
            _allow(ruleset, path, _READ)
        _allow(ruleset, "/etc", _READ_DIR)
        for name in _DEVICES:
            _allow(ruleset, f"/dev/{name}", (_READ_FILE | _WRITE_FILE) & handled)
        for path in (*writable, _TMP):
            _allow(ruleset, path, handled)
        _check(_LIBC.syscall(_RESTRICT_SELF, ruleset, 0), "landlock_restrict_self")
    finally:
        os.close(ruleset)
    return True


def keep_from_abstract_sockets() -> bool:
    """Let this process, and what it starts, connect to no Unix socket without a file that others have.

    These belong to the network, which no root of its own keeps from a process. Return whether the kernel can do it.

    :raises OSError: the kernel can, and has refused to.
    """
    found = version()
    if found < _SCOPED_FROM:
        return False
    ruleset = _make_ruleset(0, found, _ABSTRACT_SOCKETS)
    try:
        _check(_LIBC.syscall(_RESTRICT_SELF, ruleset, 0), "landlock_restrict_self")
    finally:
        os.close(ruleset)
    return True


def _make_ruleset(handled: int, found: int, scopes: int) -> int:
    size = ctypes.sizeof(ctypes.c_uint64)
    rules = _Ruleset(handled, 0, 0)
    if found >= _NETWORK_FROM:
        size *= 2
    if found >= _SCOPED_FROM:
        size, rules.scoped = ctypes.sizeof(_Ruleset), scopes
    return _check(
        _LIBC.syscall(_CREATE_RULESET, ctypes.byref(rules), ctypes.c_size_t(size), 0), "landlock_create_ruleset"
    )


def _allow(ruleset: int, path: str, rights: int) -> None:
    """Allow something for a file, or a folder and all below it; what is not there needs no rule."""
    try:
        descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        if not stat.S_ISDIR(os.fstat(descriptor).st_mode):
            rights &= _OF_FILES
        rule = _PathBeneath(rights, descriptor)
        _check(_LIBC.syscall(_ADD_RULE, ruleset, _PATH_BENEATH, ctypes.byref(rule), 0), f"landlock_add_rule {path}")
    finally:
        os.close(descriptor)


def _public_settings() -> Iterator[str]:
    """Return the entries of ``/etc`` that anybody may read; root owns the others, and may be us."""
    try:
        entries = list(os.scandir("/etc"))
    except OSError:
        return
    for entry in entries:
        try:
            if entry.stat().st_mode & _OTHERS_MAY_READ:
                yield entry.path
        except OSError:
            continue


def _check(result: int, what: str) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), what)
    return result
