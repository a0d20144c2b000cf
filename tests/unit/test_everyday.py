"""The tests of a run that names none."""

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import Any

import pytest

from localdev.system.project import ROOT
from tests import everyday

NAMED, FOUND = pytest.Config.ArgsSource.ARGS, pytest.Config.ArgsSource.TESTPATHS


def _config(source: pytest.Config.ArgsSource = FOUND, **options: object) -> Any:
    return SimpleNamespace(args_source=source, option=SimpleNamespace(**{"all": False, "keyword": "", **options}))


@pytest.mark.parametrize(
    "place", ["tests/unit", "tests/integration", "tests/integration/test_order_api.py", "tests/rehearsals"]
)
def test_what_says_whether_a_checkout_works_is_of_an_everyday_run(place: str) -> None:
    assert not everyday.is_left_out(place)


@pytest.mark.parametrize("place", ["tests/corrections", "tests/corrections/web.py", "tests/integration/test_saves.py"])
def test_what_takes_minutes_is_not(place: str) -> None:
    assert everyday.is_left_out(place)


def test_a_run_that_names_no_tests_is_an_everyday_one() -> None:
    assert everyday.is_everyday(_config())


@pytest.mark.parametrize(
    "config",
    [_config(NAMED), _config(all=True), _config(keyword="pineapple"), _config(markexpr="slow"), _config(lf=True)],
    ids=["a file", "all", "a word", "a marker", "those that failed"],
)
def test_whatever_is_named_runs_whole(config: Any) -> None:
    assert not everyday.is_everyday(config)


def test_what_is_left_out_is_there() -> None:
    def is_of(pattern: str) -> bool:
        return any(re.match(rf"{pattern}(/|$)", path.relative_to(ROOT).as_posix()) for path in places)

    places = [*(ROOT / "tests").iterdir(), *(ROOT / "tests/integration").iterdir()]

    assert [pattern for pattern, _ in everyday._OTHERS if not is_of(pattern)] == []
