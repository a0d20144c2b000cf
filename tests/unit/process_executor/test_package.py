"""The package stands on its own: a wheel that LocalStack finds the executor in."""

from __future__ import annotations

import re
import tomllib
import zipfile
from importlib import metadata
from typing import TYPE_CHECKING

import pytest

from tests import wheels
from tests.wheels import PACKAGE

if TYPE_CHECKING:
    from pathlib import Path

MODULES = PACKAGE / "src" / "localstack_process_executor"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return wheels.build(tmp_path_factory.mktemp("wheel"))


def test_the_wheel_holds_every_module(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        packed = {name for name in archive.namelist() if name.endswith(".py")}

    assert packed == {f"{MODULES.name}/{path.relative_to(MODULES).as_posix()}" for path in MODULES.rglob("*.py")}


def test_the_installed_wheel_names_the_executor(wheel: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path)

    (distribution,) = metadata.distributions(path=[str(tmp_path)])

    (entry,) = distribution.entry_points
    assert (entry.group, entry.name) == ("localstack.lambda.runtime_executor", "process")
    assert entry.value == "localstack_process_executor.plugin:ProcessRuntimeExecutorPlugin"
    assert distribution.metadata["Name"] == "localstack-process-executor"


def test_its_version_is_the_one_its_changelog_begins_with() -> None:
    version = tomllib.loads((PACKAGE / "pyproject.toml").read_text())["project"]["version"]
    headings = [line for line in (PACKAGE / "CHANGELOG.md").read_text().splitlines() if line.startswith("## ")]

    assert headings[0] == f"## {version}"


def test_its_readme_names_every_setting() -> None:
    sources = "".join(path.read_text() for path in MODULES.rglob("*.py"))
    settings = set(re.findall(r"\bLAMBDA_PROCESS_[A-Z]+\b", sources))

    assert settings
    assert all(f"`{setting}=" in (PACKAGE / "README.md").read_text() for setting in settings)
