"""Extraction of packages: nothing is touched outside the folder."""

from __future__ import annotations

import io
import stat
import zipfile
from typing import TYPE_CHECKING

import pytest

from localstack_corrections.lambda_.archive_files import UnsafeArchiveError, extract

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

LINK = (stat.S_IFLNK | 0o777) << 16


def package(entries: Iterable[tuple[str, str]]) -> io.BytesIO:
    """Return an archive; a name that ends in ``@`` is a link to its content."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in entries:
            entry = zipfile.ZipInfo(name.removesuffix("@"))
            entry.external_attr = LINK if name.endswith("@") else 0o600 << 16
            archive.writestr(entry, content)
    buffer.seek(0)
    return buffer


@pytest.mark.parametrize(
    "entries",
    [
        [("../escaped", "x")],
        [("a/../../escaped", "x")],
        [("d@", "/etc"), ("d/escaped", "x")],
        [("d@", "inside"), ("d/escaped", "x")],
        [("l@", "/etc/shadow")],
        [("l@", "../outside")],
        [("a/l@", "../../outside")],
        [("l@", "/opt/../../outside")],
        [("p/q/l@", "../../t"), ("t/file", "x"), ("m@", "p/q/l/../../outside")],
        [("a@", "b"), ("b@", "a")],
        [("l@", "")],
        [("f", "x"), ("f/g", "y")],
        [("n" * 300, "x")],
        [("d/" * 300 + "x", "x")],
        [(("n" * 200 + "/") * 20 + "x", "x")],
        [("", "x")],
    ],
)
def test_a_package_that_reaches_outside_is_refused_and_nothing_is_written(
    tmp_path: Path, entries: list[tuple[str, str]]
) -> None:
    folder = tmp_path / "code"
    folder.mkdir()

    with pytest.raises(UnsafeArchiveError):
        extract(package(entries), folder)

    assert list(folder.iterdir()) == []
    assert list(tmp_path.iterdir()) == [folder]


def test_a_package_of_very_many_folders_is_refused_before_one_is_made(tmp_path: Path) -> None:
    # a short file, whose names imply a folder for each letter
    entries = [(f"{number}/" + "d/" * 250 + "x", "") for number in range(900)]

    with pytest.raises(UnsafeArchiveError, match="more than 200000 files and folders"):
        extract(package(entries), tmp_path)

    assert list(tmp_path.iterdir()) == []


def test_a_package_whose_links_have_no_end_in_sight_is_refused(tmp_path: Path) -> None:
    chain = [(f"{number}@", "./" * 1900 + str(number + 1)) for number in range(30)]
    links = [(f"l{number}@", "0") for number in range(100)]

    with pytest.raises(UnsafeArchiveError, match="too many names"):
        extract(package([*chain, ("30", "x"), *links]), tmp_path)


@pytest.mark.parametrize("kind", [stat.S_IFCHR, stat.S_IFBLK, stat.S_IFIFO, stat.S_IFSOCK])
def test_a_device_a_pipe_or_a_socket_becomes_a_file(tmp_path: Path, kind: int) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        entry = zipfile.ZipInfo("device")
        entry.external_attr = (kind | 0o6777) << 16
        archive.writestr(entry, "x")

    extract(buffer, tmp_path)

    assert stat.S_ISREG((tmp_path / "device").lstat().st_mode)
    assert stat.S_IMODE((tmp_path / "device").lstat().st_mode) == 0o755


def test_an_entry_that_says_it_is_shorter_than_it_is_is_not_unpacked_beyond_that(tmp_path: Path) -> None:
    data = package([("a", "x" * 1000)]).getvalue()
    lie = data.replace((1000).to_bytes(4, "little"), (10).to_bytes(4, "little"))

    with pytest.raises(zipfile.BadZipFile):
        extract(io.BytesIO(lie), tmp_path)

    assert sum(path.stat().st_size for path in tmp_path.iterdir()) <= 10


def test_links_inside_a_package_stay_links(tmp_path: Path) -> None:
    extract(
        package(
            [("lib/real.py", "x = 1"), ("lib/link.py@", "real.py"), ("up/l@", "../lib"), ("abs@", "/var/task/lib")]
        ),
        tmp_path,
    )

    assert (tmp_path / "lib/link.py").is_symlink()
    assert (tmp_path / "up/l/real.py").read_text() == "x = 1"
    assert str((tmp_path / "abs").readlink()) == "/var/task/lib"


def test_folders_can_be_entered_and_files_be_read_whatever_the_package_says(tmp_path: Path) -> None:
    extract(package([("empty/", ""), ("a/b/c.py", "x = 1")]), tmp_path)

    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.rglob("*")}
    assert modes == dict.fromkeys(("empty", "a", "b"), 0o755) | {"c.py": 0o644}


@pytest.mark.parametrize(("mode", "unpacked"), [(0o700, 0o755), (0o755, 0o755), (0o644, 0o644), (0, 0o644)])
def test_a_file_can_be_executed_if_the_package_says_so(tmp_path: Path, mode: int, unpacked: int) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        entry = zipfile.ZipInfo("bootstrap")
        entry.external_attr = (stat.S_IFREG | mode) << 16
        archive.writestr(entry, "#!/bin/sh\n")

    extract(buffer, tmp_path)

    assert stat.S_IMODE((tmp_path / "bootstrap").stat().st_mode) == unpacked


def test_the_last_entry_of_a_name_is_kept(tmp_path: Path) -> None:
    with pytest.warns(UserWarning, match="Duplicate name"):
        archive = package([("a", "first"), ("a", "second")])
    extract(archive, tmp_path)

    assert (tmp_path / "a").read_text() == "second"


def test_an_absolute_name_is_a_name_inside_the_package(tmp_path: Path) -> None:
    extract(package([("/etc/x", "x")]), tmp_path)

    assert (tmp_path / "etc/x").read_text() == "x"
