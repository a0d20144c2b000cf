"""A root of its own for a process: mount, PID and user namespaces of Linux, with the standard library only.

Imported by :mod:`fork_server`, which runs outside any virtual environment, on any Python that AWS has a runtime for.
"""

from __future__ import annotations

import ctypes
import functools
import os
from pathlib import Path

_LIBC = ctypes.CDLL(None, use_errno=True)
_CLONE_NEWNS, _CLONE_NEWIPC, _CLONE_NEWUSER, _CLONE_NEWPID = 0x00020000, 0x08000000, 0x10000000, 0x20000000
_MS_RDONLY, _MS_NOSUID, _MS_NODEV, _MS_NOEXEC = 1, 2, 4, 8
_MS_REMOUNT, _MS_BIND, _MS_REC, _MS_SLAVE = 32, 4096, 16384, 1 << 19
_MNT_DETACH = 2
_MOUNT_SETATTR = 442
"""The number of mount_setattr(2), the same on all processors (Linux 5.12)."""
_AT_FDCWD, _AT_RECURSIVE, _MOUNT_ATTR_RDONLY = -100, 0x8000, 1
_ST_FLAGS = ((2, _MS_NOSUID), (4, _MS_NODEV), (8, _MS_NOEXEC))
_PR_SET_DUMPABLE, _PR_SET_NO_NEW_PRIVS = 4, 38
_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_RAISE, _PR_CAP_AMBIENT_CLEAR_ALL = 47, 2, 4
_NEEDED_CAPABILITIES = (21,)  # CAP_SYS_ADMIN
_CAPABILITY_VERSION = 0x20080522

_HOST_FOLDERS = ("bin", "etc", "lib", "lib32", "lib64", "nix", "sbin", "sys", "usr")
_EMPTY_FOLDERS = ("boot", "home", "media", "mnt", "opt", "root", "run", "srv", "tmp", "var/task")
_DEVICES = ("full", "null", "random", "tty", "urandom", "zero")
_DEVICE_LINKS = {"fd": "/proc/self/fd", "stdin": "fd/0", "stdout": "fd/1", "stderr": "fd/2"}
_PUBLIC_PROC_FILES = ("cpuinfo", "filesystems", "loadavg", "meminfo", "stat", "uptime", "version")
_PACKAGES = ("lib/python*/site-packages", "lib/python*/dist-packages")
HOST = Path("/mnt")
"""Where the host's files are while an environment is being built, and not a moment longer."""

SERVER = Path("/srv")
"""Where the fork server's own program is, as long."""

SANDBOX_UID, SANDBOX_GID = 993, 990
"""User and group of a function's process: AWS's ``sbx_user1051``."""

EMULATOR = "localhost.localstack.cloud"
EMULATORS_HOSTS = f"127.0.0.1 {EMULATOR} s3.{EMULATOR} sqs.us-east-1.{EMULATOR} sns.us-east-1.{EMULATOR}\n"
"""A hosts file has no patterns: the names that functions get from LocalStack most often."""

PASSWD = (
    "root:x:0:0:root:/root:/bin/sh\n"
    f"sbx_user1051:x:{SANDBOX_UID}:{SANDBOX_GID}::/home/sbx_user1051:/sbin/nologin\n"
    "nobody:x:65534:65534:nobody:/:/sbin/nologin\n"
)
"""``/etc/passwd`` of an environment: who uses this machine is nothing to a function."""


@functools.lru_cache(maxsize=None)  # noqa: UP033 - on any Python that AWS has a runtime for
def may_change_user() -> bool:
    """Return whether this process was root when this was first asked, with a user for functions that it can become.

    In a user namespace with one id alone, as ``unshare --map-root-user`` makes it, root is the person by another name.
    """
    ids = (("uid_map", SANDBOX_UID), ("gid_map", SANDBOX_GID))
    return os.geteuid() == 0 and all(_is_mapped(Path("/proc/self", name), number) for name, number in ids)


def _is_mapped(id_map: Path, number: int) -> bool:
    try:
        lines = id_map.read_text(encoding="utf-8").splitlines()
    except OSError:
        # a system without user namespaces
        return True
    ranges = (tuple(map(int, line.split())) for line in lines)
    return any(first <= number < first + count for first, _, count in ranges)


def enter() -> None:
    """Mounts of our own; without privileges, in a user namespace of our own.

    :raises OSError: the kernel or its configuration does not allow it.
    """
    if may_change_user():
        _unshare(_CLONE_NEWNS)
    else:
        uid, gid = os.geteuid(), os.getegid()
        _unshare(_CLONE_NEWUSER | _CLONE_NEWNS)
        Path("/proc/self/setgroups").write_text("deny", encoding="utf-8")
        Path("/proc/self/uid_map").write_text(f"{SANDBOX_UID} {uid} 1", encoding="utf-8")
        Path("/proc/self/gid_map").write_text(f"{SANDBOX_GID} {gid} 1", encoding="utf-8")
    # what is mounted on the host later on is seen here too, and nothing of ours there
    _mount("none", "/", None, _MS_REC | _MS_SLAVE)


def build_root(root: Path, read_only: dict[str, str]) -> None:
    """Fill an empty folder with what every function sees as ``/``, and make it the root of this process.

    ``read_only`` says what of the host is shown where. The host itself stays at :data:`HOST` until
    :func:`leave_host`.
    """
    _mount("tmpfs", str(root), "tmpfs", _MS_NOSUID | _MS_NODEV, "mode=0755,size=16m")
    _show_programs(root)
    _build_devices(root / "dev")
    _bind(Path("/proc"), root / "proc", read_only=False)
    _show_resolver(root)
    _show_passwd(root)
    _show_hosts(root)
    for name in _EMPTY_FOLDERS:
        (root / name).mkdir(parents=True, exist_ok=True)
    for target, source in read_only.items():
        _bind(Path(source), root / target.lstrip("/"), read_only=True)
    for pattern in _PACKAGES:
        for folder in (root / "var/lang").glob(pattern):
            # what is installed globally on this machine is no part of AWS's runtime
            _mount("tmpfs", str(folder), "tmpfs", _MS_RDONLY, "mode=0755")
    if _LIBC.pivot_root(str(root).encode(), str(root / HOST.name).encode()) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), "pivot_root")
    os.chdir("/")


def own_mounts() -> None:
    """Let what this process mounts from here on be seen by it, and what it starts, alone; and System V's IPC."""
    _unshare(_CLONE_NEWNS | _CLONE_NEWIPC)


def show(folders: dict[str, str], tmp: str) -> None:
    """Show, in mounts that are this environment's own, its code and layers, read-only, and its ``/tmp``."""
    for target, source in folders.items():
        _bind(HOST / source.lstrip("/"), Path(target), read_only=True)
    host_tmp = HOST / tmp.lstrip("/")
    if may_change_user():
        os.chown(host_tmp, SANDBOX_UID, SANDBOX_GID)
    _bind(host_tmp, Path("/tmp"), read_only=False)  # noqa: S108 - the environment's own
    # as root a function could not write here anyway; in a user namespace it owns the place
    _mount("", "/", None, _MS_BIND | _MS_REMOUNT | _MS_RDONLY | _MS_NOSUID | _MS_NODEV)


def new_process_ids() -> None:
    """Make the next process we fork the first of a PID namespace, whose end ends every process in it.

    :raises OSError: the kernel or its configuration does not allow it.
    """
    _unshare(_CLONE_NEWPID)


def leave_process_ids() -> None:
    """Put what we fork from here on into our own PID namespace again."""
    descriptor = os.open("/proc/self/ns/pid", os.O_RDONLY)
    try:
        if _LIBC.setns(descriptor, _CLONE_NEWPID) != 0:
            raise OSError(ctypes.get_errno(), "setns")
    finally:
        os.close(descriptor)


def can_leave_process_ids() -> bool:
    """Return whether :func:`leave_process_ids` is allowed."""
    try:
        leave_process_ids()
    except OSError:
        return False
    return True


def leave_host() -> None:
    """Put the host's files, and our own program, out of reach."""
    for place in (HOST, SERVER):
        _unmount(place)


def keep_privileges_on_exec() -> None:
    """Let the capabilities that building an environment takes survive the next exec in a user namespace."""
    if os.geteuid() == 0:
        return
    low = sum(1 << number for number in _NEEDED_CAPABILITIES)
    _LIBC.capset((ctypes.c_uint32 * 2)(_CAPABILITY_VERSION, 0), (ctypes.c_uint32 * 6)(low, low, low, 0, 0, 0))
    for number in _NEEDED_CAPABILITIES:
        if _LIBC.prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_RAISE, number, 0, 0) != 0:
            raise OSError(ctypes.get_errno(), "prctl", "PR_CAP_AMBIENT_RAISE")


def show_own_processes() -> None:
    """Mount ``/proc`` of this PID namespace; where the kernel refuses, only what is no secret of the host's."""
    try:
        _mount("proc", "/proc", "proc", _MS_NOSUID | _MS_NODEV | _MS_NOEXEC)
    except OSError:
        host_proc = HOST / "proc"
        _mount("tmpfs", "/proc", "tmpfs", _MS_NOSUID | _MS_NODEV | _MS_NOEXEC, "mode=0755,size=64k")
        for name in _PUBLIC_PROC_FILES:
            if (host_proc / name).exists():
                _bind(host_proc / name, Path("/proc", name), read_only=True)


def begin_process_ids_at(number: int) -> None:
    """Let process ids of a PID namespace begin at a number, so that two environments differ."""
    try:
        Path("/proc/sys/kernel/ns_last_pid").write_text(str(number), encoding="utf-8")
    except OSError:
        return


def drop_privileges(*, change_user: bool) -> None:
    """Drop all privileges for good; without ``change_user`` even root has none then."""
    if change_user and may_change_user():
        os.fchown(1, SANDBOX_UID, SANDBOX_GID)
        os.setgroups([])
        os.setgid(SANDBOX_GID)
        os.setuid(SANDBOX_UID)
    _LIBC.prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0)
    _LIBC.capset((ctypes.c_uint32 * 2)(_CAPABILITY_VERSION, 0), (ctypes.c_uint32 * 6)())
    _LIBC.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    # who changes their user loses what is theirs below /proc/self, and /dev/stdout with it
    _LIBC.prctl(_PR_SET_DUMPABLE, 1, 0, 0, 0)


def _unshare(flags: int) -> None:
    """Call unshare(2), which Python has only since 3.12."""
    if _LIBC.unshare(flags) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), "unshare")


def _mount(source: str, target: str, filesystem: str | None, flags: int, data: str = "") -> None:
    """Call mount(2). :raises OSError: with the target's name."""
    kind = filesystem.encode() if filesystem else None
    if _LIBC.mount(source.encode(), target.encode(), kind, flags, data.encode()) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), target)


def _unmount(place: Path) -> None:
    """Call umount2(2), for all that is mounted below as well. :raises OSError: with the place's name."""
    if _LIBC.umount2(str(place).encode(), _MNT_DETACH) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), str(place))


def _bind(source: Path, target: Path, *, read_only: bool) -> None:
    """Show a folder or file at ``target``, which is made where it is not there."""
    if source.is_dir():
        target.mkdir(parents=True, exist_ok=True)
    elif not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        target.touch()
    _mount(str(source), str(target), None, _MS_BIND | _MS_REC)
    if read_only:
        _make_read_only(target)


def _make_read_only(target: Path) -> None:
    """Let nothing be written to a mount, and to those below it, such as a user's own control groups.

    :raises OSError: the kernel or its configuration does not allow it.
    """
    if _set_read_only(target):
        return
    for place in (str(target), *_mounts_below(target)):
        # a user namespace may not lift a flag its host has set, so each is repeated
        host_flags = os.statvfs(place).f_flag
        kept = sum(flag for bit, flag in _ST_FLAGS if host_flags & bit)
        _mount("", place, None, _MS_BIND | _MS_REMOUNT | _MS_RDONLY | kept)


def _set_read_only(target: Path) -> bool:
    """Make a mount and those below it read-only at once; return whether this kernel can."""
    attributes = (ctypes.c_uint64 * 4)(_MOUNT_ATTR_RDONLY)
    size = ctypes.c_size_t(ctypes.sizeof(attributes))
    return bool(_LIBC.syscall(_MOUNT_SETATTR, _AT_FDCWD, str(target).encode(), _AT_RECURSIVE, attributes, size) == 0)


def _mounts_below(folder: Path) -> list[str]:
    """Return where something is mounted below a folder (proc(5))."""
    lines = Path("/proc/self/mountinfo").read_bytes().splitlines()
    # a space in a name is written as its number
    places = (line.split(b" ")[4].decode("unicode_escape").encode("latin-1") for line in lines)
    return [os.fsdecode(place) for place in places if place.startswith(os.fsencode(folder) + b"/")]


def _show_programs(root: Path) -> None:
    """Show the host's programs and libraries."""
    for name in _HOST_FOLDERS:
        host = Path("/", name)
        if host.is_symlink():
            (root / name).symlink_to(host.readlink())
        elif host.is_dir():
            _bind(host, root / name, read_only=True)


def _build_devices(dev: Path) -> None:
    """Build the devices anybody may use; as on AWS there is no ``/dev/shm``."""
    dev.mkdir()
    for name in _DEVICES:
        if Path("/dev", name).exists():
            _bind(Path("/dev", name), dev / name, read_only=False)
    for name, target in _DEVICE_LINKS.items():
        (dev / name).symlink_to(target)


def _show_resolver(root: Path) -> None:
    """Name resolution where ``/etc/resolv.conf`` is a link to a folder that is not shown."""
    resolver = Path("/etc/resolv.conf")
    target = resolver.resolve()
    if resolver.is_symlink() and target.is_file() and not (root / str(target).lstrip("/")).exists():
        _bind(target, root / str(target).lstrip("/"), read_only=True)


def _show_hosts(root: Path) -> None:
    """Add to the host's names those that LocalStack gives this machine, for whatever resolves them in C."""
    hosts = root / "etc/hosts"
    if hosts.is_file():
        own = root / "hosts"
        own.write_text(
            f"{hosts.read_text(encoding='utf-8', errors='replace').rstrip()}\n{EMULATORS_HOSTS}", encoding="utf-8"
        )
        _bind(own, hosts, read_only=True)
        own.unlink()


def _show_passwd(root: Path) -> None:
    """Show an account list of the environment's own, over the host's."""
    passwd = root / "etc/passwd"
    if passwd.is_file():
        own = root / "passwd"
        own.write_text(PASSWD, encoding="utf-8")
        _bind(own, passwd, read_only=True)
        own.unlink()
