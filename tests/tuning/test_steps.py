"""Adjustments of what Step Functions does at every step: both ways give the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture(scope="module")
def found(run_in_localstack: Callable[[str], Any]) -> Any:
    return run_in_localstack("steps.py")


def test_a_copy_shares_what_the_value_shares_and_nothing_with_it(found: Any) -> None:
    assert found["adjusted"]["copies"] == found["released"]["copies"]
    first, *_, comes_back, is_the_value, value_is_as_it_was = found["adjusted"]["copies"]
    assert first[1:] == ["dict", False, True]
    assert (comes_back, is_the_value, value_is_as_it_was) == (True, False, True)


def test_an_environment_tells_a_programs_state_of_this_moment(found: Any) -> None:
    assert found["adjusted"]["programs"] == found["released"]["programs"]
    reported = {"_next_state_name": "Oven", "_next_field_name": "Parameters"}
    assert found["adjusted"]["programs"][0] == ["ProgramRunning", reported, False]
    assert found["adjusted"]["programs"][-1] == "Table"


def test_json_is_written_or_refused_alike(found: Any) -> None:
    assert found["adjusted"]["json"] == found["released"]["json"]
    assert (
        found["adjusted"]["json"][1] == '{"at":"2026-11-24T12:00:00+00:00","what":"{1}","\\u00e9":[1.5,null,"\\u00e9"]}'
    )
    assert found["adjusted"]["json"][-1].startswith("TypeError: keys must be str")


def test_a_step_ends_is_named_and_logged_alike(found: Any) -> None:
    assert found["adjusted"]["steps"] == found["released"]["steps"]
    ended, stack, field, program, lines = found["adjusted"]["steps"][3]
    assert (ended, stack, field, program, lines) == ("None", ["baked"], "Oven", "ProgramRunning", [])
    failed = [step for step in found["adjusted"]["steps"] if step[0] == "FailureEventException:"]
    assert failed
    assert all("Exception=FailureEventException, Error=Burnt" in step[-1][-1] for step in failed)
    assert any(line.startswith("DEBUG [ASL] [prun] [Oven]") for step in found["adjusted"]["steps"] for line in step[-1])
