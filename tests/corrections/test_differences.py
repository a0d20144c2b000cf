"""The page of differences says what the corrections say."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from localstack_corrections.differences import page, services

_ROOT = Path(__file__).parents[2]


def _run(*arguments: str) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join(str(_ROOT / "emulator" / name / "src") for name in ("corrections", "tuning"))
    return subprocess.run(
        [sys.executable, "-m", "localstack_corrections.differences", *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env=os.environ | {"PYTHONPATH": path},
    )


def test_every_correction_is_on_the_page_with_its_switch() -> None:
    text = page()

    for _, package in services():
        for correction in package.CORRECTIONS:
            assert f"### {correction.name}\n" in text
            assert f"`{correction.switch}=0`" in text


def test_a_page_that_is_made_passes_the_check(tmp_path: Path) -> None:
    file = str(tmp_path / "differences.md")

    assert _run(file).returncode == 0
    assert _run(file, "--check").returncode == 0


def test_a_page_that_was_edited_fails_the_check(tmp_path: Path) -> None:
    file = tmp_path / "differences.md"
    file.write_text(page() + "\n")

    checked = _run(str(file), "--check")

    assert checked.returncode == 1
    assert "Hint: run" in checked.stderr
