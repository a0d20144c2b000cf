"""End a test run at once when its emulator has ended: every other test would wait for its time-out."""

from __future__ import annotations

import signal
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from localdev.system.interrupts import is_shielded

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator
    from types import FrameType

    from localdev.engines.base import Engine

_LOOK_SECONDS = 0.5
_LOG_LINES = 30


class Lifeline:
    """A plugin of pytest: fails the test that runs when an emulator ends, and stops the run."""

    def __init__(self) -> None:
        self._session: pytest.Session | None = None
        self._is_in_test = False
        self._ended: str | None = None
        self._held: list[Engine] = []

    @property
    def is_cut(self) -> bool:
        """Return whether an emulator has ended under its tests: nothing more can be asked of it."""
        return self._ended is not None

    @contextmanager
    def held_to(self, engine: Engine) -> Iterator[None]:
        """Watch an engine while the block runs; only one that is started here ends with it."""
        if not engine.kind.ends_with_us:
            yield
            return
        is_over = threading.Event()
        watcher = threading.Thread(target=self._watch, args=(engine, is_over), daemon=True, name="lifeline")
        signal.signal(signal.SIGUSR1, self._interrupt)
        watcher.start()
        self._held.append(engine)
        try:
            yield
        finally:
            self._held.remove(engine)
            is_over.set()
            watcher.join()

    def _watch(self, engine: Engine, is_over: threading.Event) -> None:
        from localdev.engines.registry import Options  # the plugin is imported by runs that start no engine

        # a client of Docker is no other thread's
        own = engine.kind.make(Options(port=int(str(engine.endpoint_url).rpartition(":")[2])))
        while not is_over.wait(_LOOK_SECONDS):
            if not own.is_up():
                self._cut(engine)
                signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGUSR1)
                # what the test's fixtures do afterwards may wait for an answer as well
                while not is_over.wait(_LOOK_SECONDS):
                    signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGUSR1)
                return

    def _cut(self, engine: Engine) -> None:
        log = engine.log_tail(_LOG_LINES)
        self._ended = f"The emulator at {engine.where} has ended. The last lines of its log:\n\n{log}"
        if self._session:
            self._session.shouldfail = f"the emulator at {engine.where} has ended"

    def _interrupt(self, _signal: int, _frame: FrameType | None) -> None:
        # an emulator that is being stopped must end all the same; the watcher sends the signal again
        if self._is_in_test and self._ended and not is_shielded():
            pytest.fail(self._ended, pytrace=False)

    @pytest.hookimpl
    def pytest_sessionstart(self, session: pytest.Session) -> None:
        """Remember the session, which is to stop."""
        self._session = session

    @pytest.hookimpl(wrapper=True, trylast=True)
    def pytest_runtest_setup(self) -> Generator[None, object, object]:
        """Let the set-up of a test be interrupted, or not begin."""
        return (yield from self._interruptible(begins=True))

    @pytest.hookimpl(wrapper=True, trylast=True)
    def pytest_runtest_call(self) -> Generator[None, object, object]:
        """Let a test be interrupted, or not begin."""
        return (yield from self._interruptible(begins=True))

    @pytest.hookimpl(wrapper=True, trylast=True)
    def pytest_runtest_teardown(self) -> Generator[None, object, object]:
        """Let what follows a test be interrupted."""
        return (yield from self._interruptible(begins=False))

    def _interruptible(self, *, begins: bool) -> Generator[None, object, object]:
        if begins and self._ended:
            pytest.fail(self._ended, pytrace=False)
        self._is_in_test = True
        try:
            return (yield)
        except Exception as error:
            # a test may get no answer before the watcher looks
            for engine in self._held:
                if not self._ended and not engine.is_up():
                    self._cut(engine)
            if self._ended:
                raise pytest.fail.Exception(self._ended, pytrace=False) from error
            raise
        finally:
            self._is_in_test = False


LIFELINE = Lifeline()
