"""Questions that the emulator has for a test: Python code of a mock runs where the test does."""

from __future__ import annotations

import itertools
import threading
import time
from typing import Any, Final

_LONGEST: Final = 30.0
"""Seconds that a question waits for its answer."""


class UnansweredError(Exception):
    """A question that the test has not answered, or could not."""


class Questions:
    """The questions of one rehearsal. The test polls for them, so that it needs no server of its own."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._number = itertools.count(1)
        self._open: dict[int, dict[str, Any]] = {}
        self._answers: dict[int, Any] = {}
        self._is_closed = False

    def ask(self, function: str, document: Any) -> Any:
        """Return what a function of the test says of a document.

        :raises UnansweredError: nobody has answered, or with an error.
        """
        with self._changed:
            number = next(self._number)
            self._open[number] = {"number": number, "function": function, "input": document}
            self._changed.notify_all()
            deadline = time.monotonic() + _LONGEST
            while number not in self._answers and not self._is_closed:
                if not self._changed.wait(max(0.0, deadline - time.monotonic())):
                    break
            self._open.pop(number, None)
            if number not in self._answers:
                raise UnansweredError(f"The test has not answered what {function!r} says of the input.")
            answer = self._answers.pop(number)
        if "error" in answer:
            raise UnansweredError(str(answer["error"]))
        return answer.get("value")

    def poll(self, seconds: float) -> list[dict[str, Any]]:
        """Return the open questions, as soon as there is one."""
        with self._changed:
            self._changed.wait_for(lambda: self._open or self._is_closed, min(seconds, _LONGEST))
            asked = list(self._open.values())
            self._open.clear()
            return asked

    def answer(self, number: int, answer: dict[str, Any]) -> None:
        """Give the answer to a question."""
        with self._changed:
            self._answers[number] = answer
            self._changed.notify_all()

    def close(self) -> None:
        """Let nobody wait any longer."""
        with self._changed:
            self._is_closed = True
            self._changed.notify_all()
