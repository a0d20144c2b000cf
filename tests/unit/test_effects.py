"""The factors in the tuning package's README are those that were measured."""

from __future__ import annotations

import pytest

from benchmarks import effects
from benchmarks.adjustments import OF_THE_START, adjustments

PAGE = """
<!-- generated: effects -->
before
<!-- end -->

| adjustment | does | instead | off | 1 caller | 8 callers |
|---|---|---|---|--:|--:|
| `some-change` | `a` | b | `TUNING_SOME_CHANGE` | 7 × |
| gateway server | a | b | `GATEWAY_SERVER=twisted` |
"""
EFFECTS = {
    "some-change": {"1": 1.034, "8": 4.36},
    "gateway-server": {"1": 1.5, "8": 1.6},
    "all": {"start": 1.9, "1": 12.04, "8": 11.0},
    "nothing": {"start": 0.985, "1": 1.01, "8": 1.0},
}
RESULTS = {
    "made": "2026-11-27",
    "machine": {"cpus": 2, "cpu": "a processor", "python": "3.13.0", "node": "20.0.0"},
    "effects": EFFECTS,
}


def test_the_last_cells_of_a_row_are_the_factors_that_were_measured() -> None:
    assert effects.with_effects(PAGE, RESULTS).splitlines()[-2:] == [
        "| `some-change` | `a` | b | `TUNING_SOME_CHANGE` | 1.03 × | 4.4 × |",
        "| gateway server | a | b | `GATEWAY_SERVER=twisted` | 1.50 × | 1.60 × |",
    ]


def test_writing_them_again_changes_nothing() -> None:
    page = effects.with_effects(PAGE, RESULTS)

    assert effects.with_effects(page, RESULTS) == page


def test_the_summary_says_how_far_two_equal_emulators_were_apart() -> None:
    assert "differed by up to 1.5%" in effects.with_effects(PAGE, RESULTS)


def test_an_adjustment_that_was_not_measured_is_an_error() -> None:
    effects_but_one = {name: factors for name, factors in EFFECTS.items() if name != "some-change"}

    with pytest.raises(KeyError, match="some-change"):
        effects.with_effects(PAGE, RESULTS | {"effects": effects_but_one})


def test_the_page_shows_the_run_that_is_kept() -> None:
    page = effects.README.read_text()

    assert effects.with_effects(page, effects.read()) == page


@pytest.mark.parametrize("name", adjustments())
def test_every_adjustment_is_in_the_run_that_is_kept(name: str) -> None:
    assert effects.read()["effects"][name].keys() == ({"start"} if name in OF_THE_START else {"1", "8"})
