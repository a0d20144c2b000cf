"""The emulators with some adjustments: each two adjustments are seen with and without each other."""

from __future__ import annotations

from itertools import permutations

import pytest

from tests.tuning.mixtures import GATEWAY_SERVER, IN_MEMORY_CLIENT, mixtures, settings, suspects


def names(number: int) -> list[str]:
    return [f"adjustment-{index}" for index in range(number)]


@pytest.mark.parametrize("number", [1, 2, 3, 6, 7, 16, 20, 21, 35])
def test_for_each_two_there_is_an_emulator_with_the_one_and_without_the_other(number: int) -> None:
    mixed = mixtures(names(number))
    for one, other in permutations(names(number), 2):
        assert any(one in off and other not in off for off in mixed)


@pytest.mark.parametrize(("number", "emulators"), [(2, 2), (6, 4), (10, 5), (20, 6), (35, 7)])
def test_few_emulators_do(number: int, emulators: int) -> None:
    assert len(mixtures(names(number))) == emulators


def test_those_that_differ_name_the_adjustment() -> None:
    mixed = mixtures(names(16))
    for name in names(16):
        assert suspects(mixed, [off for off in mixed if name in off]) == [name]
    assert suspects(mixed, mixed) == []


def test_each_is_switched_off_by_its_own_variable() -> None:
    assert settings(["route-cache", GATEWAY_SERVER]) == {"TUNING_ROUTE_CACHE": "0", "GATEWAY_SERVER": "twisted"}
    assert settings([IN_MEMORY_CLIENT]) == {"IN_MEMORY_CLIENT": "0"}
    assert settings([]) == {}
