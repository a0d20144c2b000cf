"""The wheel of the tool: all that it is made of, and nothing of the app."""

from __future__ import annotations

import configparser
import subprocess
import sys
import zipfile
from email.parser import Parser
from typing import TYPE_CHECKING

import pytest

import localdev
from localdev.setup import environments
from localdev.system.project import ROOT

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

MOST_BYTES = 3_000_000


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built as ``python -m build`` does it, with the build system that is locked for the checks."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", folder],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def files(wheel: Path) -> Mapping[str, bytes]:
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _metadata(files: Mapping[str, bytes], name: str) -> str:
    (found,) = (content for path, content in files.items() if path.endswith(f".dist-info/{name}"))
    return found.decode()


def _sources(folder: str, pattern: str = "*") -> set[str]:
    tracked = subprocess.check_output(["git", "ls-files", folder], cwd=ROOT, text=True).splitlines()
    return {name for name in tracked if pattern == "*" or name.endswith(pattern)}


def test_every_module_of_the_tool_is_in_it_with_what_it_reads(files: Mapping[str, bytes]) -> None:
    names = ("Dockerfile", "Dockerfile.dockerignore", "requirements.in", "requirements.txt")

    assert _sources("localdev") - {f"localdev/console/{name}" for name in names} <= files.keys()
    assert "localdev/py.typed" in files


def test_all_that_the_emulator_is_made_of_is_in_it(files: Mapping[str, bytes]) -> None:
    sources = _sources("emulator") | {"package.json", "package-lock.json", ".npmrc", ".dockerignore"}
    sources |= {"requirements-setup.txt", "localdev/loopback_names/index.cjs"}

    for name in sources:
        assert files.get(f"localdev/data/{name}") == (ROOT / name).read_bytes(), name


def test_its_locks_have_hashes(files: Mapping[str, bytes]) -> None:
    for name in ("emulator/requirements.txt", "requirements-setup.txt"):
        lock = files[f"localdev/data/{name}"].decode()
        pinned = [line for line in lock.splitlines() if "==" in line]
        assert pinned
        assert all(line.endswith("\\") for line in pinned)


def test_nothing_of_the_app_nor_of_an_environment_is_in_it(files: Mapping[str, bytes]) -> None:
    assert {name.split("/")[0] for name in files if ".dist-info/" not in name} == {"localdev"}
    assert not [name for name in files if ".venv" in name or "__pycache__" in name or ".egg-info" in name]


def test_it_is_small(wheel: Path) -> None:
    assert wheel.stat().st_size < MOST_BYTES


def test_it_has_the_name_the_version_the_command_and_the_plugin(files: Mapping[str, bytes]) -> None:
    metadata = Parser().parsestr(_metadata(files, "METADATA"))
    assert (metadata["Name"], metadata["Version"]) == ("cdk-localdev", localdev.__version__)

    entry_points = configparser.ConfigParser()
    entry_points.read_string(_metadata(files, "entry_points.txt"))
    assert dict(entry_points["console_scripts"]) == {"localdev": "localdev.__main__:run"}
    assert dict(entry_points["pytest11"]) == {"localdev": "localdev.testing.plugin"}


def test_what_it_depends_on_is_what_the_checkout_has_locked(files: Mapping[str, bytes]) -> None:
    metadata = Parser().parsestr(_metadata(files, "METADATA"))
    needs = {each.split(">")[0] for each in metadata.get_all("Requires-Dist", [])}
    lines = (line.split("#")[0].strip() for line in (ROOT / "requirements.in").read_text().splitlines())
    of_the_app = {"aws-cdk-lib", "constructs", "pip"}

    assert needs == {line for line in lines if line} - of_the_app


def test_what_the_set_up_copies_for_npm_is_all_that_its_manifest_names(files: Mapping[str, bytes]) -> None:
    names = environments.FOR_NPM

    assert {f"localdev/data/{name}" for name in names} <= files.keys()
    assert {name for name in names if name.startswith("localdev/")} == _sources("localdev/loopback_names")
