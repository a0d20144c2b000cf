"""Startup snapshots of Node.js: one for each set of V8's flags, made once on a machine.

Node.js brings its own modules compiled, for a V8 without flags. AWS gives V8 a function's memory as flags, and V8 then
takes none of what is compiled: a start takes a third longer. A snapshot of an empty program that is made with the same
flags has all of it compiled for these. https://nodejs.org/api/cli.html#--snapshot-blobpath
"""

import contextlib
import hashlib
import logging
import os
import platform
import pwd
import shutil
import subprocess
import threading
import time
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from localstack_process_executor.environments.forking import base_folder

LOG = logging.getLogger(__name__)
SETTING = "LAMBDA_PROCESS_NODE_SNAPSHOTS"
"""``0`` starts Node.js without."""
OPTION = "--snapshot-blob"
_SUFFIX = ".snapshot"
_CPU = Path("/proc/cpuinfo")
_CPU_FEATURES = ("flags", "Features")
_AFTER_SECONDS = 2.0
"""How long after a start that had none one is made: the function comes first."""
_MAKE_SECONDS = 60.0
_KEPT_SECONDS = 30 * 24 * 3600.0
_making: set[str] = set()
_lock = threading.Lock()


def provide(executable: str, flags: Sequence[str], folder: Path) -> str | None:
    """Return the name of the snapshot for these flags in a folder of files that functions see.

    ``None`` where there is none yet: it is made in the background.
    """
    if os.environ.get(SETTING) == "0":
        return None
    with contextlib.suppress(OSError):
        made = path_of(executable, flags)
        if (folder / made.name).is_file():
            return made.name
        if made.is_file():
            _copy(made, folder / made.name)
            return made.name
        _make_later(executable, flags, made.name)
    return None


def path_of(executable: str, flags: Sequence[str]) -> Path:
    """Return where the snapshot for these flags is kept, whether it has been made or not."""
    home = pwd.getpwuid(os.getuid()).pw_dir
    folder = os.environ.get("XDG_CACHE_HOME") or f"{home}/.cache"
    return Path(folder, "localstack-process-executor", "node-snapshots", _name(executable, tuple(flags)))


def make(executable: str, flags: Sequence[str]) -> None:
    """Make a snapshot, and see that Node.js starts with it.

    :raises OSError: it could not be written.
    :raises subprocess.SubprocessError: this Node.js makes none, or does not start with it.
    """
    with TemporaryDirectory(dir=base_folder()) as name:
        folder = Path(name)
        (folder / "empty.js").touch()
        polite = ["nice", "-n", "19"] if shutil.which("nice") else []
        node = [*polite, executable, *flags, f"{OPTION}=made"]
        for command in ([*node, "--build-snapshot", "empty.js"], [*node, "empty.js"]):
            subprocess.run(command, cwd=folder, env={}, capture_output=True, check=True, timeout=_MAKE_SECONDS)
        path = path_of(executable, flags)
        path.parent.mkdir(parents=True, exist_ok=True)
        _copy(folder / "made", path)
    _remove_old(path.parent)


def _name(executable: str, flags: tuple[str, ...]) -> str:
    """Return a name that another program, another processor or other flags do not have: V8 takes no such snapshot."""
    status = Path(executable).stat()
    facts = (executable, status.st_size, status.st_mtime_ns, _processor(), *flags)
    return hashlib.sha256(repr(facts).encode()).hexdigest()[:32] + _SUFFIX


@cache
def _processor() -> str:
    with contextlib.suppress(OSError):
        for line in _CPU.read_text().splitlines():
            if line.startswith(_CPU_FEATURES):
                return line
    return platform.machine() + platform.processor()


def _copy(source: Path, target: Path) -> None:
    """Copy a file that is there only when it is whole."""
    unfinished = target.with_suffix(f".{os.getpid()}-{threading.get_ident()}")
    try:
        shutil.copyfile(source, unfinished)
        unfinished.replace(target)
    finally:
        unfinished.unlink(missing_ok=True)


def _make_later(executable: str, flags: Sequence[str], name: str) -> None:
    with _lock:
        # once only, also where it fails
        if name in _making:
            return
        _making.add(name)

    def run() -> None:
        try:
            make(executable, flags)
        except (OSError, subprocess.SubprocessError) as error:
            LOG.info("Node.js starts without a snapshot: %s", error)

    timer = threading.Timer(_AFTER_SECONDS, run)
    timer.daemon = True
    timer.name = "lambda-node-snapshot"
    timer.start()


def _remove_old(folder: Path) -> None:
    """Remove those of earlier versions of Node.js; whoever still needs one makes it again."""
    for path in folder.iterdir():
        with contextlib.suppress(OSError):
            if time.time() - path.stat().st_mtime > _KEPT_SECONDS:
                path.unlink()
