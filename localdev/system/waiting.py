"""Waiting is on a condition, with a deadline."""

import time
from collections.abc import Callable

from localdev.system.errors import LocaldevError

_FIRST_PAUSE = 0.01
_LONGEST_PAUSE = 0.25


class WaitTimeoutError(LocaldevError):
    """The condition did not become true in time."""


def wait_until[T](
    probe: Callable[[], T | None],
    *,
    what: str,
    seconds: float,
    hint: str | None = None,
    longest_pause: float = _LONGEST_PAUSE,
) -> T:
    """Call ``probe`` until it returns something other than ``None``, and return that.

    A probe that sees that it will never come true raises its own error. Pauses grow from 10 ms.

    :raises WaitTimeoutError: after ``seconds``.
    """
    deadline = time.monotonic() + seconds
    pause = _FIRST_PAUSE
    while (found := probe()) is None:
        if time.monotonic() > deadline:
            raise WaitTimeoutError(f"Timed out after {seconds:g} s waiting for {what}.", hint)
        time.sleep(pause)
        pause = min(pause * 1.5, longest_pause)
    return found
