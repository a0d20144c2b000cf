"""Executions, task states and EventBridge's rules run on threads that are used again.

An order starts five threads in LocalStack that live for a few milliseconds; that they come and go is a twentieth of its
time. Here a thread that has done its work waits for the next, in a new context and under the name a new one would have;
where none waits, one is started, so that nothing ever queues behind something else.
"""

from __future__ import annotations

import contextvars
import itertools
import threading
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any

from localstack_tuning.adjustment import Adjustment

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

_IDLE_SECONDS = 30.0


class ThreadCache:
    """Threads that wait for work."""

    def __init__(self, idle_seconds: float = _IDLE_SECONDS) -> None:
        self._idle_seconds = idle_seconds
        self._idle: list[SimpleQueue[Callable[[], object]]] = []
        self._lock = threading.Lock()
        self._numbers = itertools.count(1)

    def run(self, work: Callable[[], object], name: str) -> None:
        """Run it now, on a thread of its own for as long as it takes."""
        named = _Named(work, f"Thread-{next(self._numbers)} ({name})")
        with self._lock:
            inbox = self._idle.pop() if self._idle else None
        if inbox is None:
            threading.Thread(target=self._serve, args=(named,), daemon=True).start()
        else:
            inbox.put(named)

    def _serve(self, work: Callable[[], object]) -> None:
        inbox: SimpleQueue[Callable[[], object]] = SimpleQueue()
        while True:
            try:
                contextvars.Context().run(work)
            except Exception as error:  # noqa: BLE001 - as a thread's end does
                threading.excepthook(
                    threading.ExceptHookArgs((type(error), error, error.__traceback__, threading.current_thread()))
                )
            del work  # or what it holds stays until the next
            with self._lock:
                self._idle.append(inbox)
            try:
                work = inbox.get(timeout=self._idle_seconds)
            except Empty:
                with self._lock:
                    if inbox in self._idle:
                        self._idle.remove(inbox)
                        return
                work = inbox.get()  # it was taken out just now


class _Named:
    """Work under a thread's name, by which LocalStack's log tells who wrote a line."""

    def __init__(self, work: Callable[[], object], name: str) -> None:
        self._work = work
        self._name = name

    def __call__(self) -> None:
        threading.current_thread().name = self._name
        self._work()


THREADS = ThreadCache()


class ReusedThread:
    """Stand in for a ``threading.Thread`` that is only started."""

    def __init__(self, *, target: Callable[[], object], daemon: bool = True) -> None:
        self._target: Callable[[], object] | None = target
        self.daemon = daemon

    def start(self) -> None:
        """Run the target. LocalStack keeps every thread in a list: this one keeps nothing alive there."""
        target, self._target = self._target, None
        assert target
        THREADS.run(target, getattr(target, "__name__", "target"))

    def stop(self, *, quiet: bool = False) -> None:
        """Do nothing: LocalStack stops at its end what is in that list, and a daemon needs no stopping."""
        del quiet


def _use_reused_threads(module: ModuleType) -> None:
    module.Thread = ReusedThread  # type: ignore[attr-defined]


def _match_rules_on_reused_threads(module: ModuleType) -> None:
    start_worker_thread = module.start_worker_thread

    def start(method: Callable[[Any], object], params: Any = None, name: str | None = None) -> Any:
        if name != "events-process-rules":
            return start_worker_thread(method, params, name=name)
        THREADS.run(lambda: method(params), name)
        return None

    module.start_worker_thread = start  # type: ignore[attr-defined]


_STATE = "localstack.services.stepfunctions.asl.component.state.state_execution.execute_state"

ADJUSTMENT = Adjustment(
    "reused-threads",
    {
        "localstack.services.stepfunctions.backend.execution_worker": _use_reused_threads,
        _STATE: _use_reused_threads,
        "localstack.services.events.provider": _match_rules_on_reused_threads,
    },
)
