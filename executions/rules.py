"""A Choice state's rules at one visit: the values they looked at, and which one decided.

Which rule matched is said only where it is certain: where it is the only one that leads to where the execution went, or
where this module can evaluate it. JSONata conditions and intrinsic functions are not evaluated.
"""

from __future__ import annotations

import json
import operator
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from executions.definition import TransitionKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from executions.definition import State
    from executions.history import History, Visit

_PATH: Final = re.compile(r"\$(?P<name>[A-Za-z_]\w*)?(?P<steps>(?:\.[^.\[\]*?@()]+|\['[^']*'\]|\[\d+\])*)")
_STEP: Final = re.compile(r"\.([^.\[\]]+)|\['([^']*)'\]|\[(\d+)\]")
_COMPARISON: Final = re.compile(
    r"(?P<type>String|Numeric|Boolean|Timestamp)(?P<how>Equals|LessThanEquals|GreaterThanEquals|LessThan|GreaterThan)"
    r"(?P<path>Path)?"
)
_HOW: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    "Equals": operator.eq,
    "LessThan": operator.lt,
    "LessThanEquals": operator.le,
    "GreaterThan": operator.gt,
    "GreaterThanEquals": operator.ge,
}
_ABSENT: Final = object()


class Verdict(StrEnum):
    """What a rule had to do with where the execution went."""

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
    context = _Context(visit, history) if visit is not None else None
    matched = _matched([way.target for way in ways], written, visit, history, context)
    return tuple(
        Rule(
            way.label or "",
            way.target,
            _verdict(index, matched),
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


def _verdict(index: int, matched: int | None) -> Verdict:
    if matched is None:
        return Verdict.UNKNOWN
    if index == matched:
        return Verdict.MATCHED
    return Verdict.NOT_MATCHED if index < matched else Verdict.NOT_ASKED


def _matched(
    targets: Sequence[str], written: Sequence[object], visit: Visit | None, history: History, context: _Context | None
) -> int | None:
    if visit is None or context is None:
        return None
    went = next((later.state for later in history.visits[visit.index + 1 :] if later.previous == visit.index), None)
    possible = [index for index, target in enumerate(targets) if target == went]
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
    """What a rule can look at: the state's input and the workflow's variables."""

    def __init__(self, visit: Visit, history: History) -> None:
        self._input = _parsed(visit.input)
        self._variables = {name: _parsed(value) for name, value in variables_before(visit, history).items()}

    def values(self, rule: object) -> Iterator[tuple[str, str | None]]:
        """Yield the paths in a rule, each once, and what is there."""
        for path in dict.fromkeys(_paths(rule)):
            value = self._at(path)
            yield path, None if value is _ABSENT else json.dumps(value, ensure_ascii=False)

    def evaluate(self, rule: object) -> bool | None:
        """Return whether a rule applies; ``None`` where that cannot be said here."""
        if not isinstance(rule, Mapping):
            return None
        if "Not" in rule:
            inner = self.evaluate(rule["Not"])
            return None if inner is None else not inner
        for word, decides in (("And", False), ("Or", True)):
            if word in rule:
                said = [self.evaluate(each) for each in rule[word]]
                return decides if decides in said else None if None in said else not decides
        return self._compare(rule)

    def _compare(self, rule: Mapping[str, object]) -> bool | None:
        variable = rule.get("Variable")
        if not isinstance(variable, str) or not _PATH.fullmatch(variable):
            return None
        value = self._at(variable)
        if "IsPresent" in rule:
            return (value is not _ABSENT) is rule["IsPresent"]
        for key, wanted in rule.items():
            found = _COMPARISON.fullmatch(key)
            if found is None:
                continue
            other = self._at(wanted) if found["path"] and isinstance(wanted, str) else wanted
            return _holds(found["type"], _HOW[found["how"]], value, other)
        return None

    def _at(self, path: str) -> object:
        found = _PATH.fullmatch(path)
        if found is None:
            return _ABSENT
        value = self._input if found["name"] is None else self._variables.get(found["name"], _ABSENT)
        for name, quoted, index in _STEP.findall(found["steps"]):
            if index:
                value = value[int(index)] if isinstance(value, list) and int(index) < len(value) else _ABSENT
            else:
                value = value.get(name or quoted, _ABSENT) if isinstance(value, dict) else _ABSENT
        return value


def _holds(kind: str, how: Callable[[Any, Any], bool], value: object, other: object) -> bool:
    kinds: Mapping[str, type | tuple[type, ...]] = {"String": str, "Numeric": (int, float), "Boolean": bool}
    if kind == "Timestamp":
        value, other = _moment(value), _moment(other)
        return value is not None and other is not None and how(value, other)
    for each in (value, other):
        if not isinstance(each, kinds[kind]) or (kind == "Numeric" and isinstance(each, bool)):
            return False
    return how(value, other)


def _moment(value: object) -> datetime | None:
    try:
        return datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _paths(rule: object) -> Iterator[str]:
    if isinstance(rule, Mapping):
        for key, value in rule.items():
            if isinstance(value, str) and (key == "Variable" or key.endswith("Path")) and _PATH.fullmatch(value):
                yield value
            elif key in {"And", "Or", "Not"}:
                yield from _paths(value)
            elif key == "Condition" and isinstance(value, str):
                yield from re.findall(r"\$[A-Za-z_]\w*(?![\w(])", value)
    elif isinstance(rule, list):
        for each in rule:
            yield from _paths(each)


def _parsed(text: str | None) -> object:
    try:
        return json.loads(text) if text else _ABSENT
    except (ValueError, RecursionError):
        return _ABSENT
