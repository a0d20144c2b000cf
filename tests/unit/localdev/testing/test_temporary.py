"""A test run's own temporary folder."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import psutil

from localdev.system.waiting import wait_until
from localdev.testing.temporary import own_temporary_folder


def test_what_is_made_meanwhile_is_in_the_folder_and_goes_with_it() -> None:
    before = tempfile.gettempdir()

    with own_temporary_folder() as folder:
        made = Path(tempfile.mkdtemp())
        assert made.parent == folder
        assert os.environ["TMPDIR"] == str(folder)

    assert not folder.exists()
    assert tempfile.gettempdir() == before


def _child_with(argument: str) -> psutil.Process | None:
    return next((child for child in psutil.Process().children() if argument in child.cmdline()), None)


def test_the_process_that_would_clean_up_ends_with_it() -> None:
    with own_temporary_folder() as folder:
        # a program that has just been started has no arguments yet: Linux sets them last
        supervisor = wait_until(lambda: _child_with(str(folder)), what="the supervisor", seconds=30)

    assert not supervisor.is_running()
