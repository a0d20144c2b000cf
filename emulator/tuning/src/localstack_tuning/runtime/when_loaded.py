"""Wait until all that LocalStack keeps for good is there, then act."""

from __future__ import annotations

import sys
import threading
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_QUIET_SECONDS = 1.0


def when_loaded(work: Sequence[Callable[[], object]]) -> None:
    """Begin, LocalStack is ready: do it when nothing has been imported for a second, which a first deployment does."""
    threading.Thread(target=wait_and_do, args=(work,), name="when-loaded", daemon=True).start()


def wait_and_do(work: Sequence[Callable[[], object]]) -> None:
    """Do the same, here."""
    imported = 0
    while imported != len(sys.modules):
        imported = len(sys.modules)
        time.sleep(_QUIET_SECONDS)
    for each in work:
        each()
