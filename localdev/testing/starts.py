"""Executions that an API, an event or a function starts: the emulator asks this run whether they are of its test."""

from __future__ import annotations

import threading
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from localdev.system.errors import LocaldevError
from localdev.testing.control import Control

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True)
class Taken:
    """An execution of a test that something else has started."""

    rehearsal: dict[str, Any]
    registered: Callable[[], None]
    """Called when the emulator knows the rehearsal."""


type Rehearse = Callable[[dict[str, Any]], Taken | None]
"""Returns the rehearsal of an execution that starts now; ``None``: it is not of this test."""
_POLL_SECONDS: Final = "20"
_PATH: Final = "/starts"


class Starts:
    """Answers one emulator, on a thread of its own, from the first test that has mocks, faults or a clock."""

    def __init__(self, endpoint_url: str) -> None:
        self.header: str | None = None
        """The header in which the emulator takes a rehearsal with the start of its execution, if it does."""
        self._control = Control(endpoint_url)
        self._run = str(uuid.uuid4())
        self._tests: list[Rehearse] = []
        self._polls = threading.Event()
        self._thread: threading.Thread | None = None

    def ask(self, test: Rehearse) -> None:
        """Ask a test about each start, from now on."""
        self._tests.append(test)
        if self._thread is None or not self._thread.is_alive():
            self._polls.clear()
            self._thread = threading.Thread(target=self._answer, name="starts", daemon=True)
            self._thread.start()
        self._polls.wait()

    def ask_no_more(self, test: Rehearse) -> None:
        """Leave a test alone: it has ended."""
        self._tests.remove(test)

    def end(self) -> None:
        """Have the emulator wait for nothing from this run."""
        if self._thread is not None and self._thread.is_alive():
            try:
                self._control.delete({"run": self._run}, _PATH)
            except LocaldevError:
                return  # the emulator has ended before

    def _answer(self) -> None:
        try:
            # at once: from then on the emulator knows of this run
            asked = self._poll("0")
            self._polls.set()
            while True:
                for start in asked:
                    taken = next(filter(None, (test(start) for test in list(self._tests))), None)
                    answer = {"run": self._run, "number": start["number"]}
                    self._control.post(answer | ({"rehearsal": taken.rehearsal} if taken else {}), _PATH)
                    if taken:
                        taken.registered()
                asked = self._poll(_POLL_SECONDS)
        except LocaldevError:
            return  # the emulator has ended, or has none of this
        finally:
            self.header = None
            self._polls.set()

    def _poll(self, seconds: str) -> list[dict[str, Any]]:
        polled = self._control.get(_PATH, run=self._run, seconds=seconds)
        self.header = polled.get("header")
        starts: list[dict[str, Any]] = polled["starts"]
        return starts


_STARTS: Final[dict[str, Starts]] = {}


def starts_at(endpoint_url: str) -> Starts:
    """Return what answers an emulator; one for each in this process."""
    return _STARTS.setdefault(endpoint_url, Starts(endpoint_url))


def end_all() -> None:
    """Have no emulator wait for this process any more."""
    while _STARTS:
        _STARTS.popitem()[1].end()
