"""Show a real account before anything happens in it."""

import sys

from localdev.commands.terminal import err
from localdev.engines import Engine
from localdev.system.errors import LocaldevError


def announce(engine: Engine, doing: str) -> None:
    """Say where and what, and on a terminal ask; an emulator needs no announcement.

    :raises LocaldevError: the answer was no.
    """
    if not engine.kind.is_account:
        return
    what = f"the stack {engine.stack_name}" if engine.stack_name else "the app's stacks"
    err.print(f"[bold]This is AWS:[/] {engine.where}\n  {doing} {what}", soft_wrap=True)
    if sys.stdin.isatty() and err.input("Go on? \\[y/N] ").strip().lower() not in {"y", "yes"}:
        raise LocaldevError("Nothing was done.")
