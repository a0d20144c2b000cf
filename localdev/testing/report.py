"""Report the executions of each test, in the HTML report and in a Markdown summary."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from html import escape
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Final

from localdev.executions import signs
from localdev.executions.diagram import mermaid
from localdev.executions.graph import graph_of
from localdev.executions.report import history_text, path_line
from localdev.testing.drawing import scripts, styles

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    import pytest

    from localdev.executions.history import History
    from localdev.testing.reading import Reader
    from localdev.testing.running import Execution

_MOST_IN_SUMMARY: Final = 60
_STYLE: Final = """
:root { color-scheme: light; }
.execution { color: #1b1f27; }
.execution { margin: .5rem 0; padding: .5rem .8rem; border: 1px solid #d9dde5; border-radius: 8px; max-width: 70rem; }
.execution summary { cursor: pointer; font-weight: 600; }
.execution execution-graph { max-width: 44rem; margin: .6rem 0; }
.execution pre { white-space: pre-wrap; overflow-wrap: anywhere; background: #f5f6f8; padding: .5rem .8rem; }
.extraHTML { padding: .2rem .5rem; }
"""


@dataclass(frozen=True)
class Executed:
    """One execution that a test started."""

    name: str
    status: str
    path: str
    history: str
    """Status, way and every event, as plain text."""
    logged: str
    """The log lines of every invocation."""
    graph: str
    """JSON, as ``<execution-graph>`` takes it."""
    drawn: str
    """Mermaid."""


def executed(executions: Iterable[Execution]) -> list[Executed]:
    """Return what is known of executions; one that cannot be read says why."""
    found = []
    for each in executions:
        try:
            found.append(_executed(each.reader, each.arn, each.name))
        except Exception as error:  # noqa: BLE001 - a report of a failure must not fail itself
            found.append(Executed(each.name, "?", "", f"could not be read: {error!r}", "", "", ""))
    return found


def _executed(reader: Reader, arn: str, name: str) -> Executed:
    history, definition = reader.history(arn), reader.definition(arn)
    return Executed(
        name=name,
        status=history.status,
        path=path_line(history),
        history=history_text(history),
        logged="\n".join(_logged(reader, history)),
        graph=json.dumps(graph_of(definition, history).as_data()),
        drawn=mermaid(definition, history),
    )


def _logged(reader: Reader, history: History) -> Iterable[str]:
    for state, attempt, invocation in reader.invocations_of(history):
        yield f"{state}, attempt {attempt}, request {invocation.request_id}"
        yield from (f"  {line.message}" for line in invocation.lines)


def extra_html(found: Executed, *, is_open: bool) -> str:
    """Return an execution as a part of the HTML report, folded unless it is to be open."""
    graph = f'<execution-graph data-graph="{escape(found.graph)}"></execution-graph>' if found.graph else ""
    log = f"<h4>Log lines</h4><pre>{escape(found.logged)}</pre>" if found.logged else ""
    return (
        f'<details class="execution"{" open" if is_open else ""}>'
        f"<summary>{escape(found.name)} {escape(found.status)} {escape(found.path)}</summary>"
        f"{graph}<h4>Events</h4><pre>{escape(found.history)}</pre>{log}</details>"
    )


def page_parts() -> list[str]:
    """Return what the HTML report needs once, so that its graphs are drawn: styles and scripts, the console's own."""
    return [f"<style>{styles()}{_STYLE}</style>", *(f"<script>{script}</script>" for script in scripts())]


class Summary:
    """Collects what was executed, and appends it to a Markdown file at the end of the run."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._outcomes: dict[str, int] = {}
        self._failed: list[str] = []
        self._tests: list[tuple[str, str, list[Executed]]] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take the end of a test's phase."""
        if report.when == "call" or report.outcome != "passed":
            self._outcomes[report.outcome] = self._outcomes.get(report.outcome, 0) + 1
            if report.failed:
                self._failed.append(report.nodeid)
        found = [Executed(**each) for each in getattr(report, "executed", [])]
        if found:
            self._tests.append((report.nodeid, report.outcome, found))

    def pytest_sessionfinish(self) -> None:
        """Write the summary: the run has ended."""
        with self._path.open("a", encoding="utf-8") as file:
            file.write(self.markdown())

    def markdown(self) -> str:
        """Return the summary: how many, which failed, and every execution's graph."""
        counts = ", ".join(f"{count} {outcome}" for outcome, count in sorted(self._outcomes.items()))
        lines = ["## Tests", "", f"{counts or 'none run'}.", ""]
        lines += [f"- {signs.FAILED} `{nodeid}`" for nodeid in self._failed]
        shown = 0
        for nodeid, outcome, found in self._tests:
            if shown >= _MOST_IN_SUMMARY:
                lines += ["", "The executions of further tests are in the HTML report."]
                break
            shown += len(found)
            lines += ["", *_markdown_of(nodeid, outcome, found)]
        return "\n".join(lines) + "\n"


def _markdown_of(nodeid: str, outcome: str, found: list[Executed]) -> Iterable[str]:
    sign = signs.SUCCEEDED if outcome == "passed" else signs.FAILED
    yield f"<details{'' if outcome == 'passed' else ' open'}><summary>{sign} <code>{escape(nodeid)}</code></summary>"
    for each in found:
        yield ""
        yield f"`{each.name}` {each.status}"
        if each.drawn:
            yield f"\n```mermaid\n{each.drawn}```"
    yield "\n</details>"


def attach(report: Any, found: list[Executed]) -> None:
    """Add the executions to a test's report, for the summary and, where pytest-html is there, for the HTML report."""
    # plain data, without our own kinds of text: a report may come from another process
    report.executed = json.loads(json.dumps([asdict(each) for each in found]))
    if find_spec("pytest_html") is not None:
        from pytest_html import extras  # type: ignore[import-untyped]

        report.extras = [
            *getattr(report, "extras", []),
            *(extras.html(extra_html(each, is_open=report.failed)) for each in found),
        ]
