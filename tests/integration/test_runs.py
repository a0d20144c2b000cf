"""Test runs beside each other on one machine, and after one that was killed."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

import psutil
import pytest

from localdev.engines.embedded import EmbeddedEngine, known_engines
from localdev.system.errors import LocaldevError
from localdev.system.project import ROOT
from localdev.system.waiting import wait_until
from tests.report_files import hold

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.only_on("embedded")

_SECONDS = 240.0


def _run() -> subprocess.Popen[str]:
    """Return a small run of its own."""
    selection = ["tests/integration", "-k", "test_pepperoni_succeeds", "--engine", "embedded"]
    return subprocess.Popen(
        [ROOT / "scripts" / "test", *selection, "-p", "no:cacheprovider"],
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


def _reports(said: str) -> list[Path]:
    """Return the files that a run said it has written: JUnit's, and the page."""
    pages = [unquote(url) for url in re.findall(r"report: file://(\S+)", said)]
    return [Path(path) for path in (*re.findall(r"generated xml file: (.+\.xml)", said), *pages)]


@pytest.fixture
def reports() -> Iterator[None]:
    """The place for reports, taken: by this run, or by the test where this run writes none."""
    place = hold(ROOT / "reports")
    yield
    if place:
        place.leave()


@pytest.mark.usefixtures("reports")
def test_two_runs_at_once_pass_and_sweep_what_a_killed_one_has_left() -> None:
    killed = _run()
    left = wait_until(lambda: _emulator_of(killed), what="the emulator of a run", seconds=_SECONDS)
    process = psutil.Process(left.instance().pid)
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


def test_a_run_that_is_told_to_end_stops_its_emulator() -> None:
    run = _run()
    engine = wait_until(lambda: _emulator_of(run), what="the emulator of a run", seconds=_SECONDS)
    process = psutil.Process(engine.instance().pid)

    run.terminate()
    run.communicate(timeout=_SECONDS)

    assert not process.is_running()
    assert not engine.folder.exists()
