"""Wait for something no longer than an integration's time-out."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class TooLongError(TimeoutError):
    """The time-out ended first; what was begun goes on, as a function does on AWS."""


def at_most[Result](seconds: float, action: Callable[[], Result]) -> Result:
    """Return the action's result.

    :raises TooLongError: it is not there in time.
    """
    results: list[Result] = []
    errors: list[BaseException] = []

    def run() -> None:
        try:
            results.append(action())
        except BaseException as error:  # noqa: BLE001 - it is raised where the result is awaited
            errors.append(error)

    thread = threading.Thread(target=run, name="api-integration", daemon=True)
    thread.start()
    thread.join(seconds)
    if errors:
        raise errors[0]
    if not results:
        raise TooLongError(f"nothing came within {seconds} s")
    return results[0]
