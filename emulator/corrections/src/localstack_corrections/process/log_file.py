"""A bound for the log that LocalStack writes to its standard output."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import stat
import threading
from pathlib import Path

from localstack_corrections.correction import Correction
from localstack_corrections.settings import positive

VARIABLE, DEFAULT = "LOG_FILE_MEGABYTES", 64
_BYTES = 1024 * 1024
_LOOK_SECONDS = 30.0
_OUTPUT = 1


def rotate(descriptor: int, most_bytes: int) -> bool:
    """Move what is in a log file to ``NAME.1`` once it has so many bytes; return whether it had.

    Only a regular file that is open for appending: whoever writes to it goes on at its beginning.
    """
    about = os.fstat(descriptor)
    appends = fcntl.fcntl(descriptor, fcntl.F_GETFL) & os.O_APPEND
    if not stat.S_ISREG(about.st_mode) or not appends or about.st_size < most_bytes:
        return False
    path = _path(descriptor)
    if not path or not path.exists():
        return False
    shutil.copyfile(path, path.with_name(f"{path.name}.1"))
    os.ftruncate(descriptor, 0)
    return True


def _path(descriptor: int) -> Path | None:
    """Return the path of an open file, or ``None`` where the system does not tell."""
    link = Path(f"/proc/self/fd/{descriptor}")
    if link.is_symlink():
        return link.readlink()
    if hasattr(fcntl, "F_GETPATH"):  # macOS
        return Path(os.fsdecode(fcntl.fcntl(descriptor, fcntl.F_GETPATH, bytes(1024)).rstrip(b"\0")))
    return None


def _watch(most_bytes: int) -> None:
    pause = threading.Event()
    while not pause.wait(_LOOK_SECONDS):
        with contextlib.suppress(OSError):
            rotate(_OUTPUT, most_bytes)


def _begin() -> None:
    most = positive(VARIABLE, DEFAULT) * _BYTES
    threading.Thread(target=_watch, args=(most,), name="log-file", daemon=True).start()


LOG_FILE = Correction(
    "log-file",
    "Writes one log file without end.",
    f"Begins it anew every {DEFAULT} MB (setting `{VARIABLE}`), and keeps the one before.",
    "a soak: 1 GB of log for 500,000 orders",
    begin=_begin,
)
