"""Test what a test run leaves to be read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import pytest

from localdev.executions.diagram import mermaid
from localdev.executions.report import history_text, path_line
from localdev.testing.report import Executed, Summary, attach, extra_html, page_parts
from tests.unit.executions.conftest import recording

if TYPE_CHECKING:
    from pathlib import Path


def recorded(name: str) -> Executed:
    """Return what a report carries of a recorded execution."""
    found = recording(name)
    return Executed(
        name=name,
        status=found.history.status,
        path=path_line(found.history),
        history=history_text(found.history),
        logged="<script>alert(1)</script>",
        graph='{"nodes": ["\\"<b>\\""]}',
        drawn=mermaid(found.definition, found.history),
    )


def _report(outcome: Literal["passed", "failed"], name: str | None = None) -> Any:
    report = pytest.TestReport(
        f"tests/test_x.py::{outcome}",
        ("tests/test_x.py", 1, "x"),
        {},
        outcome,
        None,
        "call",
    )
    if name:
        attach(report, [recorded(name)])
    return report


def test_an_execution_is_open_in_the_report_of_a_failed_test_and_folded_in_that_of_another() -> None:
    assert '<details class="execution" open>' in _report("failed", "choice").extras[0]["content"]
    assert '<details class="execution">' in _report("passed", "choice").extras[0]["content"]


def test_the_report_shows_an_executions_graph_events_and_log_lines_as_text() -> None:
    html = extra_html(recorded("choice_default_to_fail"), is_open=True)

    assert "By size ✓ → Small ✗" in html
    assert "ExecutionFailed" in html
    assert "&lt;script&gt;" in html
    assert "<script>" not in html
    assert 'data-graph="{&quot;nodes&quot;: [&quot;\\&quot;&lt;b&gt;' in html


def test_the_report_can_draw_its_graphs_without_a_network() -> None:
    page = "".join(page_parts())

    assert "customElements.define" in page
    assert "var dagre" in page
    assert "src=" not in page.split("customElements")[0][:200]


def test_the_summary_is_appended_with_the_graph_of_every_execution(tmp_path: Path) -> None:
    file = tmp_path / "summary.md"
    file.write_text("# Before\n")
    summary = Summary(file)
    for report in (_report("passed", "choice"), _report("failed", "choice_default_to_fail"), _report("passed")):
        summary.pytest_runtest_logreport(report)
    summary.pytest_sessionfinish()

    said = file.read_text()
    assert said.startswith("# Before\n## Tests\n\n1 failed, 2 passed.\n")
    assert "- ✗ `tests/test_x.py::failed`" in said
    assert said.count("```mermaid") == 2
    assert "<details><summary>✓ <code>tests/test_x.py::passed</code>" in said
    assert "<details open><summary>✗ <code>tests/test_x.py::failed</code>" in said


def test_a_summary_ends_where_it_would_be_too_long(tmp_path: Path) -> None:
    summary = Summary(tmp_path / "summary.md")
    for _ in range(70):
        summary.pytest_runtest_logreport(_report("passed", "choice"))

    assert summary.markdown().count("```mermaid") == 60
    assert "further tests are in the HTML report" in summary.markdown()
