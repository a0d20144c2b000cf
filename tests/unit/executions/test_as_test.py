"""An execution as a test for pytest."""

from __future__ import annotations

import ast

import pytest

from localdev.executions.as_test import pytest_case
from localdev.executions.errors import HintedError
from localdev.executions.history import Status
from tests.unit.executions.conftest import NAMES, recording


def _case(name: str) -> str:
    return pytest_case(recording(name).history, machine="Orders", name=name)


def test_a_task_that_succeeded_is_mocked_and_its_outcome_expected() -> None:
    case = _case("task")
    assert "def test_task(state_machine):\n    machine = state_machine('Orders')\n    machine.mock('" in case
    assert ").returns({" in case
    assert 'assert outcome.status == "SUCCEEDED"' in case
    assert "assert outcome.output == " in case


def test_each_attempt_that_failed_is_mocked_in_order() -> None:
    assert ".raises('ValueError'" in _case("task_retried")
    assert ".then.returns(" in _case("task_retried")


def test_the_error_and_the_cause_of_a_failure_are_expected() -> None:
    assert "assert (outcome.error, outcome.cause) == (" in _case("choice_default_to_fail")


@pytest.mark.parametrize("name", [name for name in NAMES if recording(name).history.status is not Status.RUNNING])
def test_every_recorded_execution_that_has_ended_is_valid_python(name: str) -> None:
    (function,) = ast.parse(_case(name)).body
    assert isinstance(function, ast.FunctionDef)
    assert function.name == f"test_{name}"


def test_a_running_execution_is_refused() -> None:
    with pytest.raises(HintedError, match="has not ended"):
        _case("running")


def test_a_name_that_is_no_identifier_becomes_one() -> None:
    case = pytest_case(recording("task").history, machine="Orders", name="Order 7/ü-")
    assert case.startswith("def test_order_7_ü(")
