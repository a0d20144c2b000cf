"""The token bucket that API Gateway throttles with.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-request-throttling.html
"""

from __future__ import annotations

import threading
from time import monotonic
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class TokenBucket:
    """Holds at most ``burst`` tokens, and gets ``rate`` new ones a second."""

    def __init__(self, rate: float, burst: int, now: Callable[[], float] = monotonic) -> None:
        self.rate = rate
        self.burst = burst
        self._now = now
        self._tokens = float(burst)
        self._filled = now()
        self._lock = threading.Lock()

    def take(self) -> bool:
        """Take a token, and return whether there was one."""
        with self._lock:
            now = self._now()
            self._tokens = min(float(self.burst), self._tokens + (now - self._filled) * self.rate)
            self._filled = now
            if self._tokens < 1:
                return False
            self._tokens -= 1
            return True
