"""A lock between processes that is a file, and of which nothing is left."""

import contextlib
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def exclusive(path: Path) -> Iterator[None]:
    """Wait until nobody else is in a block with this path, and be in it alone; afterwards the file is gone."""
    with _taken(path, fcntl.LOCK_EX):
        yield


def remove_unused(path: Path) -> None:
    """Remove the file that a killed process has left, unless somebody is in the block."""
    with contextlib.suppress(BlockingIOError), _taken(path, fcntl.LOCK_EX | fcntl.LOCK_NB):
        pass


@contextmanager
def _taken(path: Path, how: int) -> Iterator[None]:
    while True:
        with path.open("w") as file:
            fcntl.flock(file, how)
            if not _is_still(path, file.fileno()):
                continue  # whoever had it has removed it, and others may hold the next one
            try:
                yield
            finally:
                path.unlink()
            return


def _is_still(path: Path, descriptor: int) -> bool:
    with contextlib.suppress(FileNotFoundError):
        return os.path.samestat(path.stat(), os.fstat(descriptor))
    return False
