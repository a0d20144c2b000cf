"""The time of one execution.

It passes as the machine's does, and jumps to the next moment at which something is due while nothing of the execution
runs. Every thread of the execution is a :class:`Worker`; it is either busy, or parked in :meth:`VirtualClock.wait`.
"""

from __future__ import annotations

import contextlib
import itertools
import math
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_EPSILON: Final = 1e-6
_LONGEST_SLEEP: Final = 3600.0
_thread = threading.local()


@dataclass(eq=False)
class Worker:
    """One thread of an execution."""

    clock: VirtualClock
    env: Any = None
    """Where it evaluates; a worker whose environment was stopped is nobody's concern any more."""
    parked: _Parked | None = None
    fraction: float = 0.0
    """Of the second in which it last asked for the time as a whole number of seconds."""
    attends: Callable[[], bool] | None = None
    """Whether it has work to do, of a worker that looks after others in between."""

    @property
    def is_counted(self) -> bool:
        """Return whether its clock still counts it."""
        return self.clock.counts(self)


@dataclass(eq=False)
class _Parked:
    due: float
    outside: bool
    order: int
    wake: threading.Event = field(default_factory=threading.Event)
    is_over: bool = False
    """Its time has come, or what it waits for has happened."""


def current() -> Worker | None:
    """Return the worker that this thread is, if its execution has a clock."""
    return getattr(_thread, "worker", None)


class VirtualClock:
    """The clock of one execution.

    :param started: the time at which it starts, in seconds since the epoch
    :param skips_waits: jump by itself over whatever the execution waits for, without bound
    :param skips_time_outs: jump also while somebody outside is expected to answer, to the task's time-out
    :param is_stopped: whether an environment was stopped, so that its threads do not count
    """

    def __init__(
        self,
        started: float,
        *,
        skips_waits: bool = False,
        skips_time_outs: bool = False,
        is_stopped: Callable[[Any], bool] = lambda _: False,
    ) -> None:
        self._changed = threading.Condition()
        self._started, self._monotonic, self._offset = started, time.monotonic(), 0.0
        self._skips_waits, self._skips_time_outs = skips_waits or skips_time_outs, skips_time_outs
        self._until = -math.inf
        self._is_stopped = is_stopped
        self._workers: set[Worker] = set()
        self._order = itertools.count()
        self._has_begun = False

    def now(self) -> float:
        """Return the execution's time in seconds since the epoch."""
        return self._started + (time.monotonic() - self._monotonic) + self._offset

    @property
    def skipped(self) -> float:
        """Return how many seconds it has jumped over."""
        return self._offset

    def spawn(self, env: Any = None) -> Worker:
        """Count a thread that is about to start."""
        worker = Worker(self, env)
        with self._changed:
            self._workers.add(worker)
            self._has_begun = True
        return worker

    @contextlib.contextmanager
    def working(self, worker: Worker) -> Iterator[None]:
        """Be that worker, which leaves at the end."""
        before = current()
        _thread.worker = worker
        try:
            yield
        finally:
            _thread.worker = before
            self.leave(worker)

    def leave(self, worker: Worker) -> None:
        """Count a worker no more: it has ended, or nobody waits for it."""
        with self._changed:
            self._workers.discard(worker)
            self._settle()

    def wait(self, seconds: float | None, event: threading.Event | None = None, *, outside: bool = False) -> bool:
        """Return when an event is set or the time is over, and whether the event is set.

        :param outside: the event is set by somebody who is no part of the execution
        """
        worker = current()
        due = math.inf if seconds is None else self.now() + max(0.0, seconds)
        parked = _Parked(due, outside, next(self._order))

        def signal() -> None:
            with self._changed:
                parked.is_over = True
            parked.wake.set()

        with _watched(event, signal):
            self._park(worker, parked, event)
            try:
                while not parked.is_over and (left := due - self.now()) > 0:
                    parked.wake.wait(min(left, _LONGEST_SLEEP))
                    parked.wake.clear()
            finally:
                self._unpark(worker)
        return event is not None and event.is_set()

    def _park(self, worker: Worker | None, parked: _Parked, event: threading.Event | None) -> None:
        with self._changed:
            parked.is_over = event is not None and event.is_set()
            if worker is not None:
                worker.parked = parked
            self._settle()

    def _unpark(self, worker: Worker | None) -> None:
        with self._changed:
            if worker is not None:
                worker.parked = None

    def counts(self, worker: Worker) -> bool:
        """Return whether a worker has neither ended nor been left alone."""
        return worker in self._workers

    @contextlib.contextmanager
    def attend(self, worker: Worker, has_work: Callable[[], bool]) -> Iterator[None]:
        """Let a worker that looks after others be busy only while it has work."""
        with self._changed:
            worker.attends = has_work
        try:
            yield
        finally:
            with self._changed:
                worker.attends = None

    def look_again(self) -> None:
        """Jump if nothing runs any more, after a change of what a worker that attends to others has to do."""
        with self._changed:
            self._settle()

    def pause(self, seconds: float, env: Any) -> None:
        """Let a time pass, for as long as the environment runs."""
        due = self.now() + seconds
        while env.is_running() and (left := due - self.now()) > _EPSILON:
            self.wait(left, env.program_state_event)

    def alarm(self, seconds: float, ring: Callable[[], None]) -> threading.Event:
        """Call something after a time, unless the event that is returned is set before."""
        cancelled, worker = threading.Event(), self.spawn()

        def await_it() -> None:
            with self.working(worker):
                if not self.wait(seconds, cancelled):
                    ring()

        threading.Thread(target=await_it, name="execution-alarm", daemon=True).start()
        return cancelled

    def skip_waits(self, *, time_outs: bool = False) -> None:
        """Jump by itself from now on."""
        with self._changed:
            self._skips_waits, self._skips_time_outs = True, time_outs or self._skips_time_outs
            self._settle()

    def advance(self, seconds: float, timeout: float) -> bool:
        """Let a time pass at once, with all that is due in it, and return whether that was done within ``timeout``.

        :raises ValueError: the time is in the past.
        """
        if seconds < 0:
            raise ValueError(f"The clock cannot go back: it was to advance by {seconds:g} seconds.")
        deadline = time.monotonic() + timeout
        with self._changed:
            self._until = target = max(self._until, self.now()) + seconds
            self._settle()
            while not self._has_arrived(target):
                if (left := deadline - time.monotonic()) <= 0:
                    return False
                self._changed.wait(min(left, 1.0))
                self._settle()
        return True

    def _has_arrived(self, target: float) -> bool:
        return self._has_begun and self.now() >= target and not self._busy()

    def _busy(self) -> list[Worker]:
        return [worker for worker in self._workers if self._is_busy(worker)]

    def _is_busy(self, worker: Worker) -> bool:
        parked = worker.parked
        if parked is None and worker.attends is not None:
            return worker.attends()
        if parked is None or parked.is_over or parked.due <= self.now():
            return not (worker.env is not None and self._is_stopped(worker.env))
        return False

    def _settle(self) -> None:
        """Jump as far as is allowed, if nothing runs. The lock is held."""
        if not self._has_begun or self._busy():
            return
        waiting = [worker.parked for worker in self._workers if worker.parked is not None]
        first = min(waiting, key=lambda parked: (parked.due, parked.order), default=None)
        if first is not None and first.due < math.inf and first.due <= self._limit(waiting):
            self._jump(first.due)
            first.is_over = True
            first.wake.set()
        elif self._until > self.now():
            self._jump(self._until)
        self._changed.notify_all()

    def _limit(self, waiting: list[_Parked]) -> float:
        if self._skips_waits and (self._skips_time_outs or not any(parked.outside for parked in waiting)):
            return math.inf
        return self._until

    def _jump(self, moment: float) -> None:
        self._offset += max(0.0, moment - self.now())
        for worker in self._workers:
            if worker.parked is not None:
                worker.parked.wake.set()


@contextlib.contextmanager
def _watched(event: threading.Event | None, signal: Callable[[], None]) -> Iterator[None]:
    """Call ``signal`` whenever an event is set, even if it is cleared at once."""
    if event is None:
        yield
        return
    watchers: list[Callable[[], None]] | None = getattr(event, "watchers", None)
    if watchers is None:
        watchers = event.watchers = []  # type: ignore[attr-defined]
        set_event = event.set

        def set_and_tell() -> None:
            set_event()
            for watcher in tuple(watchers):
                watcher()

        event.set = set_and_tell  # type: ignore[method-assign]
    watchers.append(signal)
    try:
        yield
    finally:
        watchers.remove(signal)
