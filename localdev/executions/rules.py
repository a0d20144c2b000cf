"""A Choice state's rules at one visit: the values they looked at, and which one decided.

Which rule matched is said only where it is certain: where it is the only one that leads to where the execution went and
assigns the variables that were assigned there, or where it can be evaluated (see :mod:`localdev.executions.choices`).
JSONata conditions are not evaluated.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from localdev.executions.choices import applies, can_evaluate, value_at
from localdev.executions.definition import TransitionKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from localdev.executions.definition import State
    from localdev.executions.history import History, Visit

_PATH: Final = re.compile(r"\$(?:[.\[].+)|\$[A-Za-z_]\w*")


_GIVEN: Final = "$states.input"
_NAMED: Final = re.compile(rf"{re.escape(_GIVEN)}(?:\.[A-Za-z_]\w*)*(?![\w(.])|\$[A-Za-z_]\w*(?![\w(])")
"""What a JSONata condition looks at: a field of the state's input, or a variable; not a function, or the context."""


class Verdict(StrEnum):
    """Part that a rule had in where the execution went."""

    MATCHED = "matched"
    NOT_MATCHED = "did not match"
    NOT_ASKED = "not asked"
    UNKNOWN = "not known"


@dataclass(frozen=True)
class Rule:
    """One rule, or the default."""

    condition: str
    target: str
    verdict: Verdict
    values: tuple[tuple[str, str | None], ...] = ()
    """Each path that it looks at, and what is there as JSON; ``None`` where nothing is."""


def rules_of(state: State, visit: Visit | None, history: History) -> tuple[Rule, ...]:
    """Return the rules of a Choice in their order, the default last; none of any other state."""
    ways = [way for way in state.transitions if way.kind in {TransitionKind.CHOICE, TransitionKind.DEFAULT}]
    written = state.source.get("Choices")
    written = written if isinstance(written, Sequence) else ()
    context = _Context(state, visit, history) if visit is not None else None
    possible = _possible([way.target for way in ways], state, visit, history)
    matched = _matched(possible, written, context)
    return tuple(
        Rule(
            way.label or "",
            way.target,
            _verdict(index, matched, possible),
            tuple(context.values(written[index])) if context and index < len(written) else (),
        )
        for index, way in enumerate(ways)
    )


def variables_before(visit: Visit, history: History) -> dict[str, str]:
    """Return the workflow variables that a visit could read, each as JSON."""
    found: dict[str, str] = {}
    for earlier in history.visits[: visit.index]:
        has_ended = earlier.exited is not None and earlier.exited < visit.entered
        if has_ended and visit.frames[: len(earlier.frames)] == earlier.frames:
            found |= earlier.assigned
    return found


def _verdict(index: int, matched: int | None, possible: Sequence[int]) -> Verdict:
    if matched is None:
        # one that comes before all that can have matched was asked, and did not
        return Verdict.NOT_MATCHED if possible and index < possible[0] else Verdict.UNKNOWN
    if index == matched:
        return Verdict.MATCHED
    return Verdict.NOT_MATCHED if index < matched else Verdict.NOT_ASKED


def _possible(targets: Sequence[str], state: State, visit: Visit | None, history: History) -> list[int]:
    """Return the places of the rules that lead to where the execution went, and assign what it assigned there."""
    if visit is None:
        return []
    went = next((later.state for later in history.visits[visit.index + 1 :] if later.previous == visit.index), None)
    leading = [index for index, target in enumerate(targets) if target == went]
    # not every engine tells what was assigned
    if not visit.assigned:
        return leading
    return [index for index in leading if _assigned_by(state, index) == set(visit.assigned)] or leading


def _assigned_by(state: State, index: int) -> set[str]:
    """Return the names of the variables that a rule assigns; of the default, those that the state itself does."""
    written = state.source.get("Choices")
    rules = written if isinstance(written, Sequence) else ()
    rule = rules[index] if index < len(rules) else state.source
    assign = rule.get("Assign") if isinstance(rule, Mapping) else None
    return set(assign) if isinstance(assign, Mapping) else set()


def _matched(possible: Sequence[int], written: Sequence[object], context: _Context | None) -> int | None:
    if context is None:
        return None
    if len(possible) == 1:
        return possible[0]
    for index, rule in enumerate(written):
        says = context.evaluate(rule)
        if says is None:
            return None
        if says:
            return index if index in possible else None
    # no rule applies: it was the default
    return len(written) if len(written) in possible else None


class _Context:
    """Values that a rule can look at: the state's input and the workflow's variables."""

    def __init__(self, state: State, visit: Visit, history: History) -> None:
        given = _parsed(visit.input)
        self._input = value_at(state.input_path, given) if state.input_path else given
        self._variables = variables_before(visit, history)

    def values(self, rule: object) -> Iterator[tuple[str, str | None]]:
        """Yield the paths in a rule, each once, and what is there as JSON."""
        for path in dict.fromkeys(_paths(rule)):
            if path.startswith(_GIVEN):
                yield self._given(path)
            elif path.startswith("$."):
                is_there = applies({"Variable": path, "IsPresent": True}, self._input)
                yield path, json.dumps(value_at(path, self._input), ensure_ascii=False) if is_there else None
            else:
                yield path, self._variables.get(path.removeprefix("$"))

    def _given(self, path: str) -> tuple[str, str | None]:
        """Return a field of the input, or the array that holds it: JSONata looks into each of its elements."""
        name, at = _GIVEN, self._input
        for step in path.removeprefix(_GIVEN).split(".")[1:]:
            if isinstance(at, list):
                break
            if not isinstance(at, dict) or step not in at:
                return path, None
            name, at = f"{name}.{step}", at[step]
        return name, json.dumps(at, ensure_ascii=False)

    def evaluate(self, rule: object) -> bool | None:
        """Return whether a rule applies; ``None`` where that cannot be said here."""
        return applies(rule, self._input) if isinstance(rule, Mapping) and can_evaluate(rule) else None


def _paths(rule: object) -> Iterator[str]:
    if isinstance(rule, Mapping):
        for key, value in rule.items():
            if isinstance(value, str) and (key == "Variable" or key.endswith("Path")) and _PATH.fullmatch(value):
                yield value
            elif key in {"And", "Or", "Not"}:
                yield from _paths(value)
            elif key == "Condition" and isinstance(value, str):
                yield from (found[0] for found in _NAMED.finditer(value) if found[0] != "$states")
    elif isinstance(rule, list):
        for each in rule:
            yield from _paths(each)


def _parsed(text: str | None) -> object:
    try:
        return json.loads(text) if text else None
    except (ValueError, RecursionError):
        return None
