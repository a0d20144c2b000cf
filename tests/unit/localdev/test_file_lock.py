"""The lock between processes."""

from __future__ import annotations

import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from localdev.system.file_lock import exclusive, remove_unused
from localdev.system.project import ROOT

if TYPE_CHECKING:
    from pathlib import Path

_COUNT = """
import sys
from pathlib import Path
from localdev.system.file_lock import exclusive
lock, counted = map(Path, sys.argv[1:])
for _ in range(200):
    with exclusive(lock):
        counted.write_text(str(int(counted.read_text()) + 1))
"""


def test_nobody_is_in_it_beside_another_and_nothing_is_left(tmp_path: Path) -> None:
    lock, counted = tmp_path / "lock", tmp_path / "counted"
    counted.write_text("0")

    def count(_number: int) -> int:
        return subprocess.run([sys.executable, "-c", _COUNT, lock, counted], cwd=ROOT, check=False).returncode

    with ThreadPoolExecutor() as pool:
        assert list(pool.map(count, range(4))) == [0] * 4

    assert counted.read_text() == "800"
    assert not lock.exists()


def test_what_a_killed_process_has_left_is_removed_and_what_is_held_is_not(tmp_path: Path) -> None:
    left, held = tmp_path / "left", tmp_path / "held"
    left.touch()
    with exclusive(held):
        for path in (left, held):
            remove_unused(path)
        assert (left.exists(), held.exists()) == (False, True)


def test_who_would_have_to_wait_may_do_something_else_and_leaves_the_other_in(tmp_path: Path) -> None:
    lock = tmp_path / "lock"

    def refuse() -> None:
        raise BlockingIOError

    with exclusive(lock, refuse):
        with pytest.raises(BlockingIOError), exclusive(lock, refuse):
            pass
        assert lock.exists()
    with exclusive(lock, refuse):
        assert lock.exists()


def test_who_waits_says_so_once_and_is_in_it_afterwards(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    waits = threading.Event()
    said: list[str] = []

    def say() -> None:
        said.append("waits")
        waits.set()

    def enter() -> None:
        with exclusive(lock, say):
            said.append("in")

    with ThreadPoolExecutor() as pool:
        with exclusive(lock):
            second = pool.submit(enter)
            assert waits.wait(10)
            said.append("leaves")
        second.result(10)
    assert said == ["waits", "leaves", "in"]
