"""A synthesis of the real app: wherever the checkout is, and however it ends."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
from typing import TYPE_CHECKING

import psutil
import pytest

from localdev.deployment import cdk
from localdev.system.project import JSII_CACHE, ROOT, STATE
from localdev.system.waiting import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# nothing is deployed: once is enough, whatever engines the other tests run on
pytestmark = pytest.mark.only_on("embedded")
_SECONDS = 120.0
_PROGRAM = """
import sys
from pathlib import Path
from localdev.deployment import cdk
from localdev.system import interrupts
interrupts.raise_keyboard_interrupt_on_signals()
cdk.synthesize(output=Path(sys.argv[1]))
"""


def _temporary_folders_of(process: psutil.Process) -> list[Path]:
    """Return those in which jsii has its modules by now."""
    return [folder for folder in STATE.glob(f".synthesis-{process.pid}-*") if any(folder.glob("jsii-kernel-*"))]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_one_that_is_interrupted_leaves_no_folder_and_no_process(tmp_path: Path, number: signal.Signals) -> None:
    started = subprocess.Popen(
        [sys.executable, "-c", _PROGRAM, tmp_path / "out"], cwd=ROOT, stderr=subprocess.DEVNULL, process_group=0
    )
    process = psutil.Process(started.pid)
    (folder,) = wait_until(lambda: _temporary_folders_of(process) or None, what="the app's run-time", seconds=_SECONDS)
    descendants = process.children(recursive=True)

    os.killpg(started.pid, number)
    started.wait(timeout=_SECONDS)

    _, alive = psutil.wait_procs(descendants, timeout=20)
    assert alive == []
    assert not folder.exists()


@pytest.fixture
def shared() -> Iterator[None]:
    """Provide a checkout that was made with umask 002."""
    home = JSII_CACHE.parents[3]
    mode = home.stat().st_mode
    home.chmod(mode | stat.S_IWGRP)
    yield
    home.chmod(mode)


@pytest.mark.usefixtures("shared")
def test_a_checkout_that_a_group_can_write_to_will_do(tmp_path: Path) -> None:
    assert (cdk.synthesize(output=tmp_path / "out") / "manifest.json").exists()
