"""A Choice state's rules as a person reads them.

The operators: https://docs.aws.amazon.com/step-functions/latest/dg/state-choice.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Final

from localdev.executions.errors import DefinitionError

_NOT_OPERATORS: Final = {"Variable", "Next", "Comment", "Assign", "Output"}
_COMPARISON: Final = re.compile(
    r"(?:String|Numeric|Boolean|Timestamp)(Equals|LessThan|GreaterThan|LessThanEquals|GreaterThanEquals|Matches)(Path)?"
)
_WORDS: Final = {
    "Equals": "is",
    "Matches": "matches",
    "LessThan": "<",
    "LessThanEquals": "<=",
    "GreaterThan": ">",
    "GreaterThanEquals": ">=",
}
_TESTS: Final = {
    "IsNull": "null",
    "IsPresent": "present",
    "IsBoolean": "a boolean",
    "IsNumeric": "a number",
    "IsString": "a string",
    "IsTimestamp": "a timestamp",
}
_JSONATA: Final = re.compile(r"\s*\{%(.*)%\}\s*", re.DOTALL)


def condition_label(rule: Mapping[str, object], state: str) -> str:
    """Return the condition of one of ``state``'s rules, JSONPath or JSONata.

    >>> condition_label({"Variable": "$.isMember", "BooleanEquals": True, "Next": "Sorry"}, "Member?")
    '$.isMember is true'

    :raises DefinitionError: when the rule has no condition.
    """
    if "Condition" in rule:
        return _jsonata(rule["Condition"])
    for operator in ("And", "Or"):
        if operator in rule:
            return _joined(operator, rule[operator], state)
    if "Not" in rule:
        return f"not ({condition_label(_rule(rule['Not'], 'Not', state), state)})"
    return _comparison(rule, state)


def _jsonata(condition: object) -> str:
    if not isinstance(condition, str):
        return json.dumps(condition)
    expression = _JSONATA.fullmatch(condition)
    return expression[1].strip() if expression else condition


def _joined(operator: str, rules: object, state: str) -> str:
    if not isinstance(rules, Sequence) or isinstance(rules, str) or not rules:
        raise DefinitionError(
            f"{operator} must be a list of rules.", f'Write "{operator}": [{{…}}, {{…}}].', state=state
        )
    return f" {operator.lower()} ".join(_operand(_rule(rule, operator, state), state) for rule in rules)


def _operand(rule: Mapping[str, object], state: str) -> str:
    label = condition_label(rule, state)
    return f"({label})" if "And" in rule or "Or" in rule else label


def _rule(rule: object, operator: str, state: str) -> Mapping[str, object]:
    if not isinstance(rule, Mapping):
        raise DefinitionError(
            f"{operator} holds {json.dumps(rule, default=str)}, which is not a rule.",
            'A rule is an object such as {"Variable": "$.x", "IsPresent": true}.',
            state=state,
        )
    return rule


def _comparison(rule: Mapping[str, object], state: str) -> str:
    operator = next((key for key in rule if key not in _NOT_OPERATORS), None)
    variable = rule.get("Variable")
    if operator is None or not isinstance(variable, str):
        raise DefinitionError(
            "a rule without a condition.",
            'Give it "Variable" and an operator such as "BooleanEquals", or a JSONata "Condition".',
            state=state,
        )
    return f"{variable} {_predicate(operator, rule[operator])}"


def _predicate(operator: str, value: object) -> str:
    if operator in _TESTS:
        return f"{'is' if value else 'is not'} {_TESTS[operator]}"
    comparison = _COMPARISON.fullmatch(operator)
    if comparison is None:
        return f"{operator} {json.dumps(value, ensure_ascii=False, default=str)}"
    is_path = comparison[2] is not None
    return f"{_WORDS[comparison[1]]} {value if is_path else json.dumps(value, ensure_ascii=False, default=str)}"
