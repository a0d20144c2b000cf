"""Test what is left out of LocalStack's start is there when it is used."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture(scope="module")
def start(run_in_localstack: Callable[[str], Any]) -> dict[str, Any]:
    found: dict[str, Any] = run_in_localstack("starting.py")
    return found


def test_the_services_of_the_stack_do_without_what_is_left_out(start: dict[str, Any]) -> None:
    assert start["released"]["beforehand"]
    assert start["adjusted"]["beforehand"] == []


@pytest.mark.parametrize(
    "use",
    [
        "sam",
        "ec2_backends",
        "moto_by_name",
        "ec2_types",
        "other_types",
        "validation",
        "openapi",
        "policies",
        "envelopes",
        "contexts",
        "console",
        "addresses",
        "events",
        "urls",
    ],
)
def test_used_it_does_what_it_does_as_released(start: dict[str, Any], use: str) -> None:
    assert start["adjusted"]["used"][use] == start["released"]["used"][use]


def test_a_request_is_validated_where_that_is_asked_for(start: dict[str, Any]) -> None:
    assert start["adjusted"]["used"]["validation"] == [200, 400]


def test_botocores_files_are_read_once_and_a_persons_own_every_time(run_in_localstack: Callable[[str], Any]) -> None:
    assert run_in_localstack("reading.py") == {
        "endpoints": 1,
        "the same": True,
        "own": ["one", "another"],
        "listed": 1,
        "own service": [False, True],
    }


def test_what_is_known_of_a_template_is_copied_alike_and_its_paths_are_not(
    run_in_localstack: Callable[[str], Any],
) -> None:
    found = run_in_localstack("scopes.py")
    assert found["adjusted"] == found["released"]
    assert found["adjusted"][0] == {"Name": ["orders"]}
    assert found["same path"] == [False, True]


def test_garbage_is_looked_for_when_a_second_has_passed_without_an_import(
    run_in_localstack: Callable[[str], Any],
) -> None:
    assert run_in_localstack("garbage.py") == {"meanwhile": [False] * 4, "then": True, "set aside": True}
