"""The examples, as somebody has them who copied their folders and installed the wheel."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from localdev.system.project import ROOT
from tests.examples.strangers import Stranger, install

if TYPE_CHECKING:
    from pathlib import Path

_OWN_TESTS = sorted(path.parents[1].name for path in ROOT.glob("examples/*/tests/test_*.py"))
_NOT_COPIED = shutil.ignore_patterns(".*", "cdk.out", "node_modules", "__pycache__")


@pytest.fixture(scope="module")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> Stranger:
    return install(tmp_path_factory.mktemp("examples"))


def _copied(stranger: Stranger, name: str) -> Path:
    return shutil.copytree(ROOT / "examples" / name, stranger.app / name, ignore=_NOT_COPIED)


@pytest.mark.parametrize("name", _OWN_TESTS)
def test_the_tests_of_an_example_pass_with_the_installed_wheel(stranger: Stranger, name: str) -> None:
    folder = _copied(stranger, name)
    if (folder / "package-lock.json").exists():
        npm = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
        subprocess.run(npm, cwd=folder, check=True)

    said = stranger.runs("python", "-m", "pytest", "-q", "-p", "no:cacheprovider", folder=folder)

    assert " passed" in said
    assert "skipped" not in said
