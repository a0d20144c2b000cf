"""Lasting objects in huge pages: which memory is laid into them, and that it is there."""

from __future__ import annotations

import platform
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from localstack_tuning.runtime.huge_pages import _regions

if TYPE_CHECKING:
    from collections.abc import Callable

MB = 1024 * 1024
_LEFT_TO_PROGRAMS = Path("/sys/kernel/mm/transparent_hugepage/enabled")


def _kernel_does_it() -> bool:
    """Linux 6.1 and newer lay memory into huge pages when asked, unless an administrator has it otherwise."""
    version = [int(number) for number in platform.release().split(".")[:2]]
    return (
        _LEFT_TO_PROGRAMS.exists()
        and "[never]" not in _LEFT_TO_PROGRAMS.read_text(encoding="utf-8")
        and version >= [6, 1]
    )


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("00300000-00900000 rw-p 00000000 00:00 0 ", [(4 * MB, 4 * MB)]),
        ("00400000-00800000 rw-p 00000000 00:00 0                          [heap]", [(4 * MB, 4 * MB)]),
        ("00300000-00500000 rw-p 00000000 00:00 0 ", []),
        ("00400000-00800000 r--p 00000000 00:00 0 ", []),
        ("00400000-00800000 rw-p 00000000 fe:00 1234                       /usr/lib/libpython3.13.so", []),
        ("7ff000400000-7ff000800000 rw-p 00000000 00:00 0                  [stack]", []),
    ],
)
def test_only_memory_of_its_own_that_holds_a_huge_page_is_asked_for(line: str, found: list[tuple[int, int]]) -> None:
    assert list(_regions(f"{line}\n")) == found


def test_what_lies_in_huge_pages_is_as_it_was(run_in_localstack: Callable[[str], Any]) -> None:
    assert run_in_localstack("huge_pages.py")["as it was"]


@pytest.mark.skipif(not _kernel_does_it(), reason="this kernel lays nothing into huge pages when asked")
def test_what_lasts_lies_in_huge_pages(run_in_localstack: Callable[[str], Any]) -> None:
    assert run_in_localstack("huge_pages.py")["huge"] >= 16 * 2 * MB
