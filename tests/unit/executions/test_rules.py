"""Test which of a Choice's rules matched, and what each of them looked at."""

from __future__ import annotations

import json
from typing import Any

import pytest

from localdev.executions.definition import read_definition
from localdev.executions.rules import Rule, Verdict, rules_of, variables_before
from tests.unit.executions.conftest import recording
from tests.unit.executions.made_up import Writer


def _rules(
    choices: list[dict[str, Any]], given: object, went: str, assigned: dict[str, str] | None = None, **top: Any
) -> tuple[Rule, ...]:
    """Return the rules of a Choice that led to the state ``went``."""
    names = {rule.get("Next", "Same") for rule in choices} | {"Otherwise", went}
    states: dict[str, Any] = {"Which": {"Type": "Choice", "Choices": choices, "Default": "Otherwise", **top}}
    states |= {name: {"Type": "Succeed"} for name in names}
    writer = Writer()
    writer.write("ExecutionStarted", input=json.dumps(given))
    writer.write("ChoiceStateEntered", name="Which", input=json.dumps(given))
    writer.write("ChoiceStateExited", name="Which", output="{}", assignedVariables=assigned or {})
    writer.write("SucceedStateEntered", name=went, input="{}")
    history = writer.history()
    state = read_definition({"StartAt": "Which", "States": states}).machine.states[0]
    return rules_of(state, history.visits[0], history)


def _verdicts(rules: tuple[Rule, ...]) -> list[Verdict]:
    return [rule.verdict for rule in rules]


def test_the_only_rule_that_leads_where_it_went_is_the_one_that_matched() -> None:
    choices = [
        {"Variable": "$.n", "NumericLessThan": 3, "Next": "Few"},
        {"Variable": "$.n", "NumericLessThan": 9, "Next": "Some"},
    ]

    rules = _rules(choices, {"n": 5}, "Some")

    assert _verdicts(rules) == [Verdict.NOT_MATCHED, Verdict.MATCHED, Verdict.NOT_ASKED]
    assert rules[0].values == (("$.n", "5"),)


@pytest.mark.parametrize(
    ("first", "given", "matched"),
    [
        ({"Variable": "$.n", "NumericEquals": 1}, {"n": 1}, 0),
        ({"Variable": "$.n", "NumericEquals": 1}, {"n": True}, 1),
        ({"Variable": "$.n", "NumericEquals": 1}, {}, 1),
        ({"Variable": "$.list[1].x", "StringEquals": "b"}, {"list": [{"x": "a"}, {"x": "b"}]}, 0),
        ({"Variable": "$['n']", "BooleanEquals": True}, {"n": True}, 0),
        ({"Variable": "$.a", "NumericGreaterThanEqualsPath": "$.b"}, {"a": 2, "b": 2}, 0),
        ({"Variable": "$.t", "TimestampLessThan": "2026-02-01T00:00:00Z"}, {"t": "2026-01-01T00:00:00Z"}, 0),
        ({"Variable": "$.t", "TimestampLessThan": "2026-02-01T00:00:00Z"}, {"t": "yesterday"}, 1),
        ({"Variable": "$.n", "IsPresent": False}, {}, 0),
        ({"Not": {"Variable": "$.n", "IsPresent": True}}, {"n": 1}, 1),
        ({"And": [{"Variable": "$.n", "IsPresent": True}, {"Variable": "$.n", "StringEquals": "x"}]}, {"n": "x"}, 0),
        ({"Or": [{"Variable": "$.n", "IsPresent": True}, {"Variable": "$.m", "IsPresent": True}]}, {}, 1),
    ],
)
def test_of_rules_with_one_target_the_first_that_applies_matched(
    first: dict[str, Any], given: object, matched: int
) -> None:
    second = {"Variable": "$.never", "IsPresent": False, "Next": "Same"}

    rules = _rules([{**first, "Next": "Same"}, second], given, "Same")

    assert _verdicts(rules).index(Verdict.MATCHED) == matched


def test_what_cannot_be_evaluated_is_not_guessed() -> None:
    choices = [
        {"Variable": "$known", "NumericEquals": 1, "Next": "Same"},
        {"Variable": "$.n", "IsPresent": True, "Next": "Same"},
    ]

    assert set(_verdicts(_rules(choices, {"n": "abc"}, "Same"))) == {Verdict.UNKNOWN}


def test_a_state_that_was_not_visited_has_rules_without_a_verdict() -> None:
    recorded = recording("choice")
    state = recorded.definition.machine.states[0]

    rules = rules_of(state, None, recorded.history)

    assert rules
    assert set(_verdicts(rules)) == {Verdict.UNKNOWN}


def test_a_condition_in_jsonata_shows_the_variables_it_reads() -> None:
    recorded = recording("jsonata_evaluated")
    state = next(state for state in recorded.definition.machine.states if state.type == "Choice")
    visit = next(recorded.history.visits_of(state.name))

    rules = rules_of(state, visit, recorded.history)

    assert Verdict.MATCHED in _verdicts(rules)
    assert ("$n", variables_before(visit, recorded.history)["n"]) in rules[0].values


def _discounts() -> list[dict[str, Any]]:
    return [
        {"Condition": "{% $states.input.net > 1000 %}", "Next": "Big"},
        {"Condition": "{% $states.input.net > 100 %}", "Next": "Otherwise", "Assign": {"discount": 0.05}},
    ]


def test_a_rule_that_leads_elsewhere_before_all_that_may_have_matched_did_not() -> None:
    rules = _rules(_discounts(), {"net": 153}, "Otherwise", QueryLanguage="JSONata")

    assert _verdicts(rules) == [Verdict.NOT_MATCHED, Verdict.UNKNOWN, Verdict.UNKNOWN]


def test_of_rules_with_one_target_the_one_that_assigns_what_was_assigned_matched() -> None:
    rules = _rules(_discounts(), {"net": 153}, "Otherwise", {"discount": "0.05"}, QueryLanguage="JSONata")

    assert _verdicts(rules) == [Verdict.NOT_MATCHED, Verdict.MATCHED, Verdict.NOT_ASKED]


@pytest.mark.parametrize(
    ("condition", "values"),
    [
        ("{% $states.input.customer = 'ada' %}", (("$states.input.customer", '"ada"'),)),
        ("{% $sum($states.input.lines.price) > 9 %}", (("$states.input.lines", '[{"price": 4}]'),)),
        ("{% $exists($states.input.voucher) %}", (("$states.input.voucher", None),)),
        ("{% $states.context.Execution.Name = 'x' %}", ()),
    ],
)
def test_a_condition_in_jsonata_shows_the_fields_of_the_input_that_it_reads(
    condition: str, values: tuple[tuple[str, str | None], ...]
) -> None:
    given = {"customer": "ada", "lines": [{"price": 4}]}

    rules = _rules([{"Condition": condition, "Next": "Ship"}], given, "Ship", QueryLanguage="JSONata")

    assert rules[0].values == values


def test_a_variable_is_known_after_the_state_that_assigned_it_and_not_before() -> None:
    history = recording("jsonata_evaluated").history

    assert variables_before(history.visits[0], history) == {}
    assert "n" in variables_before(history.visits[1], history)
