"""Print executions: statuses, paths and events."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from localdev.commands.terminal import out
from localdev.executions import signs

if TYPE_CHECKING:
    from localdev.executions.report import Row

_MARKS = {
    "SUCCEEDED": (signs.SUCCEEDED, "green"),
    "FAILED": (signs.FAILED, "red"),
    "TIMED_OUT": (signs.TIMED_OUT, "red"),
    "ABORTED": (signs.ABORTED, "yellow"),
    "RUNNING": (signs.RUNNING, "yellow"),
}


def shown_status(status: str) -> str:
    """Return a status with its sign and colour; the sign alone says it too."""
    mark, colour = _MARKS.get(status, (signs.WARNING, "yellow"))
    return f"[{colour}]{mark} {status}[/]"


def shown_path(line: str) -> Text:
    """Return a way through the states, each sign in its colour; the signs alone say it too."""
    text = Text(line)
    text.highlight_regex(f"[{signs.SUCCEEDED}{signs.RETRIED}]", "green")
    text.highlight_regex(f"[{signs.FAILED}{signs.TIMED_OUT}]", "bold red")
    text.highlight_regex(f"[{signs.WARNING}{signs.RUNNING}{signs.ABORTED}]", "yellow")
    return text


def print_events(rows: list[Row]) -> None:
    """Print a line an event; on a terminal, what does not fit on its line is cut."""
    from localdev.executions.report import event_lines

    for line in event_lines(rows):
        out.print(Text(line, no_wrap=True, overflow="ellipsis"), soft_wrap=not out.is_terminal)
