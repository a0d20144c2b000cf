"""Processes that are started ahead: each waits in its sandbox for the function that is started next.

An interpreter takes most of a cold start to begin. A spare has begun: it gets the function's variables and folder
when there is one. Whoever has no function of such a runtime pays nothing; a spare that nobody needs is ended.
"""

import contextlib
import json
import os
import select
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from localstack_process_executor.environments.errors import ForkServerError
from localstack_process_executor.environments.forked import Forked

SETTING = "LAMBDA_PROCESS_SPARES"
"""``0`` starts none ahead."""
_MOST = 2
"""Of one runtime, each with another command line, such as that of another memory size."""
_IDLE_SECONDS = 600.0
_AFTER_SECONDS = 0.1
"""How long after a cold start the next spare is started: the function's own code comes first."""

type Command = tuple[str, ...]


@dataclass(frozen=True)
class Spare:
    """Process that waits for a function, and the channel on which it gets one."""

    forked: Forked
    assignment: int

    def assign(self, document: Mapping[str, Any]) -> bool:
        """Make it a function's; return false for one that has ended. Its descriptor is given back."""
        data = memoryview(json.dumps(document).encode())
        try:
            if _is_readable(self.forked.status):
                return False
            while data:
                data = data[os.write(self.assignment, data) :]
        except OSError:
            return False
        finally:
            os.close(self.assignment)
        return True

    def end(self) -> None:
        """End it, without a function."""
        os.close(self.assignment)
        self.forked.end()


class Spares:
    """The spares of one fork server, at most one for each command line."""

    def __init__(self, start: Callable[[Command], Spare]) -> None:
        self._start = start
        self._waiting: dict[Command, Spare] = {}
        """The one that was needed last is the last."""
        self._expected: set[Command] = set()
        self._lock = threading.Lock()
        self._idle: threading.Timer | None = None
        self._closed = False

    @property
    def are_wanted(self) -> bool:
        """Return whether the person has not switched them off."""
        return os.environ.get(SETTING) != "0"

    def expect(self, command: Command, after: float = 0.0) -> None:
        """Start one with this command line in the background, unless one waits."""
        with self._lock:
            if self._closed or command in self._waiting or command in self._expected or not self.are_wanted:
                return
            self._expected.add(command)
        _later(after, self._make, command)

    def take(self, command: Command, document: Mapping[str, Any]) -> Forked | None:
        """Make the one that waits a function's; ``None`` where none does. Another one is started afterwards."""
        with self._lock:
            spare = self._waiting.pop(command, None) if self.are_wanted else None
        forked = None
        if spare and spare.assign(document):
            forked = spare.forked
        elif spare:
            spare.forked.end()
        self.expect(command, _AFTER_SECONDS)
        return forked

    def waiting(self) -> dict[Command, int]:
        """Return the ids of the inits of those that wait."""
        with self._lock:
            return {command: spare.forked.pid for command, spare in self._waiting.items()}

    def give_back(self) -> None:
        """End those that wait; the next cold start makes others."""
        with self._lock:
            while self._waiting:
                self._waiting.popitem()[1].end()

    def close(self) -> None:
        """End them, and start no more."""
        with self._lock:
            self._closed = True
            if self._idle:
                self._idle.cancel()
        self.give_back()

    def _make(self, command: Command) -> None:
        # whoever starts a function without one will say what is wrong
        with self._lock, contextlib.suppress(ForkServerError, OSError):
            self._expected.discard(command)
            if self._closed:
                return
            self._waiting[command] = self._start(command)
            if len(self._waiting) > _MOST:
                self._waiting.pop(next(iter(self._waiting))).end()
            if self._idle:
                self._idle.cancel()
            self._idle = _later(_IDLE_SECONDS, self.give_back)


def _later(seconds: float, function: Callable[..., None], *arguments: object) -> threading.Timer:
    timer = threading.Timer(seconds, function, arguments)
    timer.daemon = True
    timer.name = "lambda-spares"
    timer.start()
    return timer


def _is_readable(descriptor: int) -> bool:
    poller = select.poll()
    poller.register(descriptor, select.POLLIN)
    return bool(poller.poll(0))
