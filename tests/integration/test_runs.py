"""Test runs beside each other on one machine, and after one that was killed."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import psutil
import pytest

from localdev.engines.embedded import EmbeddedEngine, known_engines
from localdev.errors import LocaldevError
from localdev.project import ROOT
from localdev.waiting import wait_until

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.only_on("embedded")

_SECONDS = 240.0


def _run(folder: Path, name: str) -> subprocess.Popen[str]:
    """A small run of its own, whose reports are not those of this run."""
    reports = [f"--junitxml={folder / name}.xml", f"--html={folder / name}.html", "-p", "no:cacheprovider"]
    selection = ["tests/integration", "-k", "test_pepperoni_succeeds", "--engine", "embedded"]
    return subprocess.Popen(
        [ROOT / "scripts" / "test", *selection, *reports],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def _emulator_of(run: subprocess.Popen[str]) -> EmbeddedEngine | None:
    for engine in known_engines():
        try:
            if engine.instance().owner == run.pid:
                return engine
        except LocaldevError:
            continue  # it has been stopped meanwhile
    return None


def test_two_runs_at_once_pass_and_sweep_what_a_killed_one_has_left(tmp_path: Path) -> None:
    killed = _run(tmp_path, "killed")
    left = wait_until(lambda: _emulator_of(killed), what="the emulator of a run", seconds=_SECONDS)
    process = psutil.Process(left.instance().pid)
    killed.kill()
    killed.communicate()
    assert process.is_running()

    runs = [_run(tmp_path, name) for name in ("one", "two")]
    try:
        said = [run.communicate(timeout=_SECONDS)[0] for run in runs]
    finally:
        for run in runs:
            run.kill()
            run.wait()

    for run, text in zip(runs, said, strict=True):
        assert run.returncode == 0, text
        assert " 1 passed" in f" {text}", text
    assert not process.is_running()
    assert not left.folder.exists()
    assert not left.folder.with_suffix(".lock").exists()
    assert [_emulator_of(run) for run in runs] == [None, None]
