"""The lock between processes."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from localdev.file_lock import exclusive, remove_unused
from localdev.project import ROOT

if TYPE_CHECKING:
    from pathlib import Path

_COUNT = """
import sys
from pathlib import Path
from localdev.file_lock import exclusive
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
