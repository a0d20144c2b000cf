"""Mocks of states: which answer an attempt gets in place of its task's own result."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_KINDS = ("return", "raise", "passthrough", "ask")


class MalformedError(ValueError):
    """A request to the control API that is not understood; the message says what was expected."""


@dataclass(frozen=True)
class Answer:
    """One answer: a result, an error, the task's own, or what the test says when it is asked."""

    kind: str
    value: Any
    after: float = 0.0
    """Seconds of the execution's time that it takes."""

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Answer:
        kinds = [kind for kind in _KINDS if kind in document]
        if len(kinds) != 1:
            raise MalformedError(f"An answer has one of {', '.join(_KINDS)}; found {', '.join(document) or 'none'}.")
        return cls(kinds[0], document[kinds[0]], float(document.get("after", 0)))


@dataclass
class Clause:
    """The answers to the attempts that meet a condition, one after the other; the last of them stays."""

    answers: list[Answer]
    subset: Any = None
    """What the state's input has to contain."""
    has_subset: bool = False
    attempt: int | None = None
    """Which attempt of the state it is for, from 1."""
    predicate: str | None = None
    """The question that the test answers about the state's input."""
    used: int = 0

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Clause:
        answers = [Answer.from_document(answer) for answer in document.get("answers", ())]
        if not answers:
            raise MalformedError("A mock has at least one answer; found none.")
        return cls(
            answers, document.get("when"), "when" in document, document.get("attempt"), document.get("predicate")
        )

    def is_met(self, document: Any, attempt: int, ask: Callable[[str, Any], Any]) -> bool:
        """Return whether it is for this attempt with this input."""
        if self.attempt is not None and self.attempt != attempt:
            return False
        if self.has_subset and not contains(document, self.subset):
            return False
        return self.predicate is None or bool(ask(self.predicate, document))

    def next_answer(self) -> Answer:
        """Return the answer whose turn it is."""
        answer = self.answers[min(self.used, len(self.answers) - 1)]
        self.used += 1
        return answer

    @property
    def unused(self) -> list[int]:
        """Return the places, from 1, of the answers whose turn never came."""
        return list(range(self.used + 1, len(self.answers) + 1))


@dataclass
class Mock:
    """All clauses of one state, in the order in which they are tried."""

    state: str
    clauses: list[Clause] = field(default_factory=list)

    @classmethod
    def from_document(cls, state: str, document: Any) -> Mock:
        if not isinstance(document, list) or not document:
            raise MalformedError(f"The mock of {state!r} is a list of clauses with answers; found {document!r}.")
        return cls(state, [Clause.from_document(clause) for clause in document])


def contains(document: Any, subset: Any) -> bool:
    """Return whether a document has all that a subset of it names: objects by member, everything else as equal."""
    if isinstance(subset, dict):
        return isinstance(document, dict) and all(
            name in document and contains(document[name], member) for name, member in subset.items()
        )
    # 1 is no True
    return (type(document) is type(subset) and document == subset) or _are_equal_numbers(document, subset)


def _are_equal_numbers(one: Any, other: Any) -> bool:
    numbers = isinstance(one, int | float) and isinstance(other, int | float)
    return numbers and not isinstance(one, bool) and not isinstance(other, bool) and one == other
