"""Ctrl-C, and a polite end from outside, as one exception that is never lost: set once, when a process starts."""

import os
import signal
import sys
import threading
from types import FrameType

_AGAIN_SECONDS = 0.05


def raise_keyboard_interrupt_on_signals() -> None:
    """Let SIGINT and SIGTERM raise ``KeyboardInterrupt``; SIGINT also where a shell's ``&`` had it ignored."""
    signal.signal(signal.SIGTERM, _interrupt)
    signal.signal(signal.SIGINT, _interrupt)
    sys.unraisablehook = _interrupt_again


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _interrupt_again(swallowed: "sys.UnraisableHookArgs") -> None:
    """Raise an interrupt again that came while Python disposed of an object, where it drops every exception."""
    if issubclass(swallowed.exc_type, KeyboardInterrupt):
        threading.Timer(_AGAIN_SECONDS, os.kill, (os.getpid(), signal.SIGINT)).start()
    else:
        sys.__unraisablehook__(swallowed)
