"""Folders that are removed whole, and files of this checkout that are in somebody's way."""

from __future__ import annotations

import errno
import getpass
import os
import pwd
import shutil
import stat
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

from localdev.system.errors import LocaldevError

if TYPE_CHECKING:
    from collections.abc import Callable

_RETRY_SECONDS: Final = 5.0
_RETRY_PAUSE: Final = 0.05
_REFUSED: Final = frozenset({errno.EACCES, errno.EPERM})


def remove_folder(folder: Path) -> None:
    """Remove a folder and all in it, also what its owner may not write to; nothing happens where there is none.

    A process that is being ended may write for another moment: it is tried again for a few seconds.

    :raises LocaldevError: something in it stays, with whose it is.
    """
    deadline = time.monotonic() + _RETRY_SECONDS
    while True:
        try:
            shutil.rmtree(folder, onexc=_let_go)
        except FileNotFoundError:
            return
        except OSError as error:
            if error.errno in _REFUSED or time.monotonic() > deadline:
                raise trouble_with(error, f"{folder} cannot be removed") from error
            time.sleep(_RETRY_PAUSE)
        else:
            return


def _let_go(function: Callable[..., object], path: str, error: BaseException) -> None:
    """Try once more, with the rights that an owner can always give itself."""
    if isinstance(error, FileNotFoundError):
        return
    if not isinstance(error, PermissionError):
        raise error
    changed = [_make_writable(place) for place in (os.path.dirname(path), path)]  # noqa: PTH120 - rmtree gives text
    if not any(changed):
        raise error
    if function in {os.rmdir, os.unlink}:
        function(path)
    else:
        # a folder that could not be looked into
        shutil.rmtree(path, onexc=_let_go)


def _make_writable(place: str) -> bool:
    """Give a folder's owner all rights on it; return whether it lacked some."""
    mode = os.lstat(place).st_mode
    if not stat.S_ISDIR(mode) or mode & stat.S_IRWXU == stat.S_IRWXU:
        return False
    os.chmod(place, stat.S_IMODE(mode) | stat.S_IRWXU)  # noqa: PTH101
    return True


def trouble_with(error: OSError, what: str | None = None) -> LocaldevError:
    """Return an error that says what a file is in the way of, whose it is, and what to do."""
    path = Path(os.fsdecode(error.filename)) if error.filename else None
    named = what or (f"{path} cannot be used" if path else "A file cannot be used")
    reason = error.strerror or str(error)
    if error.errno == errno.ENOSPC:
        return LocaldevError(f"{named}: the disk is full.", "make room ('df -h' shows where), and try again.")
    if error.errno == errno.EROFS:
        return LocaldevError(f"{named}: its file system is read-only.", "use a checkout on one that is not.")
    owner = owner_of(path) if path else None
    if error.errno in _REFUSED and owner and owner != user():
        return LocaldevError(
            f"{named}: {path} belongs to {owner}, and you are {user()}.",
            f"'sudo chown -R {user()} .' in the checkout makes it yours; or use a checkout of your own.",
        )
    shown = f": {path}" if path and str(path) not in named else ""
    return LocaldevError(f"{named}{shown}: {reason}.", "look at its rights with 'ls -ld'.")


def is_trouble(error: BaseException) -> bool:
    """Return whether an error is one of files that a person can do something about."""
    return isinstance(error, OSError) and error.errno in {*_REFUSED, errno.ENOSPC, errno.EROFS}


def owner_of(path: Path) -> str | None:
    """Return the user that a file belongs to; where it is missing, its nearest folder that is there."""
    for place in (path, *path.parents):
        try:
            status = place.lstat()
        except PermissionError:
            continue
        except OSError:
            continue
        return _name_of(status.st_uid)
    return None


def user() -> str:
    """Return the name of the user whose process this is."""
    return _name_of(os.geteuid())


def foreign(folder: Path) -> list[Path]:
    """Return what in a folder, at its top, belongs to another user than this one; root may use everybody's."""
    if os.geteuid() == 0 or not folder.is_dir():
        return []
    return [path for path in (folder, *sorted(folder.iterdir())) if path.lstat().st_uid != os.geteuid()]


def _name_of(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        # a user of another machine, as in a container
        return getpass.getuser() if uid == os.geteuid() and os.environ.get("USER") else f"user {uid}"
