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
import pytest

from localdev.testing.running import Execution
from tests.unit.executions.conftest import recording


class Recordings:
    \"\"\"Reads recorded executions.\"\"\"

    history = staticmethod(lambda arn: recording(arn.split(":")[7]).history)
    definition = staticmethod(lambda arn: recording(arn.split(":")[7]).definition)
    invocations = staticmethod(lambda attempt, history: [])
    invocations_of = staticmethod(lambda history: [])
    console_of = staticmethod(lambda arn: "")
    is_express = staticmethod(lambda arn: True)


@pytest.fixture
def order(localdev_case):
    def place(name):
        localdev_case.started(Execution(f"arn:aws:states:us-east-1:0:execution:machine:{name}", Recordings()))

    return place
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
    """Provide the report of a run of two tests with an execution each, hooked up as the integration tests are."""
    folder = tmp_path_factory.mktemp("suite")
    (folder / "conftest.py").write_text(_SUITE)
    (folder / "test_orders.py").write_text(_TESTS)
    (folder / "pytest.ini").write_text("[pytest]\n")
    result = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-p",
            "localdev.testing.plugin",
            "--html=report.html",
            "--self-contained-html",
            "-p",
            "no:cacheprovider",
        ],
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
    expect(failed.get_by_text("the state that failed").first).to_be_visible()

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
