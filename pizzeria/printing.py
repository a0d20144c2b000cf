"""Print orders and their outcomes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from localdev.commands.printing import shown_path, shown_status
from localdev.commands.terminal import out

if TYPE_CHECKING:
    from rich.table import Table

    from pizzeria.orders import Outcome

_ORDER_ID_LENGTH = 20


def orders_table(rows: list[tuple[str, Outcome]]) -> Table:
    """Return one row an order: what was asked for, and its outcome."""
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


def print_order(asked: str, outcome: Outcome, path: str | None) -> None:
    """Print an order, its outcome, the way it took there, and error and cause beneath."""
    from localdev.executions.text import failure_text

    line = Text.assemble(asked, "  ", (outcome.order.order_id, "dim"), "  ")
    line.append(Text.from_markup(shown_status(outcome.status)))
    line.append(f"  {outcome.seconds:.2f} s")
    out.print(line, soft_wrap=True)
    if path:
        out.print(Text("  ").append(shown_path(path)), soft_wrap=True)
    reason = failure_text(outcome.error, outcome.cause)
    if reason:
        out.print(f"  {reason}", markup=False, soft_wrap=True)
