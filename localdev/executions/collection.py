"""Read what is long without Python's garbage collector."""

from __future__ import annotations

import gc
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

_LOCK: Final = threading.Lock()
_pauses: Final[list[bool]] = []
"""For each pause that lasts, in the order of their beginnings, whether the collector was on."""


@contextmanager
def collection_paused() -> Iterator[None]:
    """Pause the collector in every thread.

    A long history is a hundred thousand objects that stay, and the collector would walk all of them several times while
    they are made: a third of the time.
    """
    with _LOCK:
        _pauses.append(gc.isenabled())
        gc.disable()
    try:
        yield
    finally:
        with _LOCK:
            # only the first can have found it on, and only the last to end turns it on
            if len(_pauses) > 1:
                del _pauses[1]
            elif _pauses.pop():
                gc.enable()
