"""The shell scripts: what every shell understands, and every path whatever is in it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from localdev.system.project import ROOT

CI = ROOT / ".ci"
SCRIPTS = sorted([*(ROOT / "scripts").iterdir(), *(path for path in CI.iterdir() if path.is_file())])
SHELLCHECK = Path(sys.executable).with_name("shellcheck")
SHELLS = {
    "sh": ["sh", "-n"],
    "dash": ["dash", "-n"],
    "bash": ["bash", "--posix", "-n"],
    "busybox": ["busybox", "ash", "-n"],
}


def _names(paths: list[Path]) -> list[str]:
    return [str(path.relative_to(ROOT)) for path in paths]


def test_shellcheck_finds_nothing() -> None:
    result = subprocess.run(
        [SHELLCHECK, "--external-sources", "--shell=sh", *_names(SCRIPTS)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert result.returncode == 0, result.stdout


def test_shellcheck_would_find_a_path_that_is_not_quoted(tmp_path: Path) -> None:
    (tmp_path / "loose").write_text("#!/bin/sh\nroot=$(pwd)\ncd $root || exit\n")

    assert (
        "SC2086" in subprocess.run([SHELLCHECK, tmp_path / "loose"], capture_output=True, text=True, check=False).stdout
    )


@pytest.mark.parametrize("shell", SHELLS)
def test_every_shell_can_read_every_script(shell: str) -> None:
    if not shutil.which(shell):
        pytest.skip(f"{shell} is not installed")
    for script in SCRIPTS:
        result = subprocess.run([*SHELLS[shell], script], capture_output=True, text=True, check=False)
        assert result.returncode == 0, result.stderr


@pytest.mark.parametrize("name", ["a b", "Jürgen's", '$HOME "quoted"', "-x", "a;b & c"])
def test_a_script_finds_its_checkout_wherever_that_is(tmp_path: Path, name: str) -> None:
    checkout = tmp_path / name
    (checkout / "scripts").mkdir(parents=True)
    shutil.copy(ROOT / "scripts" / "order", checkout / "scripts" / "order")
    setup = checkout / "scripts" / "setup"
    setup.write_text("#!/bin/sh\nexit 0\n")
    python = checkout / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text('#!/bin/sh\npwd\nprintf "%s\\n" "$@"\n')
    for program in (setup, python):
        program.chmod(0o755)

    said = subprocess.run(
        ["scripts/order", "quattro stagioni"],
        cwd=checkout,
        env={"PATH": os.environ["PATH"], "CDPATH": str(tmp_path), "PYTHONHOME": "/nowhere"},
        capture_output=True,
        text=True,
        check=True,
    ).stdout

    assert said.splitlines() == [str(checkout), "-m", "localdev", "order", "quattro stagioni"]


def test_the_app_is_run_by_an_interpreter_whose_path_is_quoted() -> None:
    app = json.loads((ROOT / "cdk.json").read_text())["app"]

    assert app == '"${CDK_PYTHON:-.venv/bin/python}" app.py'
