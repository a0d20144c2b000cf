"""Say what went wrong in the set-up, and what a person can do: the standard library only."""

import errno
import os
import pwd
from collections.abc import Iterable
from pathlib import Path

from localdev.setup import places

AGAIN = "run the command again" if places.IS_INSTALLED else "run ./scripts/setup again"

_NOTHING_THERE = "(from versions: none)"
"""What pip says of a package that an index does not have, or lets nobody see without its password."""


class SetupError(Exception):
    """A part could not be made; the message says which, why, and what to do."""


def said_of(error: Exception) -> str:
    """Return the message for an error; for a file of another user, whose it is and what to do."""
    if not isinstance(error, OSError) or not error.filename:
        return str(error)
    path = Path(os.fsdecode(error.filename))
    there = next((place for place in (path, *path.parents) if os.access(place, os.F_OK)), places.SOURCES)
    owner, own = there.stat().st_uid, os.geteuid()
    if error.errno == errno.ENOSPC:
        return f"The disk is full: {path}.\nHint: make room ('df -h' shows where), and {AGAIN}."
    if isinstance(error, PermissionError) and owner != own:
        whose = f"{there} belongs to {_name_of(owner)}, and you are {_name_of(own)}."
        if places.IS_INSTALLED:
            return whose
        hint = f"'sudo chown -R {_name_of(own)} .' in the checkout makes it yours; or use a checkout of your own."
        return f"{whose}\nHint: {hint}"
    return f"{error.strerror}: {path}."


def what_to_do(errors: Iterable[str]) -> str:
    """Return what to do about parts that could not be made: most often a download has failed."""
    said = "\n".join(errors)
    if os.strerror(errno.ENOSPC) in said:
        return f"the disk is full: make room ('df -h' shows where), and {AGAIN}."
    if _NOTHING_THERE in said:
        return f"check the package index that pip is set to, and its password ('pip config list'), and {AGAIN}."
    return f"check the network and {AGAIN}."


def _name_of(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"user {uid}"
