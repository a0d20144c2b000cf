"""Put what LocalStack keeps for good into huge pages.

Its million lasting objects are spread over 130 MB in pages of 4 kB, and a processor remembers where a few thousand of
them are: in a virtual machine each look at another costs up to 24 reads of memory. Where Linux leaves it to the program
(``madvise``, as on Debian, Ubuntu and Fedora) they are laid into pages of 2 MB once all services are loaded.
https://docs.kernel.org/admin-guide/mm/transhuge.html
"""

from __future__ import annotations

import ctypes
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from localstack_tuning.adjustment import Adjustment

if TYPE_CHECKING:
    from collections.abc import Iterator

_HUGE = 2 * 1024 * 1024
_MADV_HUGEPAGE, _MADV_COLLAPSE = 14, 25
_MEMORY = re.compile(r"^([0-9a-f]+)-([0-9a-f]+) rw-p \S+ 00:00 0 *(\[heap\])?$", re.MULTILINE)
"""A line of ``/proc/self/maps``: memory of this process's own, of no file and of no main thread's stack."""


def lay_into_huge_pages() -> None:
    """Ask the kernel for it; one that cannot, or is not Linux, leaves everything as it is."""
    if sys.platform != "linux":
        return
    advise = ctypes.CDLL(None).madvise
    advise.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
    for start, size in _regions(Path("/proc/self/maps").read_text(encoding="utf-8")):
        advise(start, size, _MADV_HUGEPAGE)
        # now, not when the kernel next passes by; a thread's stack is refused, and stays as it is
        advise(start, size, _MADV_COLLAPSE)


def _regions(maps: str) -> Iterator[tuple[int, int]]:
    """Yield where huge pages fit in: start and size in bytes."""
    for found in _MEMORY.finditer(maps):
        start = -(-int(found[1], 16) // _HUGE) * _HUGE
        end = int(found[2], 16) // _HUGE * _HUGE
        if start < end:
            yield start, end - start


ADJUSTMENT = Adjustment("huge-pages", {}, when_loaded=lay_into_huge_pages)
