"""The log file begins anew when it is large."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from localstack_corrections.process.log_file import rotate

if TYPE_CHECKING:
    from pathlib import Path


def test_a_large_log_is_kept_beside_the_new_one(tmp_path: Path) -> None:
    log = tmp_path / "localstack.log"
    with log.open("ab", buffering=0) as file:
        file.write(b"old" * 10)
        assert not rotate(file.fileno(), 31)
        assert rotate(file.fileno(), 30)
        file.write(b"new")

    assert log.read_bytes() == b"new"
    assert (tmp_path / "localstack.log.1").read_bytes() == b"old" * 10


def test_what_is_not_open_for_appending_is_left_alone(tmp_path: Path) -> None:
    with (tmp_path / "log").open("wb", buffering=0) as file:
        file.write(b"old")
        assert not rotate(file.fileno(), 1)


def test_a_pipe_is_left_alone() -> None:
    reader, writer = os.pipe()
    with open(reader, "rb"), open(writer, "wb"):  # noqa: PTH123 - descriptors
        assert not rotate(writer, 1)
