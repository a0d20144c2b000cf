"""A JSON document on the command line: as text, as a file, on standard input."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest

from localdev.commands.inputs import read_document
from localdev.system.errors import LocaldevError

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("text", ['{"flavour": "funghi"}', '"text"', "[1, 2]", "null", "7"])
def test_json_is_taken_as_it_is(text: str) -> None:
    assert read_document(text, what="input") == text


def test_without_one_it_is_an_empty_object() -> None:
    assert read_document(None, what="input") == "{}"


def test_the_name_of_a_file_means_what_is_in_it(tmp_path: Path) -> None:
    file = tmp_path / "an order ü.json"
    file.write_text('{"flavour": "ü"}')

    assert read_document(str(file), what="input") == '{"flavour": "ü"}'


def test_a_hyphen_means_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("[1]"))

    assert read_document("-", what="payload") == "[1]"


def test_what_is_neither_json_nor_a_file_is_named() -> None:
    with pytest.raises(
        LocaldevError, match=r"The payload is neither JSON nor a file: '\{flavour: x\}'.\nHint: write JSON"
    ):
        read_document("{flavour: x}", what="payload")


def test_a_file_that_holds_no_json_is_named(tmp_path: Path) -> None:
    (tmp_path / "order.txt").write_text("pepperoni")

    with pytest.raises(LocaldevError, match=r"The input in .*order.txt is not JSON: .*\nHint: "):
        read_document(str(tmp_path / "order.txt"), what="input")


def test_standard_input_that_is_no_json_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(""))

    with pytest.raises(LocaldevError, match="The input on standard input is not JSON"):
        read_document("-", what="input")
