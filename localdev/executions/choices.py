"""Tell which rule of a Choice state applied, where its definition and its input alone say so.

A history tells which state an execution went on to, not by which rule. Rules that lead to the same state are
distinguished by evaluating them again: JSONPath rules on plain paths of the input. JSONata conditions and rules on
variables or the context object are not.

The operators: https://docs.aws.amazon.com/step-functions/latest/dg/state-choice.html
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

_STEP: Final = re.compile(r"""\.([A-Za-z_][\w-]*)|\[(\d+)\]|\['([^'\\]+)'\]|\["([^"\\]+)"\]""")
_NOT_TESTS: Final = {"Variable", "Next", "Comment", "Assign"}
_COMPARISON: Final = re.compile(
    r"(String|Numeric|Boolean|Timestamp)(Equals|LessThan|GreaterThan|LessThanEquals|GreaterThanEquals|Matches)(Path)?"
)
_MISSING: Final = object()
_COMPARED: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    "Equals": lambda left, right: bool(left == right),
    "LessThan": lambda left, right: bool(left < right),
    "GreaterThan": lambda left, right: bool(left > right),
    "LessThanEquals": lambda left, right: bool(left <= right),
    "GreaterThanEquals": lambda left, right: bool(left >= right),
}
_TESTS: Final = {"IsNull", "IsPresent", "IsBoolean", "IsNumeric", "IsString", "IsTimestamp"}


def can_evaluate(rule: Mapping[str, object]) -> bool:
    """Return whether the rule can be evaluated with the input alone.

    >>> can_evaluate({"Variable": "$.isMember", "BooleanEquals": True})
    True
    >>> can_evaluate({"Condition": "{% $states.input.isMember %}"})
    False
    """
    for operator in ("And", "Or"):
        if operator in rule:
            rules = rule[operator]
            return isinstance(rules, Sequence) and all(
                isinstance(each, Mapping) and can_evaluate(each) for each in rules
            )
    if "Not" in rule:
        return isinstance(rule["Not"], Mapping) and can_evaluate(rule["Not"])
    test = _test(rule)
    if test is None or _steps(rule.get("Variable")) is None:
        return False
    name, value = test
    comparison = _COMPARISON.fullmatch(name)
    return name in _TESTS or (comparison is not None and (not comparison[3] or _steps(value) is not None))


def applies(rule: Mapping[str, object], document: object) -> bool:
    """Return whether a rule that can be evaluated is true of a state's input.

    >>> applies({"Variable": "$.isMember", "BooleanEquals": True}, {"isMember": True})
    True
    """
    if "And" in rule:
        return all(applies(each, document) for each in _rules(rule["And"]))
    if "Or" in rule:
        return any(applies(each, document) for each in _rules(rule["Or"]))
    if "Not" in rule:
        return not applies(_rules([rule["Not"]])[0], document)
    test = _test(rule)
    if test is None:
        return False
    name, expected = test
    found = value_at(rule.get("Variable"), document)
    return _is_kind(name, found) is expected if name in _TESTS else _compares(name, found, expected, document)


def value_at(path: object, document: object) -> object:
    """Return what a plain path leads to in a document, or a value that equals nothing."""
    for step in _steps(path) or ():
        if isinstance(step, int):
            is_there = isinstance(document, list) and step < len(document)
        else:
            is_there = isinstance(document, dict) and step in document
        if not is_there:
            return _MISSING
        document = document[step]  # type: ignore[index]
    return document


def _steps(path: object) -> list[str | int] | None:
    """Return the steps of a plain path; ``None`` where it is none, such as a variable or the context object."""
    if not isinstance(path, str) or not path.startswith("$"):
        return None
    steps: list[str | int] = []
    at = 1
    while at < len(path):
        match = _STEP.match(path, at)
        if match is None:
            return None
        steps.append(int(match[2]) if match[2] else match[1] or match[3] or match[4])
        at = match.end()
    return steps


def _rules(value: object) -> list[Mapping[str, object]]:
    return [each for each in value if isinstance(each, Mapping)] if isinstance(value, list | tuple) else []


def _test(rule: Mapping[str, object]) -> tuple[str, object] | None:
    return next(((name, value) for name, value in rule.items() if name not in _NOT_TESTS), None)


def _is_kind(test: str, found: object) -> bool:
    kinds = {
        "IsPresent": found is not _MISSING,
        "IsNull": found is None,
        "IsBoolean": isinstance(found, bool),
        "IsNumeric": isinstance(found, int | float) and not isinstance(found, bool),
        "IsString": isinstance(found, str),
        "IsTimestamp": _timestamp(found) is not None,
    }
    return kinds[test]


def _compares(name: str, found: object, expected: object, document: object) -> bool:
    comparison = _COMPARISON.fullmatch(name)
    if comparison is None:
        return False
    if comparison[3]:
        expected = value_at(expected, document)
    left, right = _as(comparison[1], found), _as(comparison[1], expected)
    if left is None or right is None:
        return False
    if comparison[2] == "Matches":
        return _matches(str(left), str(right))
    return _COMPARED[comparison[2]](left, right)


def _as(kind: str, value: object) -> Any:
    """Return the value where it is of the kind that a comparison compares, else ``None``."""
    if kind == "Timestamp":
        return _timestamp(value)
    if kind == "Boolean":
        return value if isinstance(value, bool) else None
    if kind == "String":
        return value if isinstance(value, str) else None
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def _timestamp(value: object) -> datetime | None:
    """Return a time with its zone, as the language wants one."""
    if not isinstance(value, str) or "T" not in value:
        return None
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        return None
    return found if found.tzinfo else None


def _matches(text: str, pattern: str) -> bool:
    """Return whether text is as a pattern says: a star is any text, and a backslash makes it a plain one."""
    parts = re.findall(r"\\[*\\]|.", pattern, re.DOTALL)
    expression = "".join(".*" if part == "*" else re.escape(part[-1]) for part in parts)
    return re.fullmatch(expression, text, re.DOTALL) is not None
