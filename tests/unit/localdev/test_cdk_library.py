"""The CDK's library: it is unpacked where jsii looks for it."""

from __future__ import annotations

import io
import os
import tarfile
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from localdev.deployment import assemblies, cdk, cdk_library
from localdev.setup.environments import APP
from localdev.setup.errors import SetupError
from localdev.system.project import JSII_CACHE

if TYPE_CHECKING:
    from pathlib import Path


def _environment(folder: Path, content: bytes = b"exports.oven = 1") -> Path:
    archives = folder / "lib" / "python3.13" / "site-packages" / "aws_cdk" / "_jsii"
    archives.mkdir(parents=True)
    with tarfile.open(archives / "aws-cdk-lib@2.0.0.jsii.tgz", "w:gz") as archive:
        file = tarfile.TarInfo("package/lib/index.js")
        file.size = len(content)
        archive.addfile(file, io.BytesIO(content))
    return folder


def test_the_library_is_where_jsii_looks_for_it() -> None:
    assemblies.latest()
    archive = next(APP.glob("lib/python3*/site-packages/aws_cdk/_jsii/aws-cdk-lib@*.jsii.tgz"))
    expected = cdk_library.place(archive, JSII_CACHE)

    assert [entry for entry in expected.parent.iterdir() if entry.is_dir()] == [expected]


def test_an_archive_is_unpacked_without_its_outer_folder(tmp_path: Path) -> None:
    environment = _environment(tmp_path / "environment")

    cdk_library.unpack(environment, tmp_path / "cache")

    (index,) = (tmp_path / "cache" / "aws-cdk-lib" / "2.0.0").glob("*/lib/index.js")
    assert index.read_bytes() == b"exports.oven = 1"


def test_what_is_there_is_not_unpacked_again(tmp_path: Path) -> None:
    environment, cache = _environment(tmp_path / "environment"), tmp_path / "cache"
    cdk_library.unpack(environment, cache)
    (index,) = cache.glob("aws-cdk-lib/2.0.0/*/lib/index.js")
    before = index.stat().st_ino

    cdk_library.unpack(environment, cache)

    assert index.stat().st_ino == before


def test_what_an_interrupted_set_up_has_left_is_replaced(tmp_path: Path) -> None:
    environment, cache = _environment(tmp_path / "environment"), tmp_path / "cache"
    (archive,) = environment.glob("lib/*/*/*/*/*.tgz")
    half = cdk_library.place(archive, cache)
    half.mkdir(parents=True)
    (half / "half").touch()

    cdk_library.unpack(environment, cache)

    assert {path.name for path in half.iterdir()} == {"lib", ".jsii-runtime-package-cache"}


def test_an_archive_that_is_none_leaves_nothing(tmp_path: Path) -> None:
    environment, cache = _environment(tmp_path / "environment"), tmp_path / "cache"
    (archive,) = environment.glob("lib/*/*/*/*/*.tgz")
    archive.write_bytes(b"no archive")

    with pytest.raises(SetupError, match="tar"):
        cdk_library.unpack(environment, cache)

    assert not list(cache.glob("aws-cdk-lib/2.0.0/*"))


def test_that_of_an_apps_own_python_is_unpacked_before_its_synthesis(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment = _environment(tmp_path / "own environment")
    (environment / "bin").mkdir()
    (environment / "bin" / "python").touch(mode=0o755)
    monkeypatch.setattr(cdk, "JSII_CACHE", tmp_path / "cache")

    cdk.unpack_library(f"{environment / 'bin'}:/usr/bin")

    assert list((tmp_path / "cache" / "aws-cdk-lib" / "2.0.0").glob("*/lib/index.js"))


def test_an_app_in_another_language_has_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cdk, "JSII_CACHE", tmp_path / "cache")

    cdk.unpack_library(str(tmp_path))

    assert not (tmp_path / "cache").exists()


def test_of_syntheses_at_once_one_unpacks(tmp_path: Path) -> None:
    environment, cache = _environment(tmp_path / "environment", os.urandom(2**20)), tmp_path / "cache"

    with ThreadPoolExecutor(4) as pool:
        for each in [pool.submit(cdk_library.unpack, environment, cache) for _ in range(4)]:
            each.result()

    (folder,) = (cache / "aws-cdk-lib" / "2.0.0").iterdir()
    assert {path.name for path in folder.iterdir()} == {"lib", ".jsii-runtime-package-cache"}


def test_without_tar_a_synthesis_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    environment = _environment(tmp_path / "environment")
    (environment / "bin").mkdir()
    (environment / "bin" / "python").touch(mode=0o755)
    monkeypatch.setattr(cdk, "JSII_CACHE", tmp_path / "cache")
    monkeypatch.setenv("PATH", str(tmp_path))

    cdk.unpack_library(str(environment / "bin"))

    assert not list((tmp_path / "cache").rglob("index.js"))
