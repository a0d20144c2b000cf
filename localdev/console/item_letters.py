"""Statuses of items as the page's grid takes them: a letter each (static/items.js)."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from localdev.executions.history import Status

if TYPE_CHECKING:
    from collections.abc import Iterable

_WORDS: Final[dict[Status | None, tuple[str, str]]] = {
    Status.FAILED: ("f", "failed"),
    Status.TIMED_OUT: ("t", "timed out"),
    Status.RUNNING: ("r", "running"),
    Status.CAUGHT: ("c", "caught"),
    Status.ABORTED: ("a", "aborted"),
    Status.SUCCEEDED: ("s", "succeeded"),
    None: ("n", "not started"),
}
"""Letter and word of each, the gravest first."""


def letters_of(statuses: Iterable[Status | None]) -> str:
    """Return a letter for each status."""
    return "".join(_WORDS[status][0] for status in statuses)


def counts_of(statuses: Iterable[Status | None]) -> list[tuple[str, str, int]]:
    """Return letter, word and number of each status that there is, the gravest first."""
    counted = Counter(statuses)
    return [(letter, word, counted[status]) for status, (letter, word) in _WORDS.items() if counted[status]]
