"""Test runs beside each other on one machine, and after one that was killed."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

import psutil
import pytest

from localdev.engines.embedded import EmbeddedEngine, known_engines
from localdev.engines.local import is_ready
from localdev.system.errors import LocaldevError
from localdev.system.project import ROOT
from localdev.system.waiting import wait_until
from tests.report_files import hold

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.only_on("embedded")

_SECONDS = 240.0
_AT_ONCE_SECONDS = 20.0
"""What it takes to deploy, at most, and to write the reports."""


def _run(*options: str, temporary: Path | None = None) -> subprocess.Popen[str]:
    """Return a small run of its own."""
    selection = ["tests/integration", "-k", "test_pepperoni_succeeds", "--engine", "embedded"]
    return subprocess.Popen(
        [ROOT / "scripts" / "test", *selection, "-p", "no:cacheprovider", *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
        env={**os.environ, **({"TMPDIR": str(temporary)} if temporary else {})},
    )


def _emulator_of(run: subprocess.Popen[str]) -> EmbeddedEngine | None:
    for engine in known_engines():
        try:
            owner = engine.instance().owner
        except LocaldevError:
            continue  # it has been stopped meanwhile
        if owner and owner in {run.pid, *_children(run.pid)}:
            return engine
    return None


def _children(pid: int) -> list[int]:
    """Return a run's workers, and what else it has started."""
    with contextlib.suppress(psutil.NoSuchProcess):
        return [child.pid for child in psutil.Process(pid).children()]
    return []


def _deploys(engine: EmbeddedEngine) -> bool | None:
    """Return whether a stack of the app's is there; the CDK's own comes with the emulator."""
    if not is_ready(engine.endpoint_url):
        return None
    stacks = engine.clients().client("cloudformation").list_stacks()["StackSummaries"]
    return any(stack["StackName"] != "CDKToolkit" for stack in stacks) or None


def _supervisor_of(run: subprocess.Popen[str]) -> psutil.Process:
    (found,) = [
        child
        for child in psutil.Process(run.pid).children()
        if any("supervisor" in argument for argument in child.cmdline())
    ]
    return found


def _reports(said: str) -> list[Path]:
    """Return the files that a run said it has written: JUnit's, and the page."""
    pages = [unquote(url) for url in re.findall(r"report: file://(\S+)", said)]
    return [Path(path) for path in (*re.findall(r"generated xml file: (.+\.xml)", said), *pages)]


@pytest.fixture
def reports() -> Iterator[None]:
    """Provide the place for reports, taken: by this run, or by the test where this run writes none."""
    place = hold(ROOT / "reports")
    yield
    if place:
        place.leave()


@pytest.mark.usefixtures("reports")
def test_two_runs_at_once_pass_and_sweep_what_a_killed_one_has_left() -> None:
    killed = _run()
    left = wait_until(lambda: _emulator_of(killed), what="the emulator of a run", seconds=_SECONDS)
    process = psutil.Process(left.instance().pid)
    _supervisor_of(killed).kill()
    killed.kill()
    killed.communicate()
    assert process.is_running()

    runs = [_run(), _run()]
    try:
        said = [run.communicate(timeout=_SECONDS)[0] for run in runs]
    finally:
        for run in runs:
            run.kill()
            run.wait()

    for run, text in zip(runs, said, strict=True):
        assert run.returncode == 0, text
        assert " 1 passed" in f" {text}", text
    written = [path for text in said for path in _reports(text)]
    assert len(set(written)) == 4
    assert [path.read_text().count("test_pepperoni_succeeds") > 0 for path in written] == [True] * 4
    assert not process.is_running()
    assert not left.folder.exists()
    assert not left.folder.with_suffix(".lock").exists()
    assert [_emulator_of(run) for run in runs] == [None, None]


@pytest.mark.parametrize("workers", ["0", "2"])
def test_a_killed_run_leaves_no_process_no_folder_and_no_temporary_file(tmp_path: Path, workers: str) -> None:
    run = _run("-n", workers, temporary=tmp_path)
    engine = wait_until(lambda: _emulator_of(run), what="the emulator of a run", seconds=_SECONDS)
    started = psutil.Process(run.pid).children(recursive=True)

    run.kill()
    run.communicate()

    wait_until(
        lambda: None if any(process.is_running() for process in started) else True,
        what="all that the run has started to end",
        seconds=_SECONDS,
    )
    assert list(tmp_path.iterdir()) == []
    assert not engine.folder.exists()


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGHUP])
def test_ctrl_c_and_a_closed_terminal_stop_the_emulators_of_all_workers(tmp_path: Path, ending: signal.Signals) -> None:
    run = _run("-n", "2", temporary=tmp_path)
    engine = wait_until(lambda: _emulator_of(run), what="the emulator of a run", seconds=_SECONDS)
    started = psutil.Process(run.pid).children(recursive=True)

    # a terminal tells all of its processes
    os.killpg(run.pid, ending)
    run.communicate(timeout=_SECONDS)

    assert [process for process in started if process.is_running()] == []
    assert not engine.folder.exists()
    assert list(tmp_path.iterdir()) == []


def test_a_run_whose_emulator_dies_says_so_at_once() -> None:
    run = _run()
    engine = wait_until(lambda: _emulator_of(run), what="the emulator of a run", seconds=_SECONDS)
    wait_until(lambda: _deploys(engine), what="the run to deploy", seconds=_SECONDS)

    psutil.Process(engine.instance().pid).kill()
    died = time.monotonic()
    said, _ = run.communicate(timeout=_SECONDS)

    assert run.returncode == 1
    assert "has ended" in said
    assert time.monotonic() - died < _AT_ONCE_SECONDS


def test_a_run_that_is_shown_to_end_stops_its_emulator() -> None:
    run = _run()
    engine = wait_until(lambda: _emulator_of(run), what="the emulator of a run", seconds=_SECONDS)
    process = psutil.Process(engine.instance().pid)

    run.terminate()
    run.communicate(timeout=_SECONDS)

    assert not process.is_running()
    assert not engine.folder.exists()
