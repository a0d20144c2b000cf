"""The first program of a function's process: builds what the function sees, then becomes the runtime.

Run as a script with the standard library only. Its standard input is one JSON document, :class:`Launch`. On Linux,
where the kernel allows it, the process gets a mount namespace whose root holds the host's programs read-only and
AWS's folders; everything else of the host is absent.
"""

import ctypes
import json
import os
import sys
from pathlib import Path
from typing import Any

_MS_RDONLY, _MS_NOSUID, _MS_NODEV, _MS_NOEXEC = 1, 2, 4, 8
_MS_REMOUNT, _MS_BIND, _MS_REC, _MS_PRIVATE = 32, 4096, 16384, 1 << 18
_LOCKED_FLAGS = ((2, _MS_NOSUID), (4, _MS_NODEV), (8, _MS_NOEXEC))
_HOST_FOLDERS = ("bin", "etc", "lib", "lib32", "lib64", "nix", "sbin", "sys", "usr")
_DEVICES_AND_PROCESSES = ("dev", "proc")
SANDBOX_ID = 993
"""User and group of the function's process, as AWS's ``sbx_user1051``."""


def mount(source: str, target: str, filesystem: str | None, flags: int, data: str = "") -> None:
    """mount(2). :raises OSError: with the target's name."""
    libc = ctypes.CDLL(None, use_errno=True)
    kind = filesystem.encode() if filesystem else None
    if libc.mount(source.encode(), target.encode(), kind, flags, data.encode()) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), target)


def bind(source: str | Path, target: Path, *, read_only: bool) -> None:
    """Show a folder or file of the host at ``target``, which is made where it is not there."""
    if Path(source).is_dir():
        target.mkdir(parents=True, exist_ok=True)
    else:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.touch()
    mount(str(source), str(target), None, _MS_BIND | _MS_REC)
    if read_only:
        # a user namespace may not lift a flag its host has set, so each is repeated
        host_flags = os.statvfs(target).f_flag
        kept = sum(flag for bit, flag in _LOCKED_FLAGS if host_flags & bit)
        mount("", str(target), None, _MS_BIND | _MS_REMOUNT | _MS_RDONLY | kept)


def enter_namespace() -> None:
    """A mount namespace of our own; without privileges, inside a user namespace of our own."""
    if os.geteuid() == 0:
        os.unshare(os.CLONE_NEWNS)
    else:
        uid, gid = os.geteuid(), os.getegid()
        os.unshare(os.CLONE_NEWUSER | os.CLONE_NEWNS)
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"{SANDBOX_ID} {uid} 1")
        Path("/proc/self/gid_map").write_text(f"{SANDBOX_ID} {gid} 1")
    mount("none", "/", None, _MS_REC | _MS_PRIVATE)


def build_root(root: Path, launch: dict[str, Any]) -> None:
    """Fill an empty folder with what the function sees as ``/``."""
    mount("tmpfs", str(root), "tmpfs", _MS_NOSUID | _MS_NODEV, "mode=0755,size=16m")
    for name in (*_HOST_FOLDERS, *_DEVICES_AND_PROCESSES):
        host = Path("/", name)
        if host.is_symlink():
            (root / name).symlink_to(host.readlink())
        elif host.is_dir():
            bind(host, root / name, read_only=name in _HOST_FOLDERS)
    _show_resolver(root)
    (root / "opt").mkdir()
    for target, source in launch["read_only"].items():
        bind(source, root / target.lstrip("/"), read_only=True)
    for pattern in ("lib/python*/site-packages", "lib/python*/dist-packages"):
        for folder in (root / "var/lang").glob(pattern):
            # what is installed globally on this machine is not part of AWS's runtime
            mount("tmpfs", str(folder), "tmpfs", _MS_RDONLY, "mode=0755")
    bind(launch["tmp"], root / "tmp", read_only=False)


def _show_resolver(root: Path) -> None:
    """Name resolution where ``/etc/resolv.conf`` is a link to a folder that is not shown."""
    resolver = Path("/etc/resolv.conf")
    target = resolver.resolve()
    if resolver.is_symlink() and target.is_file() and not (root / str(target).lstrip("/")).exists():
        bind(target, root / str(target).lstrip("/"), read_only=True)


def drop_privileges(tmp: str) -> None:
    """A function is never root."""
    if os.geteuid() == 0:
        os.chown(tmp, SANDBOX_ID, SANDBOX_ID)
        os.setgroups([])
        os.setgid(SANDBOX_ID)
        os.setuid(SANDBOX_ID)


def main() -> None:
    """Read the launch document, build the root where one is asked for, become the runtime."""
    launch = json.loads(sys.stdin.buffer.read())
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)
    if launch["root"]:
        enter_namespace()
        root = Path(launch["root"])
        build_root(root, launch)
        drop_privileges_later = os.geteuid() == 0
        os.chroot(root)
        if drop_privileges_later:
            drop_privileges("/tmp")  # noqa: S108 - the environment's own, inside the new root
    os.chdir(launch["cwd"])
    if launch["argv"]:
        os.execve(launch["argv"][0], launch["argv"], launch["env"])  # noqa: S606


if __name__ == "__main__":
    main()
