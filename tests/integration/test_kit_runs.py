"""Runs of a suite that has nothing in its conftest: its tests on several cores, one emulator for all, and coverage."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from localdev.engines.embedded import EmbeddedEngine
from localdev.system.endpoints import endpoint_port
from localdev.system.project import ROOT

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.only_on("embedded")

_SECONDS = 240.0
_TESTS = """
import json, os
from pathlib import Path

import pytest

from localdev.system.waiting import wait_until

FOLDER = Path(__file__).parent


@pytest.mark.parametrize("flavour", ["margherita", "pineapple"])
def test_an_order(state_machine, localdev_engine, flavour):
    worker = os.environ["PYTEST_XDIST_WORKER"]
    (FOLDER / f"{worker}.json").write_text(json.dumps(localdev_engine.endpoint_url))
    # each worker has one of the two tests
    wait_until(lambda: len(list(FOLDER.glob("gw*.json"))) == 2 or None, what="the other worker", seconds=120)
    outcome = state_machine().start({"flavour": flavour}).wait()
    assert outcome.failed == (flavour == "pineapple")
"""


def _run(folder: Path, *options: str) -> str:
    (folder / "test_orders.py").write_text(_TESTS)
    (folder / "pytest.ini").write_text("[pytest]\n")
    arguments = ["-c", str(folder / "pytest.ini"), "-p", "localdev.testing.plugin", "-p", "no:cacheprovider"]
    run = subprocess.run(
        [sys.executable, "-m", "pytest", *arguments, "-n", "2", *options, str(folder)],
        cwd=ROOT,
        env={name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")},
        capture_output=True,
        text=True,
        check=False,
        timeout=_SECONDS,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    return run.stdout


def test_workers_share_one_emulator_which_ends_with_the_run_and_count_each_execution_once(tmp_path: Path) -> None:
    report = tmp_path / "coverage.json"

    said = _run(tmp_path, "--share-emulator", f"--sfn-cov-report=json:{report}", "--sfn-cov-context")

    assert "2 passed" in said
    endpoints = {json.loads(file.read_text()) for file in tmp_path.glob("gw*.json")}
    assert len(endpoints) == 1
    assert not EmbeddedEngine(endpoint_port(endpoints.pop())).folder.exists()
    (machine,) = json.loads(report.read_text())["machines"]
    assert (machine["machine"], machine["executions"]) == ("OrderWorkflow/StateMachine", 2)
    reached = {point["label"]: len(point["tests"]) for point in machine["points"]}
    assert reached["Fail “Sorry, We Dont add Pineapple”"] == 1
    assert reached["Task “Order Pizza Job”"] == 2
