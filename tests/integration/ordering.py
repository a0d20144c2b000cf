"""Orders that go on while something else happens."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@contextmanager
def all_the_while(
    order: Callable[[], dict[str, Any]], callers: int = 3, pause: float = 0
) -> Iterator[list[dict[str, Any]]]:
    """Order again and again until the end of the block, with that many seconds between; what each gave, as it comes in.

    One that raises fails the block at its end.
    """
    given: list[dict[str, Any]] = []
    done = threading.Event()

    def go_on() -> None:
        while not done.wait(pause):
            given.append(order())

    with ThreadPoolExecutor(callers) as pool:
        ordering = [pool.submit(go_on) for _ in range(callers)]
        try:
            yield given
        finally:
            done.set()
    for each in ordering:
        each.result()
