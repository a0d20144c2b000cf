"""Check that the engine answers: a frozen one accepts connections and says nothing."""

from __future__ import annotations

import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

_FRESH_SECONDS: Final = 2.0
_PATIENCE_SECONDS: Final = 2.5


class SilentError(Exception):
    """The engine has not answered in time."""


class Pulse:
    """Asks the engine something small, unless it has answered just now."""

    def __init__(self, ask: Callable[[], object]) -> None:
        self._ask = ask
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="console-pulse")
        self._lock = threading.Lock()
        self._asked: Future[object] | None = None
        self._answered = float("-inf")

    def check(self) -> None:
        """Return where the engine answers.

        :raises SilentError: it does not, within a few seconds.
        """
        if time.monotonic() - self._answered < _FRESH_SECONDS:
            return
        with self._lock:
            # of an engine that is frozen one question hangs, and not one more with each page
            if self._asked is None or self._asked.done():
                self._asked = self._pool.submit(self._ask)
            asked = self._asked
        try:
            asked.result(_PATIENCE_SECONDS)
        except TimeoutError:
            raise SilentError from None
        self._answered = time.monotonic()
