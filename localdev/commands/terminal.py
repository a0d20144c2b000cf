"""Print progress while a person waits, and plain lines where nobody watches."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console

from localdev.executions import signs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

out = Console(highlight=False, emoji=False)
"""Results. Without emojis: a secret's ARN has ``:secret:`` in it, which is one's name."""

err = Console(highlight=False, emoji=False, stderr=True)
"""Progress and messages."""

DONE = f"[green]{signs.SUCCEEDED}[/]"
FAILED = f"[red]{signs.FAILED}[/]"
WARNING = f"[yellow]{signs.WARNING}[/]"
"""What a line that reports something begins with."""


@contextmanager
def progress(doing: str, done: str) -> Iterator[Callable[[str], None]]:
    """Show a spinner on a terminal while the block runs, and one line when it has; one line only elsewhere.

    The block may say what it is doing by now: on the spinner's line, or on a line of its own.
    """
    started = time.monotonic()
    if err.is_terminal:
        with err.status(f"{doing} …") as status:
            yield lambda text: status.update(f"{text} …")
    else:
        yield lambda text: err.print(text, soft_wrap=True)
    err.print(f"{DONE} {done} [dim]({time.monotonic() - started:.1f} s)[/]")
