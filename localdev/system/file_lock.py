"""A lock between processes that is a file, and of which nothing is left."""

import contextlib
import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path


def _wait() -> None:
    """Say nothing about it."""


@contextmanager
def exclusive(path: Path, when_taken: Callable[[], None] = _wait) -> Iterator[None]:
    """Wait until nobody else is in a block with this path, and be in it alone; afterwards the file is gone.

    Before a wait ``when_taken`` is called, once: it may say so, or raise what is to happen instead.
    """
    while True:
        with path.open("w", encoding="utf-8") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                when_taken()
                when_taken = _wait
                fcntl.flock(file, fcntl.LOCK_EX)
            if not _is_still(path, file.fileno()):
                continue  # whoever had it has removed it, and others may hold the next one
            try:
                yield
            finally:
                path.unlink()
            return


def remove_unused(path: Path) -> None:
    """Remove the file that a killed process has left, unless somebody is in the block."""

    def leave_it() -> None:
        raise BlockingIOError

    with contextlib.suppress(BlockingIOError), exclusive(path, leave_it):
        pass


def _is_still(path: Path, descriptor: int) -> bool:
    with contextlib.suppress(FileNotFoundError):
        return os.path.samestat(path.stat(), os.fstat(descriptor))
    return False
