"""A Map Run: its child executions, how many at a time, and how many may fail."""

from __future__ import annotations

import threading
from collections import Counter, deque
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from localstack_corrections.stepfunctions.distributed_map.children import family_of, new_child
from localstack_corrections.stepfunctions.distributed_map.failures import THRESHOLD, MapRunError

if TYPE_CHECKING:
    from localstack_corrections.stepfunctions.distributed_map.batching import ChildInput
    from localstack_corrections.stepfunctions.distributed_map.fields import Fields

_MOST_CHILDREN: Final = 10_000
"""How many AWS runs at a time where ``MaxConcurrency`` does not say."""
_MOST_THREADS: Final = 1_000
_FIRST_THREADS: Final = 4
_STALL_SECONDS: Final = 0.05
"""After so long without an end more children are begun: these are waiting for something."""
_FAILURES: Final = frozenset({"FAILED", "TIMED_OUT"})


class MapRun:
    """One Map Run. Several threads run its children; the thread that executes it looks after them."""

    def __init__(self, env: Any, record: Any, program: Any, fields: Fields, inputs: list[ChildInput]) -> None:
        self.record, self.fields, self.inputs = record, fields, inputs
        self.children: list[Any] = [None] * len(inputs)
        self.redrives = 0
        self._family = family_of(env, record, program, fields)
        self._changed = threading.Condition()
        self._pending = deque(range(len(inputs)))
        self._running: set[int] = set()
        self._threads = 0
        self._failed_items = 0
        self._items = sum(given.items for given in inputs)
        self._over = False
        record.map_run = self

    def execute(self, env: Any) -> None:
        """Run every child that has not succeeded, unless the execution of ``env`` is stopped.

        :raises MapRunError: more items failed than are tolerated.
        """
        with self._changed:
            try:
                self._look_after(env)
            finally:
                self._over = True
                running = [self.children[number] for number in self._running]
        for child in running:
            child.stop(stop_date=datetime.now(tz=UTC), error=None, cause=None)
        if self._is_threshold_exceeded():
            raise MapRunError(THRESHOLD, "The specified tolerated failure threshold was exceeded")

    def begin_again(self, env: Any) -> None:
        """Make ready for a redrive: only children that have not succeeded will run."""
        self.redrives += 1
        self.record.status, self.record.stop_date = "RUNNING", None
        self.record.redrive_date = datetime.now(tz=UTC)
        self._family = family_of(env, self.record, self._family.program, self.fields)
        self._changed = threading.Condition()
        unsuccessful = [
            number for number, child in enumerate(self.children) if child is None or child.exec_status != "SUCCEEDED"
        ]
        self._pending, self._running = deque(unsuccessful), set()
        self._threads = self._failed_items = 0
        self._over = False

    def counts(self, *, of_items: bool) -> Counter[str]:
        """Return how many items, or child executions, have each status."""
        found: Counter[str] = Counter()
        for given, child in zip(self.inputs, self.children, strict=True):
            found["PENDING" if child is None else str(child.exec_status)] += given.items if of_items else 1
        return found

    def _look_after(self, env: Any) -> None:
        stalled = True
        while self._is_going_on(env):
            if stalled:
                self._add_threads()
            stalled = not self._changed.wait(_STALL_SECONDS)

    def _add_threads(self) -> None:
        wanted = min(self._limit(), len(self._pending) + len(self._running))
        for _ in range(min(wanted - self._threads, max(_FIRST_THREADS, self._threads))):
            self._threads += 1
            threading.Thread(target=self._work, args=(self._changed,), name="map-run", daemon=True).start()

    def _is_going_on(self, env: Any) -> bool:
        return bool(env.is_running() and (self._pending or self._running) and not self._is_threshold_exceeded())

    def _limit(self) -> int:
        return min(self.record.max_concurrency or _MOST_CHILDREN, _MOST_THREADS)

    def _work(self, changed: threading.Condition) -> None:
        while (number := self._begin_next(changed)) is not None:
            try:
                self.children[number].run_here()
            finally:
                self._end(number, changed)

    def _begin_next(self, changed: threading.Condition) -> int | None:
        """Return the number of a child to run now, or ``None`` when this thread is not needed any more."""
        with changed:
            if self._is_stale(changed):
                return None
            if not self._pending or self._threads > self._limit():
                self._threads -= 1
                return None
            number = self._pending.popleft()
            self._prepare(number)
            self._running.add(number)
            return number

    def _end(self, number: int, changed: threading.Condition) -> None:
        with changed:
            if not self._is_stale(changed):
                self._running.discard(number)
                if self.children[number].exec_status in _FAILURES:
                    self._failed_items += self.inputs[number].items
                changed.notify_all()

    def _is_stale(self, changed: threading.Condition) -> bool:
        """Return whether a thread is of a run that is over: a redrive has a condition of its own."""
        return self._over or changed is not self._changed

    def _prepare(self, number: int) -> None:
        child = self.children[number]
        if child is None or self._family.express or not child.can_resume():
            child = self.children[number] = new_child(self._family, self.inputs[number].document)
            child.item_count = self.inputs[number].items

    def _is_threshold_exceeded(self) -> bool:
        failed, record, fields = self._failed_items, self.record, self.fields
        if not failed:
            return False
        limited: set[str] = getattr(record, "limits", set())
        by_count = fields.limits_count or "count" in limited
        by_percentage = fields.limits_percentage or "percentage" in limited
        if by_percentage and 100 * failed / self._items > record.tolerated_failure_percentage:
            return True
        return (by_count or not by_percentage) and failed > record.tolerated_failure_count
