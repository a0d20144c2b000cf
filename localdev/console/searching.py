"""Look for a text in what executions say, a little at a time."""

from __future__ import annotations

import time
from concurrent.futures import Future, ThreadPoolExecutor, wait
from threading import Lock
from typing import TYPE_CHECKING, Final

from localdev.console.remembered import Remembered

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from localdev.executions.records import ExecutionSummary

_READERS: Final = 2
"""More find no more in the same time: they and the page that waits for them take turns on one processor."""
_KNOWN: Final = 20_000


class Search:
    """Reads executions beside the pages that ask for them, and remembers which have which text."""

    def __init__(self, contains: Callable[[ExecutionSummary, str], bool]) -> None:
        self._contains = contains
        self._known: Remembered[bool] = Remembered(_KNOWN)
        self._asked: dict[str, Future[bool]] = {}
        self._lock = Lock()
        self._readers = ThreadPoolExecutor(_READERS, thread_name_prefix="console-search")

    def among(
        self, items: Sequence[ExecutionSummary], text: str, *, until: float | None
    ) -> tuple[list[ExecutionSummary], int]:
        """Return the executions that have a text, of those that are read by then, and how many are not.

        Without a time, all are read.
        """
        asked = [self._answer(item, text) for item in items]
        coming = [answer for answer in asked if isinstance(answer, Future)]
        if coming:
            wait(coming, None if until is None else max(until - time.monotonic(), 0))
        unread = sum(not answer.done() for answer in coming)
        return [item for item, answer in zip(items, asked, strict=True) if _is_true(answer)], unread

    def _answer(self, item: ExecutionSummary, text: str) -> bool | Future[bool]:
        key = f"{item.key} {text}"
        known = self._known.find(key)
        if known is not None:
            return known
        with self._lock:
            if key not in self._asked:
                self._asked[key] = self._readers.submit(self._read, key, item, text)
            return self._asked[key]

    def _read(self, key: str, item: ExecutionSummary, text: str) -> bool:
        try:
            found = self._contains(item, text)
            self._known.put(key, found)
            return found
        finally:
            with self._lock:
                self._asked.pop(key, None)


def _is_true(answer: bool | Future[bool]) -> bool:
    """Return an answer, where it has come. What reading it has raised is raised here."""
    if isinstance(answer, Future):
        return answer.done() and answer.result()
    return answer
