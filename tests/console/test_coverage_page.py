"""The page of ``--sfn-cov-report=html``, looked at in a browser."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

from playwright.sync_api import expect

from localdev.executions.coverage_counts import counts_of
from localdev.testing.coverage.data import CoverageData, Covered
from localdev.testing.coverage.page import page
from tests.unit.executions.conftest import recording

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser


def test_what_was_not_reached_is_red_and_a_click_on_a_state_shows_its_tests(browser: Browser, tmp_path: Path) -> None:
    found = recording("choice_default_to_fail")
    covered = Covered("Orders", json.dumps(found.document["definition"]))
    covered.add("one", "tests/test_orders.py::test_small", counts_of(found.definition, found.history))
    file = tmp_path / "coverage.html"
    file.write_text(page(CoverageData([covered])))
    tab = browser.new_page(viewport={"width": 1280, "height": 1000})
    complaints: list[str] = []
    tab.on("pageerror", lambda error: complaints.append(str(error)))

    tab.goto(file.as_uri())

    missed = [
        place.state.name for place in found.definition.walk() if not list(found.history.visits_of(place.state.name))
    ]
    expect(tab.locator(".mark-not-reached")).to_have_count(len(missed))
    face = tab.locator(".mark-not-reached .face").first
    assert face.evaluate("face => getComputedStyle(face).strokeDasharray") != "none"
    expect(tab.locator(".edge-label.taken").first).to_contain_text("1")
    expect(tab.get_by_text("tests/test_orders.py::test_small").first).to_be_hidden()
    tab.locator("a[data-state='By size']").click()
    expect(tab.locator("details[data-of='By size']")).to_have_attribute("open", "")
    expect(
        tab.locator("details[data-of='By size']").get_by_text("tests/test_orders.py::test_small").first
    ).to_be_visible()
    if shown := os.environ.get("SHOWN"):
        tab.screenshot(path=shown, full_page=True)
    tab.close()
    assert complaints == []
