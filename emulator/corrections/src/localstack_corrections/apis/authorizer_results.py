"""Results of Lambda authorizers, kept for as long as the authorizer says."""

from __future__ import annotations

import threading
from time import monotonic
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

_MOST = 10_000


class AuthorizerResults:
    """A cache whose entries end by themselves."""

    def __init__(self, now: Callable[[], float] = monotonic) -> None:
        self._now = now
        self._results: dict[Hashable, tuple[float, Any]] = {}
        self._lock = threading.Lock()

    def get(self, key: Hashable) -> Any:
        """Return the result, or ``None`` where there is none that still counts."""
        kept = self._results.get(key)
        if kept is None:
            return None
        if kept[0] <= self._now():
            with self._lock:
                self._results.pop(key, None)
            return None
        return kept[1]

    def put(self, key: Hashable, result: Any, seconds: float) -> None:
        """Keep the result for the time; no time keeps nothing."""
        if seconds <= 0:
            return
        with self._lock:
            if len(self._results) >= _MOST:
                self._results.clear()
            self._results[key] = (self._now() + seconds, result)

    def clear(self) -> None:
        """Forget all results."""
        with self._lock:
            self._results.clear()
