"""What tests of the tool share."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

_SHORT = "/tmp"  # noqa: S108 - a folder of its own is made in it


@pytest.fixture
def socket_path() -> Iterator[Path]:
    """Provide a path for a socket, whose name has at most some 100 characters: ``TMPDIR`` may be longer."""
    with tempfile.TemporaryDirectory(dir=_SHORT) as folder:
        yield Path(folder) / "docker.sock"
