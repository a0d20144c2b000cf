"""An execution's events, those of one attempt together: scheduled, started, ended."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from localdev.executions.report import rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from localdev.executions.events import Event
    from localdev.executions.history import History, Visit
    from localdev.executions.report import Row

_TASK: Final = re.compile(r"(?:LambdaFunction|Task|Activity)(?P<what>[A-Z]\w+)")
_FAILED: Final = ("Failed", "TimedOut", "Aborted")
_CAPITAL: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")


@dataclass(frozen=True)
class EventGroup:
    """The events of one attempt, or one event alone."""

    rows: tuple[Row, ...]
    attempt: int | None = None
    """The attempt's number, where the group is one."""

    @property
    def key(self) -> int:
        """Name the group."""
        return self.rows[0].id

    @property
    def title(self) -> str:
        """Say what happened, one word an event."""
        found = (_TASK.fullmatch(row.type) for row in self.rows)
        words = [_CAPITAL.sub(" ", match["what"]).lower() for match in found if match]
        return ", ".join([*words, *(row.injected for row in self.rows if row.injected)])

    @property
    def detail(self) -> str:
        """The last thing worth knowing."""
        return next((row.detail for row in reversed(self.rows) if row.detail), "")

    @property
    def has_failed(self) -> bool:
        """Return whether it ended in a failure."""
        return self.rows[-1].type.endswith(_FAILED)


def is_failure(event: Event) -> bool:
    """Return whether an event says that something failed."""
    return event.type.endswith(_FAILED) or event.text("error") is not None


def grouped(history: History, events: Sequence[Event]) -> list[EventGroup]:
    """Return events in their order, those of an attempt where its first one is."""
    by_id = {row.id: row for row in rows(history, events=events)}
    found: dict[tuple[int, int | None], list[Row]] = {}
    for event in events:
        number = _attempt_of(history, event)
        visit = history.visit_of.get(event.id)
        key = (event.id, None) if number is None or visit is None else (-visit - 1, number)
        found.setdefault(key, []).append(by_id[event.id])
    return [EventGroup(tuple(members), number) for (_, number), members in found.items()]


def _attempt_of(history: History, event: Event) -> int | None:
    """Return the number of the attempt that an event is of."""
    if not _TASK.fullmatch(event.type) or event.type.endswith(("StateEntered", "StateExited")):
        return None
    index = history.visit_of.get(event.id)
    visit: Visit | None = None if index is None else history.visits[index]
    begun = [attempt.number for attempt in visit.attempts if attempt.scheduled <= event.id] if visit else []
    return begun[-1] if begun else None
