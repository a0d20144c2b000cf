"""Notice that the engine does not answer: a frozen one accepts connections and says nothing."""

from __future__ import annotations

import contextlib
import threading
import time
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

PATIENCE_SECONDS: Final = 2.0
"""How long an engine may be silent. With the time between two questions, what a page waits for stays below 3 s."""
BETWEEN_SECONDS: Final = 0.25
_WATCHED_SECONDS: Final = 3.0
"""How long the engine is watched after a page has last asked: that is longer than between two questions of a page."""


class Pulse:
    """Asks the engine something small, again and again, for as long as pages are asked for."""

    def __init__(self, ask: Callable[[], object], *, between: float = BETWEEN_SECONDS) -> None:
        self._ask = ask
        self._between = between
        self._lock = threading.Lock()
        self._wanted = float("-inf")
        self._is_beating = False
        self._asked: float | None = None
        """When the question was asked that has no answer yet."""

    def silence(self) -> float:
        """Return how many seconds the engine has been silent, and watch it from now on."""
        now = time.monotonic()
        with self._lock:
            self._wanted = now
            if not self._is_beating:
                self._is_beating = True
                self._asked = now
                threading.Thread(target=self._beat, name="console-pulse", daemon=True).start()
            return 0.0 if self._asked is None else now - self._asked

    def _beat(self) -> None:
        while self._goes_on():
            # one that is away has its say where a page reads from it
            with contextlib.suppress(Exception):
                self._ask()
            self._asked = None
            time.sleep(self._between)

    def _goes_on(self) -> bool:
        with self._lock:
            now = time.monotonic()
            self._is_beating = now - self._wanted < _WATCHED_SECONDS
            self._asked = now if self._is_beating else None
            return self._is_beating
