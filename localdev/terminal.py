"""What the scripts print: progress while a person waits, tables, and plain lines where nobody watches."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rich.table import Table

    from executions.report import Row
    from localdev.orders import Outcome

out = Console(highlight=False)
"""Results."""

err = Console(highlight=False, stderr=True)
"""Progress and messages."""

_ORDER_ID_LENGTH = 20
_MARKS = {"SUCCEEDED": ("✓", "green"), "FAILED": ("✗", "red"), "RUNNING": ("…", "yellow")}


@contextmanager
def progress(doing: str, done: str) -> Iterator[Callable[[str], None]]:
    """A spinner on a terminal while the block runs, and one line when it has; one line only elsewhere.

    The block may say what it is doing by now: on the spinner's line, or on a line of its own.
    """
    started = time.monotonic()
    if err.is_terminal:
        with err.status(f"{doing} …") as status:
            yield lambda text: status.update(f"{text} …")
    else:
        yield lambda text: err.print(text, soft_wrap=True)
    err.print(f"[green]✓[/] {done} [dim]({time.monotonic() - started:.1f} s)[/]")


def shown_status(status: str) -> str:
    """A status with its sign and colour; the sign alone says it too."""
    mark, colour = _MARKS.get(status, ("!", "red"))
    return f"[{colour}]{mark} {status}[/]"


def orders_table(rows: list[tuple[str, Outcome]]) -> Table:
    """One row an order: what was asked for, and what became of it."""
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("flavour", "order", "status", "error and cause", "seconds"):
        table.add_column(
            column,
            justify="right" if column == "seconds" else "left",
            # an id is there to be copied
            no_wrap=column in {"order", "status"},
            min_width=_ORDER_ID_LENGTH if column == "order" else None,
        )
    for asked, outcome in rows:
        reason = "\n".join(part for part in (outcome.error, outcome.cause) if part)
        table.add_row(
            asked,
            f"[dim]{outcome.order.order_id}[/]",
            shown_status(outcome.status),
            reason,
            f"{outcome.seconds:.2f}",
        )
    return table


def shown_path(line: str) -> Text:
    """A way through the states, each sign in its colour; the signs alone say it too."""
    text = Text(line)
    text.highlight_regex("[✓↻]", "green")
    text.highlight_regex("[✗⏱]", "bold red")
    text.highlight_regex("[⚠…■]", "yellow")
    return text


def print_order(asked: str, outcome: Outcome, path: str | None) -> None:
    """An order, what became of it, the way it took there, and error and cause beneath."""
    from executions.text import failure_text

    line = Text.assemble(asked, "  ", (outcome.order.order_id, "dim"), "  ")
    line.append(Text.from_markup(shown_status(outcome.status)))
    line.append(f"  {outcome.seconds:.2f} s")
    out.print(line, soft_wrap=True)
    if path:
        out.print(Text("  ").append(shown_path(path)), soft_wrap=True)
    reason = failure_text(outcome.error, outcome.cause)
    if reason:
        out.print(f"  {reason}", markup=False, soft_wrap=True)


def print_events(rows: list[Row]) -> None:
    """A line an event; on a terminal, what does not fit on its line is cut."""
    from executions.report import event_lines

    for line in event_lines(rows):
        out.print(Text(line, no_wrap=True, overflow="ellipsis"), soft_wrap=not out.is_terminal)
