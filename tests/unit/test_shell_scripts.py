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
IN_CI = [path for path in CI.iterdir() if path.is_file() and path.suffix != ".py"]
SCRIPTS = sorted([*(ROOT / "scripts").iterdir(), *IN_CI])
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


@pytest.mark.parametrize("status", [0, 3])
def test_a_run_of_ci_ends_with_its_own_status_and_removes_its_user(tmp_path: Path, status: int) -> None:
    for name in ("pkill", "userdel"):
        (tmp_path / name).write_text(f'#!/bin/sh\necho {name} "$@" >>"$0.called"\nexit 1\n')
        (tmp_path / name).chmod(0o755)

    run = """
        . .ci/ordinary-user
        user=somebody; true & checking=$!; wait
        trap 'clean_up "$checking" "$2"' EXIT
        exit "$1"
    """
    ended = subprocess.run(
        ["sh", "-euc", run, "sh", str(status), str(tmp_path / "checks")],
        cwd=ROOT,
        env={"PATH": f"{tmp_path}:{os.environ['PATH']}"},
        check=False,
    )

    assert (ended.returncode, (tmp_path / "userdel.called").read_text()) == (status, "userdel --remove somebody\n")


def test_a_run_of_ci_says_last_which_tests_failed(tmp_path: Path) -> None:
    failed = '<testcase classname="tests.a" name="b"><failure message="1 is\nnot 2"/></testcase>'
    (tmp_path / "user.xml").write_text(f'<testsuites>{failed}<testcase classname="tests.a" name="c"/></testsuites>')

    said = subprocess.run([CI / "failures.py", tmp_path / "user.xml"], capture_output=True, text=True, check=True)

    assert said.stdout == "user: failure in tests.a::b: 1 is not 2\n"
