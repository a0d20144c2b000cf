"""``--sfn-cov``: what is reported, and how runs fail."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import pytest

from localdev.deployment.resources import STATE_MACHINE, Resource
from localdev.executions.coverage import coverage_of
from localdev.executions.coverage_counts import counts_of
from localdev.testing.coverage.collecting import Collector, Tests
from localdev.testing.coverage.data import CoverageData, Covered
from localdev.testing.coverage.texts import markdown, summary_line, table, terminal_lines
from tests.unit.executions.conftest import recording
from tests.unit.localdev.testing.runs import run_pytest

if TYPE_CHECKING:
    from pathlib import Path

pytest_plugins = ["pytester"]

_CONFTEST = """
import json
import pytest
from localdev.executions.coverage_counts import counts_of
from localdev.testing.coverage.data import Covered
from tests.unit.executions.conftest import recording


@pytest.fixture
def execution(request):
    def run(name, machine="Orders"):
        found = recording(name)
        coverage = request.config.pluginmanager.get_plugin("localdev-coverage")
        covered = coverage.data.of(Covered(machine, json.dumps(found.document["definition"])))
        counts = counts_of(covered.definition, found.history)
        covered.add(f"{request.node.nodeid} {name}", request.node.nodeid, counts)
    return run
"""
_TESTS = """
def test_small(execution): execution("choice_default_to_fail")

def test_again(execution): execution("choice_default_to_fail")
"""


def _run(pytester: pytest.Pytester, *options: str, tests: str = _TESTS) -> pytest.RunResult:
    pytester.makeconftest(_CONFTEST)
    pytester.makepyfile(tests)
    return run_pytest(pytester, *options)


def _data(*names: str, machine: str = "Orders", test: str = "t.py::test") -> CoverageData:
    data = CoverageData()
    for number, name in enumerate(names):
        found = recording(name)
        document = json.dumps(found.document["definition"])
        data.of(Covered(machine, document)).add(
            f"{machine} {name} {number}", test, counts_of(found.definition, found.history)
        )
    return data


def test_the_terminal_says_what_was_not_reached_and_where_it_stands(pytester: pytest.Pytester) -> None:
    result = _run(pytester, "--sfn-cov")
    result.stdout.fnmatch_lines(
        ["*state machine coverage*", "machine*executions*total*", "Orders*2*", "*not reached*", "*✗*States*"]
    )
    assert result.ret == pytest.ExitCode.OK


def test_without_the_option_nothing_is_said(pytester: pytest.Pytester) -> None:
    result = _run(pytester, tests="def test_it(): pass")
    assert "coverage" not in result.stdout.str()


def test_the_context_names_the_tests(pytester: pytest.Pytester) -> None:
    result = _run(pytester, "--sfn-cov-context")
    result.stdout.fnmatch_lines(["Orders: reached by", "*✓ Choice*", "*::test_again", "*::test_small"])


@pytest.mark.parametrize(("percent", "status"), [("10", pytest.ExitCode.OK), ("100", pytest.ExitCode.TESTS_FAILED)])
def test_too_little_fails_the_run(pytester: pytest.Pytester, percent: str, status: pytest.ExitCode) -> None:
    assert _run(pytester, "--sfn-cov-fail-under", percent).ret == status


def test_no_execution_at_all_is_said_and_is_too_little(pytester: pytest.Pytester) -> None:
    result = _run(pytester, "--sfn-cov-fail-under", "1", tests="def test_it(): pass")
    result.stdout.fnmatch_lines(["No execution of a state machine*", "FAIL Required*no execution*"])
    assert result.ret == pytest.ExitCode.TESTS_FAILED


def test_an_unknown_kind_of_report_is_refused_with_those_that_there_are(pytester: pytest.Pytester) -> None:
    result = _run(pytester, "--sfn-cov-report", "pdf")
    result.stderr.fnmatch_lines(["*expected term, html, json, markdown, cobertura; found 'pdf'*"])
    assert result.ret == pytest.ExitCode.USAGE_ERROR


def test_workers_of_xdist_are_added_up(pytester: pytest.Pytester) -> None:
    result = _run(pytester, "--sfn-cov-report", "json:all.json", "-n", "2")
    document = json.loads((pytester.path / "all.json").read_text())
    assert result.ret == pytest.ExitCode.OK, result.stdout.str()
    assert [(each["machine"], each["executions"]) for each in document["machines"]] == [("Orders", 2)]


def test_the_files_are_written_where_they_are_wanted(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary.md"))
    kinds = {"html": "a/c.html", "json": "c.json", "markdown": "c.md", "cobertura": "c.xml"}
    _run(pytester, *(f"--sfn-cov-report={kind}:{file}" for kind, file in kinds.items()))
    pages = {kind: (pytester.path / file).read_text() for kind, file in kinds.items()}
    assert "customElements.define" in pages["html"]
    assert json.loads(pages["json"])["machines"][0]["points"][0]["tests"] == [
        "test_the_files_are_written_where_they_are_wanted.py::test_again",
        "test_the_files_are_written_where_they_are_wanted.py::test_small",
    ]
    assert pages["markdown"] == (tmp_path / "summary.md").read_text()
    root = ET.fromstring(pages["cobertura"])  # noqa: S314 - written just now
    lines = root.findall(".//class[@name='Orders']/lines/line")
    assert {line.get("hits") for line in lines} == {"0", "2"}


def test_markdown_draws_what_was_not_reached_red_and_dashed() -> None:
    text = markdown(_data("choice_default_to_fail"))
    assert "```mermaid" in text
    assert "stroke-dasharray" in text
    assert "linkStyle" in text


def test_a_state_called_like_markup_is_text_in_every_report() -> None:
    from localdev.testing.coverage.page import page

    data = _data("markup")
    assert "<script>alert" not in page(data).split("</style>")[1].partition("<script>")[0]
    assert "<img" not in markdown(data).replace("\\<img", "")


def test_two_definitions_of_one_machine_are_two_versions() -> None:
    data = _data("task")
    data.merge(_data("choice"))
    assert list(data.titles().values()) == ["Orders (version 1)", "Orders (version 2)"]
    assert [row[0] for row in table(data)] == ["machine", "Orders (version 1)", "Orders (version 2)"]


def test_what_two_processes_have_seen_of_one_execution_is_counted_once() -> None:
    data = _data("task")
    data.merge(CoverageData.of_text(_data("task").as_text()))
    assert summary_line(data).endswith("1 execution of 1 machine.")


def test_the_test_that_one_process_knows_of_is_kept() -> None:
    data = _data("task", test="")
    data.merge(_data("task"))
    (covered,) = data
    assert set(map(tuple, covered.tests().values())) == {("t.py::test",)}


def test_the_data_says_what_the_histories_say() -> None:
    found = recording("parallel_caught")
    (covered,) = CoverageData.of_text(_data("parallel_caught", "parallel_caught").as_text())
    once = coverage_of(found.definition, [found.history])
    assert {point.key: covered.coverage().count(point) for point in covered.points} == {
        point.key: 2 * once.count(point) for point in once.points
    }


def test_a_remark_is_printed() -> None:
    assert "it was so" in [*terminal_lines(CoverageData(remarks=["it was so"]))]


# collecting

_NOW = datetime.now(UTC)
_ARN = "arn:aws:states:us-east-1:000000000000:stateMachine:orders"


class _StepFunctions:
    """A machine whose definition is updated after it has been looked at the first time."""

    def __init__(self, definitions: list[str], executions: dict[str, str], kind: str = "STANDARD") -> None:
        self._definitions = iter(definitions)
        self._executions = executions
        """The definition that each ran, by the execution's ARN."""
        self._kind = kind
        self.started = _NOW + timedelta(minutes=1)
        """When the executions started, by the machine's own clock."""
        self._lists = 0

    def describe_state_machine(self, **_: Any) -> dict[str, Any]:
        return {"definition": next(self._definitions), "type": self._kind}

    def describe_state_machine_for_execution(self, *, executionArn: str) -> dict[str, Any]:  # noqa: N803 - boto3's
        return {"definition": self._executions[executionArn]}

    def get_paginator(self, _: str) -> Any:
        def paginate(**_: Any) -> list[dict[str, Any]]:
            # none but the old one is there at first
            newest = [{"executionArn": arn, "startDate": self.started} for arn in self._executions if self._lists]
            self._lists += 1
            return [{"executions": [*newest, {"executionArn": "old", "startDate": _NOW - timedelta(days=1)}]}]

        return SimpleNamespace(paginate=paginate)


def _stacks(client: _StepFunctions) -> Any:
    def history(arn: str) -> Any:
        return recording(arn.rpartition(":")[2]).history

    reader = SimpleNamespace(
        clients=SimpleNamespace(client=lambda _: client),
        history=history,
        ended_history=history,
        express_executions=lambda _: SimpleNamespace(rows=()),
    )
    machine = Resource("Shop", "Orders", _ARN, STATE_MACHINE)
    return SimpleNamespace(
        reader_of=lambda _: reader,
        reader_at=lambda _: reader,
        engine=SimpleNamespace(where="here"),
        machines=lambda: [machine],
    )


def _definition(name: str) -> str:
    return json.dumps(recording(name).document["definition"])


def test_every_execution_since_the_deployment_is_counted_and_none_before() -> None:
    client = _StepFunctions([_definition("task")] * 2, {"a:task": ""})
    data = Collector(_stacks(client), alone=True).collect(Tests())
    assert summary_line(data) == "State machine coverage 100 %: 1 execution of 1 machine."


def test_an_execution_is_counted_whatever_the_clocks_say() -> None:
    # that of an account is another one, and this machine's may be set
    client = _StepFunctions([_definition("task")] * 2, {"a:task": ""})
    client.started = _NOW - timedelta(hours=1)
    data = Collector(_stacks(client), alone=True).collect(Tests())
    assert summary_line(data) == "State machine coverage 100 %: 1 execution of 1 machine."


def test_a_definition_that_was_updated_meanwhile_is_counted_by_version() -> None:
    client = _StepFunctions(
        [_definition("task"), _definition("choice")], {"a:task": _definition("task"), "b:choice": _definition("choice")}
    )
    data = Collector(_stacks(client), alone=True).collect(Tests())
    assert {(title, len(covered.ran)) for title, covered in zip(data.titles().values(), data, strict=True)} == {
        ("Orders (version 1)", 1),
        ("Orders (version 2)", 1),
    }


def test_an_express_machine_that_logs_nothing_is_remarked_on() -> None:
    client = _StepFunctions([_definition("task")] * 2, {}, kind="EXPRESS")
    data = Collector(_stacks(client), alone=True).collect(Tests())
    assert len(data.remarks) == 1
    assert "log with the level ALL" in data.remarks[0]


def test_a_test_is_known_by_what_it_started_else_by_its_time_where_it_was_alone() -> None:
    tests = Tests()
    began = datetime.now(UTC)
    tests.take_executions("a", ["one"])
    tests.take_time("b", began)
    assert tests.of("one", _NOW, alone=False) == "a"
    assert tests.of("two", began, alone=True) == "b"
    assert tests.of("two", began, alone=False) == ""
    assert tests.of("two", began - timedelta(hours=1), alone=True) == ""
