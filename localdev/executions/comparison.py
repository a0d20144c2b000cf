"""Two executions side by side: where they went the same way, and where first they did not."""

from __future__ import annotations

import json
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from localdev.executions.history import History, Visit


@dataclass(frozen=True)
class Pair:
    """A visit of each execution's path, or of one of them alone."""

    left: Visit | None
    right: Visit | None
    differences: tuple[str, ...]
    """What differs, in the order in which it came about: ``input``, ``output``, ``status``; or ``state``."""


@dataclass(frozen=True)
class Comparison:
    """The paths of two executions."""

    pairs: tuple[Pair, ...]

    @property
    def first(self) -> int | None:
        """The first pair that differs; ``None`` where both did the same."""
        return next((index for index, pair in enumerate(self.pairs) if pair.differences), None)


def compare(left: History, right: History) -> Comparison:
    """Return the visits at the top of both executions, those of the same states beside each other."""
    ours, theirs = left.path(), right.path()
    matcher = SequenceMatcher(None, [visit.state for visit in ours], [visit.state for visit in theirs], autojunk=False)
    pairs: list[Pair] = []
    for what, begin, end, other_begin, other_end in matcher.get_opcodes():
        if what == "equal":
            both = zip(ours[begin:end], theirs[other_begin:other_end], strict=True)
            pairs += [Pair(one, other, _differences(one, other)) for one, other in both]
        else:
            pairs += [Pair(one, None, ("state",)) for one in ours[begin:end]]
            pairs += [Pair(None, other, ("state",)) for other in theirs[other_begin:other_end]]
    return Comparison(tuple(pairs))


def _differences(one: Visit, other: Visit) -> tuple[str, ...]:
    found = {
        "input": _document(one.input) != _document(other.input),
        "output": _document(one.output) != _document(other.output),
        "status": one.status != other.status,
    }
    return tuple(name for name, differs in found.items() if differs)


def _document(text: str | None) -> object:
    """Return what a text is the JSON of: spaces and the order of fields make no difference."""
    try:
        return json.loads(text) if text else None
    except (ValueError, RecursionError):
        return text
