"""Telling a process from another that has its id."""

from __future__ import annotations

import os
import subprocess
import sys

import psutil
import pytest

from localdev.engines.embedded import Instance
from localdev.system.processes import is_process, started_at

US = os.getpid()


@pytest.fixture
def clock_set_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """Set the clock of the machine back by an hour, which changes the time at which it says that it was booted."""
    if not psutil.LINUX:
        pytest.skip("elsewhere only the time of day is known")
    linux = vars(psutil)["_pslinux"]
    booted = linux.boot_time()
    monkeypatch.setattr(linux, "boot_time", lambda: booted - 3600)


def test_a_process_is_the_same_after_the_clock_was_set(request: pytest.FixtureRequest) -> None:
    instance = Instance(US, started_at(US) or 0.0, 4566, US, started_at(US))
    created = psutil.Process(US).create_time()

    request.getfixturevalue("clock_set_back")

    assert psutil.Process(US).create_time() == pytest.approx(created - 3600)
    assert (instance.is_running(), instance.is_orphaned()) == (True, False)


def test_a_process_that_an_older_version_wrote_down_by_the_time_of_day_is_found() -> None:
    assert is_process(US, psutil.Process(US).create_time())


def test_another_process_with_its_id_is_not_the_one() -> None:
    started = started_at(US)
    assert started is not None
    assert not is_process(US, started + 1)
    assert not is_process(US, None)


def test_a_process_that_has_ended_is_none() -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()

    assert started_at(ended.pid) is None
    assert not is_process(ended.pid, 0.0)


def test_a_zombie_is_none() -> None:
    child = subprocess.Popen([sys.executable, "-c", ""])
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    try:
        assert started_at(child.pid) is None
    finally:
        child.wait()
