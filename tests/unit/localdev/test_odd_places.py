"""Checkouts and temporary folders in places that few people have: each works, or one line says why it does not.

What a mount shows needs root, in a mount namespace of the test's own.
"""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from localdev.deployment import assemblies, cdk
from localdev.setup import installer
from localdev.setup.errors import SetupError
from localdev.setup.pythons import base_python
from localdev.system.project import ROOT

if TYPE_CHECKING:
    from collections.abc import Sequence

_NO_BYTECODE = shutil.ignore_patterns("__pycache__")


def _mounted(options: str, folder: Path, command: Sequence[str | Path], **variables: str) -> str:
    """Return what a command says that fails where a small file system is mounted on a folder."""
    script = f'mount -t tmpfs -o {options} none "$0" && cp -R "$0.files/." "$0" && exec "$@"'
    inside = ["unshare", "--mount", "sh", "-c", script, folder, *command]
    if subprocess.run(["unshare", "--mount", "true"], capture_output=True, check=False).returncode:
        pytest.skip("only root can mount a file system")
    environment = dict(os.environ) | variables
    ended = subprocess.run(inside, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert ended.returncode, ended.stdout
    return ended.stdout + ended.stderr


def _copied(folder: Path) -> Path:
    """Copy what the set-up needs beside what it makes."""
    for name in ("localdev", "scripts", "emulator/process_executor/pyproject.toml"):
        source = ROOT / name
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=_NO_BYTECODE)
        else:
            shutil.copy(source, folder / name)
    for name in (".python-version", "requirements.txt", "requirements-dev.txt", "package-lock.json",
                 "emulator/requirements.txt", "emulator/image/make_indices.py"):  # fmt: skip
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, folder / name)
    return folder


def test_a_checkout_on_a_noexec_mount_is_said_to_be_there_before_anything_is_installed(tmp_path: Path) -> None:
    folder = tmp_path / "checkout"
    folder.mkdir()
    _copied(tmp_path / "checkout.files")

    said = _mounted("size=16m,noexec", folder, ["sh", folder / "scripts" / "setup"])

    assert said.splitlines() == [
        f"No program can be run from the checkout, {folder}: it is mounted 'noexec'.",
        "Hint: move the checkout to another file system, or mount this one with 'exec'.",
    ]


def test_a_disk_that_is_full_during_the_synthesis_is_said_to_be(tmp_path: Path) -> None:
    folder = tmp_path / "small"
    folder.mkdir()
    (tmp_path / "small.files").mkdir()
    program = (
        "import sys; from pathlib import Path\n"
        "from localdev.deployment import cdk; from localdev.system import errors\n"
        "try: cdk.synthesize(output=Path(sys.argv[1]) / 'cdk.out')\n"
        "except errors.LocaldevError as error: sys.exit(f'{error}')"
    )

    said = _mounted("size=8k", folder, [sys.executable, "-c", program, folder])

    assert "Hint: the disk is full: make room" in said


def test_an_app_is_kept_where_temporary_files_are_on_another_file_system(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = Path("/dev/shm")  # noqa: S108 - nothing is left there
    if not os.access(elsewhere, os.W_OK) or elsewhere.stat().st_dev == tmp_path.stat().st_dev:
        pytest.skip("this machine has no second file system")

    def synthesize(*, output: Path, **_options: object) -> Path:
        output.mkdir()
        (output / "manifest.json").write_text("{}")
        return output

    monkeypatch.setenv("TMPDIR", str(elsewhere))
    monkeypatch.setattr(cdk, "synthesize", synthesize)
    monkeypatch.setattr(assemblies, "FOLDER", tmp_path / "assemblies")

    kept = assemblies.assembly()

    assert (kept / "manifest.json").exists()
    assert kept.parent == tmp_path / "assemblies"
    assert [path.name for path in (tmp_path / "assemblies").iterdir()] == [kept.name]


def test_a_tar_ball_without_git_is_as_good_as_a_clone(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "ball.tar", "w") as ball:
        for name in ("app.py", "cdk.json", "infra", "lambdas", "localdev", "pizzeria", "pyproject.toml",
                     "requirements.txt", "scripts", "package-lock.json"):  # fmt: skip
            ball.add(ROOT / name, name, filter=lambda entry: None if "__pycache__" in entry.name else entry)
    checkout = tmp_path / "the-state-machine-1.0"
    with tarfile.open(tmp_path / "ball.tar") as ball:
        ball.extractall(checkout, filter="data")
    program = (
        "import json; from localdev.deployment import assemblies; from localdev.system import project\n"
        "print(json.dumps([str(project.ROOT), assemblies.fingerprint()]))"
    )
    tools = tmp_path / "bin"
    tools.mkdir()
    (tools / "git").write_text("#!/bin/sh\necho 'fatal: not a git repository' >&2\nexit 128\n")
    (tools / "git").chmod(0o755)

    said = subprocess.run(
        [sys.executable, "-P", "-c", f"import sys; sys.path.insert(0, '.')\n{program}"],
        cwd=checkout,
        env={**os.environ, "PATH": f"{tools}:{os.environ['PATH']}", "GIT_CEILING_DIRECTORIES": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    ).stdout

    root, fingerprint = json.loads(said)
    assert root == str(checkout)
    assert len(fingerprint) == 32


def test_an_old_pip_on_the_path_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old = tmp_path / "bin" / "pip"
    old.parent.mkdir()
    old.write_text("#!/bin/sh\necho 'pip 9.0.1: no such option: --require-hashes' >&2\nexit 2\n")
    old.chmod(0o755)
    for name in ("pip3", "pip3.13"):
        old.with_name(name).symlink_to(old)
    lock = tmp_path / "lock.txt"
    lock.touch()
    monkeypatch.setenv("PATH", f"{old.parent}:{os.environ['PATH']}")
    monkeypatch.setattr(installer, "uv", lambda: None)

    installer.make_environment(tmp_path / "made" / ".venv", lock, python=base_python())

    assert (tmp_path / "made" / ".venv" / "bin" / "python").exists()


@pytest.mark.parametrize("said", ["no such option: --python", "No module named pip"])
def test_the_installer_has_a_pip_of_its_own_where_pythons_is_old_or_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: str
) -> None:
    ran: list[list[str]] = []

    def run(*command: object) -> None:
        ran.append([str(part) for part in command[1:]])
        if "--python" in command:
            raise SetupError(said)

    monkeypatch.setattr(installer, "run", run)
    monkeypatch.setattr(installer, "INSTALLER", tmp_path)

    installer._make_installer("install", "uv")

    assert ran[2:] == [["-m", "venv", "--clear", str(tmp_path)], ["install", "uv"]]


def test_the_installer_is_made_once_where_the_network_is_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def run(*command: object) -> None:
        if "install" in command:
            raise SetupError("Could not find a version that satisfies the requirement uv")
        assert "--without-pip" in command

    monkeypatch.setattr(installer, "run", run)
    monkeypatch.setattr(installer, "INSTALLER", tmp_path)

    with pytest.raises(SetupError, match="Could not find a version"):
        installer._make_installer("install", "uv")


@pytest.mark.parametrize("way", ["variable", "file"])
def test_a_private_index_that_pip_is_configured_with_is_uvs_as_well(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    index, extra = "https://me:secret@index.example/simple", "https://extra.example/simple"
    settings = tmp_path / "pip.conf"
    settings.write_text(f"[global]\nindex-url = {index}\nextra-index-url = {extra}\n")
    for name in ("PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "UV_INDEX_STRATEGY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PIP_CONFIG_FILE", str(settings) if way == "file" else os.devnull)
    if way == "variable":
        monkeypatch.setenv("PIP_INDEX_URL", index)
        monkeypatch.setenv("PIP_EXTRA_INDEX_URL", extra)
    uv = tmp_path / "uv"
    seen = tmp_path / "seen"
    uv.write_text(
        f'#!/bin/sh\nprintf "%s\\n" "$UV_DEFAULT_INDEX" "$UV_INDEX" "$UV_INDEX_STRATEGY" > {shlex.quote(str(seen))}\n'
    )
    uv.chmod(0o755)
    monkeypatch.setattr(installer, "uv", lambda: uv)
    installer._index_for_uv.cache_clear()

    installer.run_uv("pip", "install", "oven")
    installer._index_for_uv.cache_clear()

    # a version may be in any of them, as for pip
    assert seen.read_text().splitlines() == [index, extra, "unsafe-best-match"]
