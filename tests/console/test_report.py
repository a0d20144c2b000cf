"""The HTML report of a test run, looked at in a browser: what failed is open, what passed is folded."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from localdev.system.project import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser

_SUITE = """
import json
from dataclasses import replace
from types import SimpleNamespace

import pytest

from executions.graph import graph_of
from tests.conftest import pytest_html_results_summary
from tests.integration import conftest as suite
from tests.unit.executions.conftest import recording
from tests.unit.test_reporting import recorded

pytest_runtest_makereport = suite.pytest_runtest_makereport
suite.executed = lambda _clients, names: [executed(name) for name in names]


def executed(name):
    found = recording(name)
    return replace(recorded(name), graph=json.dumps(graph_of(found.definition, found.history).as_data()))


class Recordings:
    kind = SimpleNamespace(name="recorded")
    clients = staticmethod(lambda: None)
    log_tail = staticmethod(lambda _lines: "the emulator's last words")


@pytest.fixture
def order(request):
    request.session.stash[suite._ENGINE] = Recordings()
    return request.node.stash.setdefault(suite._ORDERED, []).append
"""
_TESTS = """
def test_that_passes(order):
    order("choice")

def test_that_fails(order):
    order("choice_default_to_fail")
    assert "pizza" == "pineapple"
"""


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of a run of two tests with an execution each, hooked up as the integration tests are."""
    folder = tmp_path_factory.mktemp("suite")
    (folder / "conftest.py").write_text(_SUITE)
    (folder / "test_orders.py").write_text(_TESTS)
    (folder / "pytest.ini").write_text("[pytest]\n")
    result = subprocess.run(
        [sys.executable, "-m", "pytest", "--html=report.html", "--self-contained-html", "-p", "no:cacheprovider"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert "1 failed, 1 passed" in result.stdout, result.stdout + result.stderr
    return folder / "report.html"


def test_the_execution_of_a_failed_test_is_open_and_drawn_and_that_of_another_folded(
    browser: Browser, report: Path
) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 1600})
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(report.as_uri())

    failed = page.locator("tbody", has_text="test_that_fails")
    expect(failed.locator("details.execution")).to_have_attribute("open", "")
    expect(failed.locator("execution-graph svg").first).to_be_visible()
    expect(failed.get_by_text("ExecutionFailed").first).to_be_visible()
    expect(failed.get_by_text("the emulator's last words")).to_be_visible()

    passed = page.locator("tbody", has_text="test_that_passes")
    expect(passed.locator("details.execution")).to_be_hidden()
    passed.locator("td.col-result").click()
    expect(passed.locator("details.execution")).to_be_visible()
    expect(passed.locator("details.execution")).not_to_have_attribute("open", "")
    expect(passed.locator("execution-graph")).to_be_hidden()
    if shown := os.environ.get("SHOWN"):
        page.screenshot(path=shown, full_page=True)
    page.close()
    assert complaints == []
