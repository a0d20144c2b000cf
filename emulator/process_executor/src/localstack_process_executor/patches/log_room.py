"""A bound for the log that waits to be stored: who writes more waits, and LocalStack does not grow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from queue import Queue

_MOST_CHARACTERS = 16 * 1024 * 1024
_LOOK_SECONDS = 0.5


class LogRoom:
    """Room for the logs of one function version in their queue, by their length; the queue may be any class's."""

    def __init__(self, queue: Queue[Any], most: int = _MOST_CHARACTERS) -> None:
        self._queue = queue
        self._most = most
        self._characters = 0
        self._count("_put", 1)
        self._count("_get", -1)

    def is_left(self) -> bool:
        """Return whether more may be added now."""
        return self._characters < self._most

    def wait(self, is_served: Callable[[], bool]) -> None:
        """Wait while there is none and somebody takes logs away."""
        with self._queue.not_full:
            while not self.is_left() and is_served():
                self._queue.not_full.wait(_LOOK_SECONDS)

    def _count(self, hook: str, sign: int) -> None:
        """Count what goes through a hook of the queue, which is called while it is locked."""
        act = getattr(self._queue, hook)

        def counted(*arguments: Any) -> Any:
            result = act(*arguments)
            self._characters += sign * _characters(arguments[0] if arguments else result)
            return result

        setattr(self._queue, hook, counted)


def _characters(item: Any) -> int:
    """Return the length of a log; what ends the queue has none."""
    return getattr(getattr(item, "logs", None), "characters", 0)
