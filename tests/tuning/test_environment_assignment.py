"""The wrong order under load: three races in LocalStack's assignment, each shown and shown gone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture(scope="module")
def found(run_in_localstack: Callable[[str], Any]) -> Any:
    return run_in_localstack("assignment.py")


def test_as_released_an_environment_added_meanwhile_fails_the_invocation(found: Any) -> None:
    assert found["released"]["added"] == "RuntimeError"


def test_as_released_an_environment_taken_meanwhile_fails_the_invocation(found: Any) -> None:
    assert found["released"]["taken"] == "InvalidStatusException"


def test_as_released_an_environment_used_again_before_its_timer_runs_fails_the_invocation(found: Any) -> None:
    assert found["released"]["freed"] == "RuntimeError"


def test_an_environment_is_free_only_when_its_timer_runs(found: Any) -> None:
    assert found["adjusted"]["freed"] == "READY"


def test_an_environment_added_meanwhile_does_no_harm(found: Any) -> None:
    assert found["adjusted"]["added"] == "INVOKING"


def test_a_new_environment_is_seen_by_others_only_when_it_is_reserved(found: Any) -> None:
    assert found["adjusted"]["taken"] == "INVOKING"


def test_sixteen_callers_at_once_each_have_an_environment_of_their_own(found: Any) -> None:
    assert found["adjusted"]["crowd"] == {"wrong": [], "environments": True}


def test_short_invocations_wait_for_an_environment_when_enough_are_at_work(found: Any) -> None:
    short = found["adjusted"]["short"]

    assert short["wait"] == [True, True, True]
    assert short["first come, first served"] == [True, 1]


def test_one_that_waits_for_long_has_an_environment_started(found: Any) -> None:
    assert found["adjusted"]["short"]["one that waits for long"]
    assert found["adjusted"]["short"]["at the end"] == [0, 0, 0]


def test_where_invocations_take_long_nobody_waits_for_one_to_end(found: Any) -> None:
    assert found["adjusted"]["long"]


def test_with_nothing_left_to_give_nobody_starts_what_would_only_make_all_slower(found: Any) -> None:
    assert found["adjusted"]["half a second"] == {"full": True, "free": False}
