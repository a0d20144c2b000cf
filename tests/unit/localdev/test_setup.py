"""The set-up: what is half made is made again, and what is missing is named."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import pytest

from localdev.setup import environments, places
from localdev.setup.errors import SetupError, said_of, what_to_do
from localdev.setup.installer import uv
from localdev.setup.node import check_node
from localdev.setup.parts import Part, make
from localdev.setup.pythons import base_python
from localdev.setup.running import run
from localdev.system.project import ROOT
from localdev.system.waiting import wait_until

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def lock(tmp_path: Path) -> Path:
    """Provide what a part is made from."""
    file = tmp_path / "lock.txt"
    file.write_text("oven==1.0\n")
    return file


def _part(folder: Path, lock: Path, fails_with: str | None = None) -> Part:
    def make() -> None:
        folder.mkdir()
        (folder / "half").touch()
        if fails_with:
            raise SetupError(fails_with)

    return Part("oven", folder, [lock], make)


def test_a_part_that_was_made_is_current(tmp_path: Path, lock: Path) -> None:
    part = _part(tmp_path / "made", lock)

    part.run()

    assert part.state == "done"
    assert part.is_current()


def test_a_part_whose_making_failed_is_not_current_and_says_why(tmp_path: Path, lock: Path) -> None:
    part = _part(tmp_path / "made", lock, fails_with="no gas")

    part.run()

    assert (part.state, part.error) == ("failed", "no gas")
    assert not part.is_current()


def test_a_part_whose_making_was_interrupted_is_made_again_from_nothing(tmp_path: Path, lock: Path) -> None:
    folder = tmp_path / "made"
    folder.mkdir()
    (folder / "left over").touch()
    part = _part(folder, lock)
    assert not part.is_current()

    part.run()

    assert part.is_current()
    assert not (folder / "left over").exists()


def test_a_changed_lock_makes_a_part_stale(tmp_path: Path, lock: Path) -> None:
    _part(tmp_path / "made", lock).run()

    lock.write_text("oven==2.0\n", encoding="utf-8")

    assert not _part(tmp_path / "made", lock).is_current()


def test_a_part_is_made_only_when_those_it_is_made_with_are_there(tmp_path: Path, lock: Path) -> None:
    oven = _part(tmp_path / "oven", lock)
    made: list[bool] = []
    pizza = Part("pizza", tmp_path / "pizza", [lock], lambda: made.append(oven.is_current()), after=[oven])
    thread = threading.Thread(target=pizza.run)
    thread.start()

    oven.run()
    thread.join(10)

    assert made == [True]


def test_a_part_is_left_out_without_a_word_when_one_it_is_made_with_failed(
    tmp_path: Path, lock: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    oven = _part(tmp_path / "oven", lock, fails_with="no gas")
    pizza = Part("pizza", tmp_path / "pizza", [lock], pytest.fail, after=[oven])

    make([oven, pizza])

    assert (pizza.state, pizza.error) == ("left out", "")
    assert capsys.readouterr().err == "✗ oven (0 s)\n"


def test_an_app_that_cannot_be_synthesised_does_not_fail_the_set_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_command: object, **_options: object) -> None:
        raise SetupError("a mistake in infra/")

    monkeypatch.setattr(environments, "run", fails)
    monkeypatch.setattr(environments, "FIRST_SYNTHESIS", tmp_path / "first")

    environments.synthesise_at_first()

    assert (tmp_path / "first").is_dir()


def test_the_first_synthesis_compiles_where_the_persons_shell_says_not_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "cdk.py").touch()
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    monkeypatch.delenv("PYTHONPYCACHEPREFIX", raising=False)
    monkeypatch.setattr(environments, "FIRST_SYNTHESIS", tmp_path / "first")
    monkeypatch.setattr(
        environments, "_SYNTHESISED_AT_FIRST", f"import sys; sys.path = [{str(tmp_path)!r}]; import cdk"
    )

    environments.synthesise_at_first()

    assert list((tmp_path / "__pycache__").glob("cdk.*.pyc"))


def test_of_two_commands_in_a_fresh_clone_one_makes_everything_and_the_other_waits(
    tmp_path: Path, lock: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    made: list[str] = []

    def oven() -> Part:
        def make() -> None:
            made.append(threading.current_thread().name)
            (tmp_path / "oven").mkdir()

        return Part("oven", tmp_path / "oven", [lock], make)

    monkeypatch.setattr(environments, "STATE", tmp_path)
    monkeypatch.setattr(environments, "parts", lambda: [oven()])
    monkeypatch.setattr(environments, "check_node", lambda: None)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("sys.argv", ["setup", "--quiet"])
    statuses: list[int] = []
    other = threading.Thread(target=lambda: statuses.append(environments.main()))

    with environments.one_at_a_time(tmp_path / "setup.lock"):
        other.start()
        wait_until(lambda: "waiting for it" in capsys.readouterr().err or None, what="the other's word", seconds=10)
        assert environments.make_what_is_missing() == 0
    other.join(10)

    assert statuses == [0]
    assert len(made) == 1


def test_a_command_that_fails_is_shown_with_the_end_of_what_it_said() -> None:
    with pytest.raises(SetupError, match=r"(?s)ended with status 3.*no gas"):
        run("sh", "-c", "echo no gas; exit 3")


def test_node_missing_is_said_with_a_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")

    with pytest.raises(SetupError, match=r"(?s)Node.js is not installed.*Hint: install Node 20"):
        check_node()


def test_node_without_npm_is_said_with_a_way_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    node = tmp_path / "node"
    node.write_text("#!/bin/sh\necho v22.1.0\n")
    node.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(SetupError, match=r"(?s)npm is not installed.*Hint: install it"):
        check_node()


def test_a_node_that_cannot_be_run_is_said_with_a_way_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    node = tmp_path / "node"
    node.write_bytes(b"\x7fELF of another machine")
    node.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(SetupError, match=r"(?s)Node.js, .*, cannot be run: Exec format error.*Hint: install Node 20"):
        check_node()


def test_an_environment_whose_python_has_been_removed_is_not_current(tmp_path: Path, lock: Path) -> None:
    python = tmp_path / "made" / "bin" / "python"
    part = Part("made", tmp_path / "made", [lock], lambda: python.parent.mkdir(parents=True), program=python)
    part.run()
    python.symlink_to(sys.executable)
    assert part.is_current()

    python.unlink()
    python.symlink_to("/removed/python3.13")

    assert not part.is_current()


def test_an_old_node_is_said_with_its_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("node", "npm"):
        program = tmp_path / name
        program.write_text("#!/bin/sh\necho v16.20.2\n")
        program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")

    with pytest.raises(SetupError, match=r"(?s)Node.js is v16.20.2; the AWS CDK needs 20.*Hint"):
        check_node()


def test_python_missing_is_said_with_a_way_out(tmp_path: Path) -> None:
    tools = tmp_path / "bin"
    tools.mkdir()
    for name in ("dirname", "sh"):
        (tools / name).symlink_to(shutil.which(name) or "")
    script = tmp_path / "scripts" / "setup"
    script.parent.mkdir()
    shutil.copy(ROOT / "scripts" / "setup", script)

    result = subprocess.run(
        [script], env={"PATH": str(tools), "HOME": str(tmp_path)}, capture_output=True, text=True, check=False
    )

    assert result.returncode == 1
    assert "Python 3.13 is not installed" in result.stderr
    assert "Hint: install it" in result.stderr


def test_with_everything_made_the_setup_says_so_and_changes_nothing() -> None:
    stamp = ROOT / ".venv" / ".made-from"
    before = stamp.stat().st_mtime_ns

    result = subprocess.run(
        [ROOT / "scripts" / "setup"], env=dict(os.environ), capture_output=True, text=True, check=True
    )

    assert result.stdout == "Everything is up to date.\n"
    assert stamp.stat().st_mtime_ns == before


@pytest.mark.parametrize(("version", "warns"), [("v20.20.2", True), ("v22.1.0", False), ("v24.3.0", False)])
def test_a_node_past_its_end_of_life_works_with_a_line_of_warning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str, warns: bool
) -> None:
    for name in ("node", "npm"):
        program = tmp_path / name
        program.write_text(f"#!/bin/sh\necho {version}\n")
        program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")

    warning = check_node()

    assert (warning is not None) == warns
    assert "\n" not in (warning or "")


def test_variables_that_lead_python_elsewhere_do_not_reach_what_the_set_up_runs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("PYTHONHOME", "PYTHONPATH", "PYTHONSTARTUP"):
        monkeypatch.setenv(name, "/nowhere")

    run(base_python(), "-c", "import json")


@pytest.mark.parametrize("folder", [environments.APP, places.EMULATOR], ids=["app", "emulator"])
def test_a_lock_names_all_that_its_packages_need(folder: Path) -> None:
    if not (program := uv()):
        pytest.skip("uv cannot be had")

    # what a lock lacks is not installed: nothing is looked for beside it
    run(program, "pip", "check", "--python", folder / "bin" / "python")


def test_aws_settings_do_not_reach_what_the_set_up_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "a-profile-that-is-not-there")

    run("sh", "-c", 'test -z "${AWS_PROFILE:-}"')


def test_a_read_only_folder_is_made_again(tmp_path: Path, lock: Path) -> None:
    folder = tmp_path / "made"
    (folder / "closed").mkdir(parents=True)
    (folder / "closed" / "file").touch()
    (folder / "closed").chmod(0o555)

    part = _part(folder, lock)
    part.run()

    assert part.is_current()


def test_a_file_of_another_user_is_said_to_be_theirs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 65534)
    error = PermissionError(13, "Permission denied", "/etc/the-state-machine")

    said = said_of(error)

    assert said.startswith("/etc belongs to root, and you are ")
    assert "\nHint: 'sudo chown -R " in said


def test_who_has_installed_the_tool_is_told_of_no_checkout(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 65534)
    monkeypatch.setattr(places, "IS_INSTALLED", True)

    said = said_of(PermissionError(13, "Permission denied", "/etc/the-state-machine"))

    assert said.startswith("/etc belongs to root, and you are ")
    assert "checkout" not in said


def test_a_folder_that_its_owner_may_not_write_to_is_named(tmp_path: Path) -> None:
    error = PermissionError(13, "Permission denied", str(tmp_path))

    assert said_of(error) == f"Permission denied: {tmp_path}."


def test_a_full_disk_is_said_to_be_full() -> None:
    assert said_of(OSError(28, "No space left on device", "/a/file")).startswith("The disk is full: /a/file")


@pytest.mark.parametrize(("problem", "status"), [(None, 0), ("npm could not", 1)])
def test_what_functions_may_need_later_is_got_at_once_where_that_is_asked_for(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], problem: str | None, status: int
) -> None:
    ran: list[tuple[object, ...]] = []

    def run(*command: object, env: dict[str, str]) -> None:
        ran.append((*command[-1:], *env))
        if problem:
            raise SetupError(problem)

    monkeypatch.setattr(environments, "run", run)
    monkeypatch.setattr(environments, "parts", list)
    monkeypatch.setattr("sys.argv", ["setup", "--all"])

    assert environments.main() == status
    assert ran == [(environments.SDK_INSTALLER, environments.SDK_VARIABLE)]
    assert (problem or "") in capsys.readouterr().err


def test_a_full_disk_is_no_trouble_of_the_network() -> None:
    full = str(OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)))

    assert what_to_do(["no route", full]).startswith("the disk is full: make room")
    assert what_to_do(["no route"]).startswith("check the network and run")


def test_an_index_that_shows_nothing_is_named() -> None:
    said = "ERROR: Could not find a version that satisfies the requirement anyio==4.16.0 (from versions: none)"

    assert what_to_do([said]).startswith("check the package index that pip is set to, and its password")
