"""Test what a failed test says of its executions, and what is said of one that leaves an execution running."""

from __future__ import annotations

import pytest

from tests.unit.localdev.testing.runs import run_pytest

pytest_plugins = ["pytester"]

_CONFTEST = """
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from localdev.executions.records import Execution as Described
from localdev.executions.logs import Invocation, LogLine
from localdev.testing.outcomes import Outcome
from localdev.testing.running import Execution
from tests.unit.executions.conftest import recording

NOW = datetime.now(UTC)
STOPPED = []


class Reader:
    def machine(self, arn):
        return dict(type="STANDARD")

    def history(self, arn):
        return recording(arn.split(":")[7]).history

    def definition(self, arn):
        return recording(arn.split(":")[7]).definition

    def execution(self, arn):
        name = arn.split(":")[7]
        found = self.history(arn)
        failure = found.failure
        return Described(
            arn, name, "arn:aws:states:us-east-1:0:stateMachine:machine", str(found.status), NOW, None, found.input,
            found.output, failure and failure.error, failure and failure.cause,
        )

    def invocations(self, attempt, history):
        line = LogLine(NOW, "stream", "the kitchen is on fire")
        return [Invocation("request-1", NOW, None, (line,))] if attempt.function else []

    def invocations_of(self, history):
        return []

    def console_of(self, arn):
        return f"console: {arn}"

    def is_express(self, arn):
        return False

    def stop(self, arn, cause):
        STOPPED.append(arn)


@pytest.fixture
def run(localdev_case):
    def start(name):
        localdev_case.began = NOW
        return localdev_case.started(Execution(f"arn:aws:states:us-east-1:0:execution:machine:{name}", Reader()))

    return start
"""


def _said(pytester: pytest.Pytester, test: str) -> pytest.RunResult:
    pytester.makeconftest(_CONFTEST)
    pytester.makepyfile(test)
    return run_pytest(pytester)


def test_a_path_that_is_another_is_shown_with_signs_and_where_they_part(pytester: pytest.Pytester) -> None:
    result = _said(
        pytester,
        'def test_it(run): assert run("choice_default_to_fail").wait().path == ["By size", "Large", "Done"]',
    )
    result.stdout.fnmatch_lines(
        [
            "E * the path of choice_default_to_fail",
            "E *it took    By size ✓ → Small ✗",
            "E *expected   By size → Large → Done",
            "E *they part after 'By size': it went to 'Small', expected 'Large'",
        ]
    )


def test_a_path_that_is_as_expected_is_a_list_like_any_other(pytester: pytest.Pytester) -> None:
    test = 'def test_it(run): assert run("choice_default_to_fail").wait().path == ["By size", "Small"]'
    assert _said(pytester, test).ret == pytest.ExitCode.OK


def test_an_outcome_says_in_the_assertion_what_failed(pytester: pytest.Pytester) -> None:
    result = _said(pytester, 'def test_it(run): assert run("task_retries_run_out").wait().succeeded')
    result.stdout.fnmatch_lines(["E * where False = <execution task_retries_run_out FAILED: ValueError: *>.succeeded"])


def test_the_state_that_failed_is_given_with_its_input_its_log_lines_and_the_console(pytester: pytest.Pytester) -> None:
    result = _said(pytester, 'def test_it(run): assert run("task_retries_run_out").wait().succeeded')
    result.stdout.fnmatch_lines(
        [
            "*execution task_retries_run_out*",
            "FAILED after *",
            "ValueError: *",
            "* ✗*",
            "input *",
            "the state that failed: *",
            "  error   ValueError: *",
            "  input   *",
            "  its function's log, attempt 1 (request request-1)",
            "    the kitchen is on fire",
            "console: arn:aws:states:us-east-1:0:execution:machine:task_retries_run_out",
        ]
    )


def test_an_execution_that_a_test_leaves_running_is_stopped_and_named(pytester: pytest.Pytester) -> None:
    result = _said(
        pytester,
        """
        from conftest import STOPPED
        def test_it(run): run("running")
        def test_after(): assert len(STOPPED) == 1
        """,
    )
    assert result.ret == pytest.ExitCode.OK
    result.stdout.fnmatch_lines(
        ["*serverless workflows*", "*::test_it: executions that were still running*", "  running"]
    )


def test_an_execution_that_has_ended_is_left_alone(pytester: pytest.Pytester) -> None:
    result = _said(
        pytester,
        """
        from conftest import STOPPED
        def test_it(run): run("task")
        def test_after(): assert STOPPED == []
        """,
    )
    assert result.ret == pytest.ExitCode.OK
    assert "serverless workflows" not in result.stdout.str()


def test_what_extends_the_kit_is_called_at_the_end_of_a_test(pytester: pytest.Pytester) -> None:
    result = _said(
        pytester,
        """
        from types import SimpleNamespace
        from localdev.testing.machines import StateMachine

        called = []

        def test_it(localdev_case):
            def start_execution(**request):
                called.append("start")
                return {"executionArn": "arn:aws:states:us-east-1:0:execution:machine:task"}
            client = SimpleNamespace(start_execution=start_execution)
            from conftest import Reader
            reader = Reader()
            reader.clients = SimpleNamespace(client=lambda _: client)
            localdev_case.at_end(lambda: called.append("end"))
            StateMachine("arn:x:stateMachine:orders", reader, localdev_case).start({"a": 1}, name="one")

        def test_after():
            assert called == ["start", "end"]
        """,
    )
    assert result.ret == pytest.ExitCode.OK, result.stdout.str()
