"""Folders that are removed whole, and what is said of files that are in the way."""

from __future__ import annotations

import errno
import os
import tempfile
import threading
from pathlib import Path

import pytest

from localdev.system import folders
from localdev.system.errors import LocaldevError
from localdev.system.folders import foreign, is_trouble, owner_of, remove_folder, trouble_with, user

ORDINARY = 65534


def _as_ordinary_user(step: object, *arguments: object) -> str:
    """Run a step as a user who may do nothing special; what went wrong, as text."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        said = ""
        try:
            if os.geteuid() == 0:
                os.setgroups([])
                os.setgid(ORDINARY)
                os.setuid(ORDINARY)
            step(*arguments)  # type: ignore[operator]
        except BaseException as error:  # noqa: BLE001 - the test gets it
            said = f"{type(error).__name__}: {error}"
        os.write(write, said.encode())
        os._exit(0)
    os.close(write)
    with os.fdopen(read) as reported:
        text = reported.read()
    os.waitpid(child, 0)
    return text


def _reachable(folder: Path) -> None:
    """Let the ordinary user reach a test's folder, down from pytest's own."""
    shared = Path(tempfile.gettempdir())
    for place in (folder, *(each for each in folder.parents if shared in each.parents)):
        place.chmod(0o777)


def _make_read_only(folder: Path) -> None:
    inner = folder / "tmp" / "code"
    inner.mkdir(parents=True)
    (inner / "function.py").touch()
    (inner / "closed").mkdir()
    (inner / "closed" / "deep.py").touch()
    for path, mode in ((inner / "closed", 0o000), (inner, 0o555), (folder / "tmp", 0o311)):
        path.chmod(mode)


def test_a_folder_that_its_owner_may_not_write_to_is_removed(tmp_path: Path) -> None:
    _reachable(tmp_path)

    def make_and_remove() -> None:
        _make_read_only(tmp_path / "code")
        remove_folder(tmp_path / "code")

    assert _as_ordinary_user(make_and_remove) == ""
    assert not (tmp_path / "code").exists()


def test_where_there_is_no_folder_nothing_happens(tmp_path: Path) -> None:
    remove_folder(tmp_path / "none")


def test_what_a_symbolic_link_leads_to_stays(tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept" / "file").touch()
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "link").symlink_to(tmp_path / "kept")

    remove_folder(tmp_path / "folder")

    assert (tmp_path / "kept" / "file").exists()


def test_a_folder_that_is_still_written_to_is_removed_when_that_ends(tmp_path: Path) -> None:
    folder = tmp_path / "busy"
    folder.mkdir()
    ended = threading.Event()

    def write() -> None:
        for number in range(2000):
            try:
                (folder / str(number)).touch()
            except FileNotFoundError:
                break
        ended.set()

    writer = threading.Thread(target=write)
    writer.start()
    remove_folder(folder)
    writer.join()

    assert ended.is_set()
    assert not folder.exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make files of another user")
def test_files_of_another_user_are_said_to_be_theirs(tmp_path: Path) -> None:
    _reachable(tmp_path)
    (tmp_path / "roots").mkdir(mode=0o755)
    (tmp_path / "roots" / "file").touch()

    said = _as_ordinary_user(remove_folder, tmp_path / "roots")

    assert said.startswith(f"LocaldevError: {tmp_path / 'roots'} cannot be removed: ")
    assert "belongs to root, and you are nobody" in said
    assert "Hint: 'sudo chown -R nobody .'" in said
    assert (tmp_path / "roots" / "file").exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make files of another user")
def test_files_of_another_user_are_found(tmp_path: Path) -> None:
    (tmp_path / "theirs").mkdir()
    os.chown(tmp_path / "theirs", ORDINARY, ORDINARY)
    _reachable(tmp_path)

    def look() -> None:
        assert foreign(tmp_path) == [tmp_path]

    assert _as_ordinary_user(look) == ""
    assert foreign(tmp_path) == [], "root may use everybody's"
    assert owner_of(tmp_path / "theirs") != user()


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (errno.ENOSPC, "/a/file cannot be used: the disk is full.\nHint: make room"),
        (errno.EROFS, "/a/file cannot be used: its file system is read-only.\nHint: use a checkout"),
    ],
)
def test_a_disk_that_cannot_be_written_to_is_said_in_a_line(number: int, said: str) -> None:
    error = OSError(number, os.strerror(number), "/a/file")

    assert is_trouble(error)
    assert str(trouble_with(error)).startswith(said)


def test_an_error_of_the_program_is_no_trouble_with_files() -> None:
    assert not is_trouble(FileExistsError(errno.EEXIST, "File exists", "/a/file"))
    assert not is_trouble(ValueError())


def test_a_folder_that_stays_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.EBUSY, "Device or resource busy", str(tmp_path / "mounted"))

    monkeypatch.setattr("shutil.rmtree", refuse)
    monkeypatch.setattr(folders, "_RETRY_SECONDS", 0.1)

    with pytest.raises(LocaldevError, match=r"cannot be removed: .*busy"):
        remove_folder(tmp_path)
