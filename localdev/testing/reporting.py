"""Adds to a test's report what happened on the other side: its executions, and what the kit has noted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from localdev.testing.explaining import explanation
from localdev.testing.lifeline import LIFELINE

if TYPE_CHECKING:
    import pytest

    from localdev.testing.case import Case
    from localdev.testing.running import Execution

_MOST: Final = 5
_MOST_SHOWN_NOTES: Final = 50


def complete(report: Any, case: Case, *, executions: bool) -> None:
    """Add the executions and the notes of a test to its report.

    ``executions`` says that somebody reads every execution with its graph, and not only those of a failed test.
    """
    if report.when == "teardown":
        report.localdev_notes = list(case.shown)
    if LIFELINE.is_cut:
        return
    if report.failed:
        report.sections += _explained(case)
    if report.failed or report.when == "teardown":
        report.sections += case.notes
    if executions and not report.skipped and (report.when == "call" or report.failed):
        from localdev.testing.report import attach, executed

        attach(report, executed(_first(case)))


def _explained(case: Case) -> list[tuple[str, str]]:
    return [(f"execution {each.name}", _explanation_or_why_not(each)) for each in _first(case)]


def _first(case: Case) -> list[Execution]:
    return list(case.executions.values())[:_MOST]


def _explanation_or_why_not(execution: Execution) -> str:
    try:
        return explanation(execution.reader, execution.arn)
    except Exception as error:  # noqa: BLE001 - a report of a failure must not fail itself
        return f"could not be read: {error!r}"


def print_notes(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what the kit has noted of the tests, whether they passed or not."""
    notes = [
        (report.nodeid, title, text)
        for reports in terminalreporter.stats.values()
        for report in reports
        for title, text in getattr(report, "localdev_notes", ())
    ]
    if notes:
        terminalreporter.section("serverless workflows")
    for nodeid, title, text in notes[:_MOST_SHOWN_NOTES]:
        terminalreporter.line(f"{nodeid}: {title}")
        for line in text.splitlines():
            terminalreporter.line(f"  {line}")
