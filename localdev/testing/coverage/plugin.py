"""The hooks of ``--sfn-cov``: collects in every process, reports in the one that runs them."""

from __future__ import annotations

import os
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

from localdev.system.errors import LocaldevError
from localdev.testing.coverage.collecting import Collector, Tests
from localdev.testing.coverage.data import CoverageData
from localdev.testing.coverage.options import FILES

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

    from localdev.testing.stacks import Stacks

_OUTPUT: Final = "localdev_coverage"
_SUMMARY: Final = "GITHUB_STEP_SUMMARY"


class CoveragePlugin:
    """Collects and reports what one run has reached."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._reports = [_report(each) for each in config.getoption("--sfn-cov-report")] or [("term", None)]
        self._is_worker = hasattr(config, "workerinput")
        self.tests = Tests()
        self.data = CoverageData()

    @contextmanager
    def collecting(self, stacks: Stacks, *, alone: bool) -> Iterator[None]:
        """Collect at the end of the block what was executed on the stacks in it."""
        collector = Collector(stacks, alone=alone)
        yield
        self.data.merge(collector.collect(self.tests))

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        """Take the time of each test."""
        began = datetime.now(UTC)
        result = yield
        self.tests.take_time(item.nodeid, began)
        return result

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Take what a worker of pytest-xdist has found; one that crashed has not found anything."""
        text = getattr(node, "workeroutput", {}).get(_OUTPUT)
        if text:
            self.data.merge(CoverageData.of_text(text))
        else:
            self.data.remarks.append(f"The worker {node.gateway.id} has ended without saying what its tests reached.")

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Hand on what was found; in the process that runs the others, fail the run where it is too little."""
        if self._is_worker:
            self._config.workeroutput[_OUTPUT] = self.data.as_text()  # type: ignore[attr-defined]
        elif self._shortfall() and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Write the reports."""
        from localdev.testing.coverage.texts import terminal_lines

        terminalreporter.section("state machine coverage")
        context = bool(self._config.getoption("--sfn-cov-context"))
        for kind, file in self._reports:
            if kind == "term":
                for line in terminal_lines(self.data, context=context):
                    terminalreporter.line(line)
            else:
                path = self._write(kind, file, context=context)
                terminalreporter.line(f"{kind} report: {path}")
        if shortfall := self._shortfall():
            terminalreporter.line(shortfall, red=True)

    def _shortfall(self) -> str | None:
        """Return what to say where too little was reached; nothing at all is too little."""
        wanted = self._config.getoption("--sfn-cov-fail-under")
        reached = self.data.percent()
        if wanted is None or (reached is not None and reached >= wanted):
            return None
        found = "no execution of a state machine was seen" if reached is None else f"{reached:g} % was reached"
        return f"FAIL Required state machine coverage of {wanted:g} %, but {found}."

    def _write(self, kind: str, file: str | None, *, context: bool) -> Path:
        path = Path(file or FILES[kind])
        text = _rendered(kind, self.data, context=context)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        if kind == "markdown" and (summary := os.environ.get(_SUMMARY)):
            with Path(summary).open("a", encoding="utf-8") as out:
                out.write(text)
        return path


def _report(text: str) -> tuple[str, str | None]:
    kind, _, file = text.partition(":")
    if kind != "term" and kind not in FILES:
        raise pytest.UsageError(f"--sfn-cov-report: expected term, {', '.join(FILES)}; found {kind!r}.")
    return kind, file or None


def _rendered(kind: str, data: CoverageData, *, context: bool) -> str:
    from localdev.testing.coverage import page, texts

    renderers: dict[str, Callable[[], str]] = {
        "html": lambda: page.page(data),
        "json": lambda: texts.as_json(data),
        "markdown": lambda: texts.markdown(data, context=context),
        "cobertura": lambda: texts.cobertura(data),
    }
    try:
        return renderers[kind]()
    except OSError as error:
        raise LocaldevError(f"The coverage's {kind} report could not be made: {error}.") from error
