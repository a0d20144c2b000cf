"""Ctrl-C, a closed terminal and a polite end from outside, as one exception that is never lost.

Set once, when a process starts.
"""

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from types import FrameType

_AGAIN_SECONDS = 0.05
_IS_SHIELDED = ContextVar("is_shielded", default=False)


@contextmanager
def shielded() -> Iterator[None]:
    """Put off what a signal of our own would interrupt, such as that of the tests' lifeline. Ctrl-C still does."""
    before = _IS_SHIELDED.set(True)
    try:
        yield
    finally:
        _IS_SHIELDED.reset(before)


def is_shielded() -> bool:
    """Return whether this thread does what only Ctrl-C may interrupt."""
    return _IS_SHIELDED.get()


def raise_keyboard_interrupt_on_signals() -> None:
    """Let SIGINT, SIGTERM and SIGHUP raise ``KeyboardInterrupt``; SIGINT also where a shell's ``&`` had it ignored.

    A SIGHUP that is ignored stays so: ``nohup`` is how a person asks for it.
    """
    signal.signal(signal.SIGTERM, _interrupt)
    signal.signal(signal.SIGINT, _interrupt)
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        signal.signal(signal.SIGHUP, _hang_up)
    sys.unraisablehook = _interrupt_again


def _hang_up(_signal: int, _frame: FrameType | None) -> None:
    """Do what Ctrl-C does at this moment: a server may have a handler of its own for that."""
    signal.raise_signal(signal.SIGINT)


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _interrupt_again(swallowed: "sys.UnraisableHookArgs") -> None:
    """Raise an interrupt again that came while Python disposed of an object, where it drops every exception."""
    if issubclass(swallowed.exc_type, KeyboardInterrupt):
        import threading  # no command needs it to begin with

        threading.Timer(_AGAIN_SECONDS, os.kill, (os.getpid(), signal.SIGINT)).start()
    else:
        sys.__unraisablehook__(swallowed)
