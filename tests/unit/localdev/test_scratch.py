"""Folders of one command's time."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import psutil
import pytest

from localdev.system.project import ROOT
from localdev.system.scratch import scratch

if TYPE_CHECKING:
    from pathlib import Path


def test_a_folder_is_there_while_its_block_runs_and_gone_afterwards(tmp_path: Path) -> None:
    def use() -> None:
        with scratch(tmp_path / "state", "dough") as folder:
            (folder / "left").touch()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        use()

    assert list((tmp_path / "state").iterdir()) == []


def test_what_a_killed_process_has_left_is_removed_by_the_next_and_what_another_uses_is_not(tmp_path: Path) -> None:
    program = (
        "import os, sys; from pathlib import Path; from localdev.system.scratch import scratch\n"
        "with scratch(Path(sys.argv[1]), 'dough'): os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", program, tmp_path], cwd=ROOT, check=False)
    (left,) = tmp_path.iterdir()

    with scratch(tmp_path, "dough") as first, scratch(tmp_path, "dough") as second:
        assert {*tmp_path.iterdir()} == {first, second}
        assert left not in {first, second}


def test_folders_of_another_kind_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / ".dough-of-grandmother").mkdir()
    (tmp_path / ".sauce-1-0.00-x").mkdir()

    with scratch(tmp_path, "dough"):
        pass

    assert {path.name for path in tmp_path.iterdir()} == {".dough-of-grandmother", ".sauce-1-0.00-x"}


def test_what_an_older_version_uses_at_the_same_time_stays(tmp_path: Path) -> None:
    (used := tmp_path / f".dough-{os.getpid()}-{psutil.Process().create_time():.2f}-abc").mkdir()
    (left := tmp_path / f".dough-{os.getpid()}-1795999678.82-abc").mkdir()

    with scratch(tmp_path, "dough"):
        assert (used.exists(), left.exists()) == (True, False)
