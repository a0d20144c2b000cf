"""Adjustments that replace one function by another: both give the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture(scope="module")
def found(run_in_localstack: Callable[[str], Any]) -> Any:
    return run_in_localstack("small_adjustments.py")


def test_a_header_is_found_or_missed_alike(found: Any) -> None:
    assert found["adjusted"]["headers"] == found["released"]["headers"]
    assert found["adjusted"]["headers"][3] == ["BadRequestKeyError", "AttributeError"]


def test_a_request_is_logged_in_the_same_line(found: Any) -> None:
    assert found["adjusted"]["log"] == found["released"]["log"]
    assert found["adjusted"]["log"] == [
        "INFO localstack.request.aws AWS kitchen.Order => 202",
        "INFO localstack.request.aws AWS kitchen.Order => 202 (E)",
        "INFO localstack.request.http POST / => 202",
    ]


def test_log_events_are_kept_or_refused_alike(found: Any) -> None:
    assert found["adjusted"]["events"] == found["released"]["events"]
    assert [message for _, message in found["adjusted"]["events"][-1][0]] == ["one\n", "two", "three"]


def test_a_rule_matches_the_same_events_or_is_refused_alike(found: Any) -> None:
    assert found["adjusted"]["patterns"] == found["released"]["patterns"]
    assert found["adjusted"]["patterns"][0] == [True, True, False, False]
    assert found["adjusted"]["patterns"][4:7] == [["InvalidEventPatternException"] * 4] * 3


def test_an_update_changes_no_execution_that_has_begun(found: Any) -> None:
    assert found["adjusted"]["clones"] == found["released"]["clones"]
    execution, state_machine = found["adjusted"]["clones"]
    assert execution == ["{}", "role", {"level": "ALL"}, True, "m"]
    assert state_machine[:2] == ['{"StartAt": "Oven"}', "another role"]


def test_a_requests_context_keeps_the_same_attributes(found: Any) -> None:
    assert found["adjusted"]["contexts"] == found["released"]["contexts"]
    assert found["adjusted"]["contexts"][0][:3] == ["000000000000", "000000000000", None]
    assert found["adjusted"]["contexts"][1] == ["AttributeError", "AttributeError"]


def test_a_rule_gets_the_same_events_and_no_thread_those_that_none_wants(found: Any) -> None:
    seen, threads = found["adjusted"]["rules"]
    assert seen == found["released"]["rules"][0]
    assert [rule for rule, *_ in seen] == ["1", "2", "1", "a"]
    assert (found["released"]["rules"][1], threads) == (5, 3)
