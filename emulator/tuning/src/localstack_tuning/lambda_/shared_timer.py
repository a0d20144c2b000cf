"""Execution environments share one thread for their timers.

After every invocation LocalStack starts a thread that sleeps for ten minutes, to stop the environment should nobody use
it; the next invocation cancels it and the one after starts another.
"""

from __future__ import annotations

import heapq
import itertools
import threading
import time
from typing import TYPE_CHECKING, Any

from localstack_tuning.adjustment import Adjustment

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

_CANCELLED_KEPT = 64


class SharedTimer:
    """Like :class:`threading.Timer`, without a thread of its own until it fires."""

    def __init__(self, interval: float, function: Callable[..., Any]) -> None:
        self.interval = interval
        self.function: Callable[..., Any] | None = function

    def start(self) -> None:
        """Fire after the interval, unless cancelled."""
        _CLOCK.add(self)

    def cancel(self) -> None:
        """Never fire. May be called again, and on one that was not started."""
        _CLOCK.cancel(self)


class _Clock:
    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._due: list[tuple[float, int, SharedTimer]] = []
        self._numbers = itertools.count()
        self._cancelled = 0
        self._thread: threading.Thread | None = None

    def add(self, timer: SharedTimer) -> None:
        with self._changed:
            due = time.monotonic() + timer.interval
            is_next = not self._due or due < self._due[0][0]
            heapq.heappush(self._due, (due, next(self._numbers), timer))
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="lambda-timers", daemon=True)
                self._thread.start()
            elif is_next:
                self._changed.notify()

    def cancel(self, timer: SharedTimer) -> None:
        with self._changed:
            if timer.function is None:
                return
            timer.function = None
            self._cancelled += 1
            if self._cancelled > max(_CANCELLED_KEPT, len(self._due) // 2):
                self._due = [entry for entry in self._due if entry[2].function is not None]
                heapq.heapify(self._due)
                self._cancelled = 0

    def _run(self) -> None:
        while True:
            with self._changed:
                while not self._due or self._due[0][0] > time.monotonic():
                    self._changed.wait(self._due[0][0] - time.monotonic() if self._due else None)
                timer = heapq.heappop(self._due)[2]
                function, timer.function = timer.function, None
            if function is not None:
                threading.Thread(target=function, name="lambda-timer", daemon=True).start()


_CLOCK = _Clock()


def _share(module: ModuleType) -> None:
    module.Timer = SharedTimer  # type: ignore[attr-defined]


ADJUSTMENT = Adjustment("shared-timer", {"localstack.services.lambda_.invocation.execution_environment": _share})
