"""While LocalStack is busy, its threads stay on one core, and what it starts has all of them."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

import pytest

from localstack_tuning.runtime.one_core import APART_SECONDS, KEPT_SECONDS, Choice, fast_cores, taken_seconds

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

ALL = frozenset({0, 1, 2})
linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux keeps a thread on a core")


@pytest.fixture
def choice() -> Choice:
    return Choice(ALL)


def test_with_little_to_do_any_core_will_do(choice: Choice) -> None:
    assert choice.decide(0, share=0.4, taken={0: 0.2, 1: 0.1, 2: 0.1}) is None


def test_a_busy_process_is_kept_on_the_core_that_others_use_least(choice: Choice) -> None:
    assert choice.decide(0, share=0.9, taken={0: 0.7, 1: 0.2, 2: 0.4}) == 1


def test_it_stays_there_while_there_is_something_to_do(choice: Choice) -> None:
    choice.decide(0, share=0.9, taken={0: 0.7, 1: 0.2, 2: 0.4})
    assert choice.decide(1, share=0.3, taken={0: 0.1, 1: 0.5, 2: 0.1}) == 1


def test_one_that_has_nothing_left_to_do_gets_all_cores_back(choice: Choice) -> None:
    choice.decide(0, share=0.9, taken={0: 0.7, 1: 0.2, 2: 0.4})
    assert choice.decide(1, share=0.05, taken={0: 0.0, 1: 0.1, 2: 0.0}) is None


def test_one_whose_core_others_want_gets_all_back_and_tries_again_later(choice: Choice) -> None:
    busy = {0: 0.1, 1: 0.2, 2: 0.9}
    assert choice.decide(0, share=0.9, taken=busy) == 0
    assert choice.decide(1, share=0.5, taken={0: 1.0, 1: 0.2, 2: 0.9}) is None
    assert choice.decide(1 + APART_SECONDS / 2, share=0.9, taken=busy) is None
    assert choice.decide(1 + APART_SECONDS, share=0.9, taken={0: 0.9, 1: 0.2, 2: 0.9}) == 1


def test_one_that_works_on_more_than_one_core_is_left_alone(choice: Choice) -> None:
    assert choice.decide(0, share=1.6, taken={0: 0.8, 1: 0.8, 2: 0.2}) is None


def test_one_that_is_kept_for_long_is_let_go_to_see_whether_it_works_on_more(choice: Choice) -> None:
    busy = {0: 0.1, 1: 0.9, 2: 0.9}
    assert choice.decide(0, share=0.9, taken=busy) == 0
    assert choice.decide(KEPT_SECONDS, share=0.9, taken=busy) is None
    assert choice.decide(KEPT_SECONDS + 1, share=1.6, taken={0: 0.8, 1: 0.9, 2: 0.9}) is None
    assert choice.decide(KEPT_SECONDS + 2, share=0.9, taken=busy) == 0


def test_slow_cores_are_none_to_choose(tmp_path: Path) -> None:
    for core, name, speed in ((0, "cpu_capacity", 1024), (1, "cpu_capacity", 446), (2, "cpu_capacity", 1000)):
        (tmp_path / f"cpu{core}").mkdir()
        (tmp_path / f"cpu{core}" / name).write_text(f"{speed}\n")
    assert fast_cores(ALL, tmp_path) == {0, 2}


def test_where_nothing_tells_how_fast_they_are_all_are_alike(tmp_path: Path) -> None:
    assert fast_cores(ALL, tmp_path) == ALL


@linux
def test_the_machine_tells_what_each_core_has_done() -> None:
    taken = taken_seconds()
    assert taken.keys() >= os.sched_getaffinity(0)
    assert all(seconds > 0 for seconds in taken.values())


@linux
@pytest.mark.skipif((os.cpu_count() or 1) == 1, reason="this machine has one core")
def test_threads_are_kept_on_it_and_what_they_start_is_not(run_in_localstack: Callable[[str], Any]) -> None:
    seen = run_in_localstack("one_core.py")
    cores = seen["all"]
    assert seen["kept"] == {"old thread": 1, "new thread": 1, "child": cores, "main thread": 1}
    assert seen["before"] == seen["after"] == dict.fromkeys(seen["kept"], cores)
