"""Test what is saved reaches the functions whole, and only when it can be compiled."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING

import pytest

from localdev.deployment.hot_code import Changes, HotCode

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def code(tmp_path: Path) -> HotCode:
    """Provide a module, and its copy."""
    code = HotCode(tmp_path / "source", tmp_path / "copies")
    code.source.mkdir()
    (code.source / "handler.py").write_text("one = 1\n")
    code.take(code.changes())
    return code


def test_with_nothing_saved_there_is_nothing_to_take(code: HotCode) -> None:
    assert not code.changes()


def test_a_saved_module_is_taken(code: HotCode) -> None:
    (code.source / "handler.py").write_text("two = 2\n")
    changes = code.changes()
    code.take(changes)
    assert changes.names == ["handler.py"]
    assert (code.copies / "handler.py").read_text() == "two = 2\n"


def test_one_that_is_saved_as_it_was_is_no_change(code: HotCode) -> None:
    (code.source / "handler.py").write_text("two = 2\n")
    (code.source / "handler.py").write_text("one = 1\n")
    assert not code.changes()


def test_new_renamed_and_removed_modules_are_taken(code: HotCode) -> None:
    (code.source / "package").mkdir()
    (code.source / "package" / "new.py").write_text("")
    (code.source / "handler.py").rename(code.source / "renamed.py")
    changes = code.changes()
    code.take(changes)
    assert changes.removed == ("handler.py",)
    assert sorted(path.name for path in code.copies.rglob("*.py")) == ["new.py", "renamed.py"]


def test_a_hidden_file_is_the_functions_where_it_is_deployed(tmp_path: Path) -> None:
    (tmp_path / "source").mkdir()
    (tmp_path / "source" / ".prices.json").write_text("{}")
    code = HotCode(tmp_path / "source", tmp_path / "copies", left_out=("__pycache__",))

    code.begin()

    assert (tmp_path / "copies" / ".prices.json").read_text() == "{}"
    assert code.has(tmp_path / "source" / ".prices.json")
    with zipfile.ZipFile(io.BytesIO(code.package())) as package:
        assert package.namelist() == [".prices.json"]


def test_a_data_file_is_the_functions_too(code: HotCode) -> None:
    (code.source / "prices.json").write_text("{}")
    changes = code.changes()
    assert changes.names == ["prices.json"]
    assert not code.mistakes(changes)


@pytest.mark.parametrize("name", ["requirements.txt", ".env", "__pycache__/handler.pyc", "handler.py~"])
def test_what_no_function_needs_is_not_taken(code: HotCode, name: str) -> None:
    path = code.source / name
    path.parent.mkdir(exist_ok=True)
    path.write_text("x")
    assert not code.changes()


def test_a_half_written_module_is_named_with_its_line(code: HotCode) -> None:
    (code.source / "handler.py").write_text("one = 1\n\ndef handler(:\n")
    [mistake] = code.mistakes(code.changes())
    assert (mistake.name, mistake.line, mistake.text) == ("handler.py", 3, "def handler(:")


def test_a_null_byte_is_a_mistake(code: HotCode) -> None:
    assert code.mistakes(Changes({"handler.py": b"x = 1\0"}))


def test_no_file_but_the_modules_is_left_among_the_copies(code: HotCode) -> None:
    (code.source / "handler.py").write_text("two = 2\n")
    code.take(code.changes())
    assert [path.name for path in code.copies.iterdir()] == ["handler.py"]
    code.remove()
    assert not code.copies.exists()


@pytest.fixture
def bundled(tmp_path: Path) -> HotCode:
    """Provide a module that was bundled with a package, whose files have any names."""
    (tmp_path / "source").mkdir()
    (tmp_path / "asset" / "package").mkdir(parents=True)
    for folder in ("source", "asset"):
        (tmp_path / folder / "handler.py").write_text("import package\n")
    for name in ("__init__.py", ".data", "requirements.txt"):
        (tmp_path / "asset" / "package" / name).write_text(name)
    code = HotCode(tmp_path / "source", tmp_path / "copies", tmp_path / "asset")
    code.begin()
    return code


def test_what_bundling_has_made_is_beside_the_copies(bundled: HotCode) -> None:
    assert (bundled.copies / "package" / "__init__.py").read_text() == "__init__.py"
    assert not bundled.changes()


def test_what_bundling_has_made_stays_when_the_source_changes(bundled: HotCode) -> None:
    (bundled.source / "handler.py").rename(bundled.source / "renamed.py")

    bundled.take(changes := bundled.changes())

    assert changes.names == ["handler.py", "renamed.py"]
    with zipfile.ZipFile(io.BytesIO(bundled.package())) as archive:
        assert archive.namelist() == [
            *("package/.data", "package/__init__.py", "package/requirements.txt", "renamed.py"),
        ]
