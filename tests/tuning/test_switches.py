"""Test which adjustments apply: every one can be switched off, and none touches another version."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from benchmarks.adjustments import adjustments
from localdev.system.project import EMULATOR
from localstack_tuning import adjustment
from localstack_tuning.adjustment import Adjustment
from tests.tuning.mixtures import adjustments_of

if TYPE_CHECKING:
    from localdev.engines import EmbeddedEngine

README = (EMULATOR / "tuning" / "README.md").read_text()
SOME = Adjustment("some-change", {})


def test_an_adjustment_is_on_by_itself() -> None:
    assert SOME.is_on({})


@pytest.mark.parametrize("value", ["0", "false", "OFF", " no "])
@pytest.mark.parametrize("switch", ["TUNING", "TUNING_SOME_CHANGE"])
def test_its_own_switch_and_the_one_of_all_turn_it_off(switch: str, value: str) -> None:
    assert not SOME.is_on({switch: value})


@pytest.mark.parametrize("variables", [{"TUNING": "1"}, {"TUNING_OTHER": "0"}, {"TUNING_SOME_CHANGE": ""}])
def test_anything_else_leaves_it_on(variables: dict[str, str]) -> None:
    assert SOME.is_on(variables)


@pytest.mark.parametrize(("found", "expected"), [("4.14.0", True), ("4.14.1", False), ("4.13.0", False)])
def test_only_the_version_they_were_written_for_is_adjusted(
    monkeypatch: pytest.MonkeyPatch, found: str, expected: bool
) -> None:
    monkeypatch.setattr(adjustment, "version", lambda _name: found)
    assert adjustment.is_the_version() is expected


@pytest.mark.parametrize("name", adjustments())
def test_the_readme_names_every_adjustment_and_its_switch(name: str) -> None:
    assert f"`{name}`" in README
    assert f"`{Adjustment(name, {}).switch}`" in README


def test_localstack_says_at_its_start_what_is_adjusted(
    engines: dict[str, EmbeddedEngine], applied: frozenset[str]
) -> None:
    assert adjustments_of(engines["released"]) == {"everything is switched off"}
    assert applied == set(adjustments())
