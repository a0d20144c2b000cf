"""Remember the values that were used last."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class Remembered[T]:
    """The values last asked for, the oldest forgotten; safe to share between threads.

    At most ``size`` of them, and where they are weighed, no more than ``heaviest`` together.
    """

    def __init__(self, size: int, *, weigh: Callable[[T], int] = lambda _: 0, heaviest: int = 0) -> None:
        self._size = size
        self._weigh = weigh
        self._heaviest = heaviest
        self._weight = 0
        self._values: OrderedDict[str, tuple[T, int]] = OrderedDict()
        self._lock = threading.Lock()

    def find(self, key: str) -> T | None:
        """Return what is remembered; ``None`` where nothing is."""
        with self._lock:
            if key not in self._values:
                return None
            self._values.move_to_end(key)
            return self._values[key][0]

    def put(self, key: str, value: T) -> None:
        """Remember a value, in place of the one before."""
        weight = self._weigh(value)
        with self._lock:
            _, before = self._values.pop(key, (value, 0))
            self._weight += weight - before
            self._values[key] = (value, weight)
            # the one that is looked at stays, however heavy it is
            while len(self._values) > self._size or (self._weight > self._heaviest and len(self._values) > 1):
                _, (_, lighter) = self._values.popitem(last=False)
                self._weight -= lighter

    def get(self, key: str, make: Callable[[], T | None]) -> T | None:
        """Return what is remembered, or what ``make`` makes, which is kept unless it is ``None``."""
        value = self.find(key)
        if value is None:
            value = make()
            if value is not None:
                self.put(key, value)
        return value
