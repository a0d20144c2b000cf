"""Test what is published: every package, with versions, changelogs and a tag that agree."""

from __future__ import annotations

import subprocess
import zipfile
from typing import TYPE_CHECKING

import pytest

import localdev
from localdev.system.project import ROOT
from release.build import mistakes
from release.versions import Package, disagreements, packages

if TYPE_CHECKING:
    from pathlib import Path


def _package(folder: Path, changelog: str | None = None, version: str = "1.2.0") -> Package:
    if changelog is not None:
        (folder / "CHANGELOG.md").write_text(changelog)
    return Package("oven", version, folder, "flit_core.buildapi")


def test_the_packages_are_the_tool_and_every_one_of_the_emulator() -> None:
    found = packages(ROOT)

    assert (found[0].name, found[0].version) == ("cdk-localdev", localdev.__version__)
    assert {each.folder.name for each in found[1:]} == {
        path.parent.name for path in ROOT.glob("emulator/*/pyproject.toml")
    }
    assert {"localstack-corrections", "localstack-process-executor", "localstack-tuning"} < {
        each.name for each in found
    }


def test_versions_and_changelogs_agree_in_this_checkout() -> None:
    assert list(disagreements(packages(ROOT), None)) == []


def test_a_changelog_with_another_newest_version_is_named(tmp_path: Path) -> None:
    package = _package(tmp_path, "# Changelog\n\n## 1.3.0\n\n## 1.2.0\n")

    assert list(disagreements([package], None)) == ["oven is 1.2.0, and the newest version in its changelog is 1.3.0"]


def test_a_release_of_what_is_unreleased_is_refused_and_a_dry_run_of_it_is_not(tmp_path: Path) -> None:
    package = _package(tmp_path, "# Changelog\n\n## 1.2.0 — unreleased\n")

    (said,) = disagreements([package], "v1.2.0")
    assert "unreleased" in said
    assert list(disagreements([package], None)) == []


@pytest.mark.parametrize("tag", ["1.2.0", "v1.2", "v2.0.0"])
def test_a_tag_that_is_not_the_tools_version_is_refused(tmp_path: Path, tag: str) -> None:
    assert list(disagreements([_package(tmp_path)], tag)) == [f"the tag is {tag}, and oven is 1.2.0: expected v1.2.0"]


def test_a_changelog_without_a_version_is_named(tmp_path: Path) -> None:
    assert list(disagreements([_package(tmp_path, "# Changelog\n")], None)) == ["oven: its changelog names no version"]


def test_a_wheel_of_another_version_with_generated_files_and_without_types_is_refused(tmp_path: Path) -> None:
    wheel = tmp_path / "oven-1.2.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("oven/__pycache__/oven.pyc", "")
        archive.writestr("oven-1.2.0.dist-info/METADATA", "Metadata-Version: 2.4\nName: oven\nVersion: 1.1.0\n")

    assert list(mistakes(_package(tmp_path), wheel)) == [
        "oven-1.2.0-py3-none-any.whl says that it is oven 1.1.0",
        "oven-1.2.0-py3-none-any.whl has generated files, such as oven/__pycache__/oven.pyc",
        "oven-1.2.0-py3-none-any.whl has no py.typed",
    ]


def test_a_dry_run_builds_every_package_as_wheel_and_source(tmp_path: Path) -> None:
    subprocess.run([ROOT / "scripts" / "release", "--to", tmp_path], check=True, capture_output=True)

    for package in packages(ROOT):
        stem = f"{package.name.replace('-', '_')}-{package.version}"
        assert {f"{stem}-py3-none-any.whl", f"{stem}.tar.gz"} <= {path.name for path in tmp_path.iterdir()}
