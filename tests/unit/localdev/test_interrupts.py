"""Signals end a command, whenever they come."""

from __future__ import annotations

import subprocess
import sys

import pytest

from localdev.commands.cli import main
from localdev.system.processes import free_port
from localdev.system.project import ROOT

WAITS = """
import os, signal, threading
from localdev.system.interrupts import raise_keyboard_interrupt_on_signals

{begin}
raise_keyboard_interrupt_on_signals()

class Disposed:
    def __del__(self):
        {in_disposal}

try:
    Disposed()
    {afterwards}
    print("not interrupted" if not threading.Event().wait(10) else "")
except KeyboardInterrupt:
    print("interrupted")
"""


HEARS_A_HANG_UP = "signal.signal(signal.SIGHUP, signal.SIG_DFL)"
"""The tests themselves may run where it is ignored, under nohup."""


def _run(*, in_disposal: str = "pass", afterwards: str = "pass") -> subprocess.CompletedProcess[str]:
    program = WAITS.format(begin=HEARS_A_HANG_UP, in_disposal=in_disposal, afterwards=afterwards)
    return subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_a_signal_interrupts(name: str) -> None:
    assert _run(afterwards=f"os.kill(os.getpid(), signal.{name})").stdout == "interrupted\n"


def test_a_closed_terminal_does_what_ctrl_c_does_at_that_moment() -> None:
    ends = "signal.signal(signal.SIGINT, lambda *_: print('a graceful end')); signal.raise_signal(signal.SIGHUP)"

    assert _run(afterwards=f"{ends}; raise KeyboardInterrupt").stdout == "a graceful end\ninterrupted\n"


def test_a_hang_up_that_is_ignored_stays_so() -> None:
    program = WAITS.format(begin="", in_disposal="pass", afterwards="signal.raise_signal(signal.SIGHUP); os._exit(7)")
    result = subprocess.run(["nohup", sys.executable, "-c", program], cwd=ROOT, capture_output=True, check=False)

    assert result.returncode == 7


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_one_that_comes_while_an_object_is_disposed_of_is_not_lost(name: str) -> None:
    assert _run(in_disposal=f"signal.raise_signal(signal.{name})").stdout == "interrupted\n"


def test_another_exception_there_is_shown_as_ever() -> None:
    result = _run(in_disposal="raise ValueError('no dough')", afterwards="os.kill(os.getpid(), signal.SIGINT)")

    assert "no dough" in result.stderr


def test_a_verb_that_is_called_changes_nothing_of_the_process() -> None:
    before = sys.unraisablehook

    main(["down", "--port", str(free_port())])

    assert sys.unraisablehook is before
