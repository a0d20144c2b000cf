"""Reading the states language."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import pytest

from localdev.executions.definition import DefinitionError, Retrier, State, TransitionKind, read_definition

if TYPE_CHECKING:
    from collections.abc import Iterator

PASS = {"Type": "Pass", "End": True}


def _machine(**states: Any) -> dict[str, Any]:
    return {"StartAt": next(iter(states)), "States": states}


def _only(state: dict[str, Any]) -> State:
    (read,) = read_definition(_machine(A=state)).machine.states
    return read


def _error(document: Any) -> str:
    with pytest.raises(DefinitionError) as caught:
        read_definition(document)
    return str(caught.value)


def test_text_and_a_parsed_document_read_the_same() -> None:
    document = _machine(A=PASS)

    assert read_definition(json.dumps(document)) == read_definition(document)


def test_a_choice_goes_where_its_rules_and_its_default_say() -> None:
    choice = {
        "Type": "Choice",
        "Choices": [{"Variable": "$.n", "NumericEquals": 1, "Next": "B"}],
        "Default": "C",
    }
    definition = read_definition(_machine(A=choice, B=PASS, C=PASS))

    assert [(edge.target, edge.kind, edge.label) for edge in definition.transitions()] == [
        ("B", TransitionKind.CHOICE, "$.n is 1"),
        ("C", TransitionKind.DEFAULT, "otherwise"),
    ]


def test_catch_and_retry_are_read_with_the_languages_defaults() -> None:
    state = {
        "Type": "Task",
        "Resource": "arn",
        "Retry": [{"ErrorEquals": ["A"]}, {"ErrorEquals": ["B"], "MaxAttempts": 0, "BackoffRate": 1.5}],
        "Catch": [{"ErrorEquals": ["X", "Y"], "Next": "B"}],
        "Next": "B",
    }
    task = read_definition(_machine(A=state, B=PASS)).machine.states[0]

    assert task.retriers == (Retrier(("A",), 3, 1, 2), Retrier(("B",), 0, 1, 1.5))
    assert [(edge.kind, edge.label) for edge in task.transitions] == [
        (TransitionKind.NEXT, None),
        (TransitionKind.CATCH, "X, Y"),
    ]


def test_branches_and_item_processors_are_nested_and_walked_in_order() -> None:
    each = {"Type": "Map", "ItemProcessor": _machine(Item=PASS), "End": True}
    both = {"Type": "Parallel", "Branches": [_machine(Left=PASS), _machine(Each=each)], "End": True}

    places = [(p.state.name, p.container, p.branch) for p in read_definition(_machine(Both=both)).walk()]

    assert places == [("Both", None, None), ("Left", "Both", 0), ("Each", "Both", 1), ("Item", "Each", 0)]


def test_an_iterator_is_read_as_the_item_processor_it_was_the_name_of() -> None:
    state = _only({"Type": "Map", "Iterator": _machine(Item=PASS), "End": True})

    assert [machine.start_at for machine in state.machines] == ["Item"]


def test_the_query_language_is_inherited_and_can_be_overridden() -> None:
    document = {"QueryLanguage": "JSONata", **_machine(A={**PASS, "QueryLanguage": "JSONPath"}, B=PASS)}

    assert [state.query_language for state in read_definition(document).machine.states] == ["JSONPath", "JSONata"]


def test_a_jsonata_condition_is_shown_without_its_brackets() -> None:
    choice = {"Type": "Choice", "Choices": [{"Condition": "{% $states.input.n > 1 %}", "Next": "B"}]}

    transitions = read_definition(_machine(A=choice, B=PASS)).transitions()

    assert [transition.label for transition in transitions] == ["$states.input.n > 1"]


def test_an_unknown_type_is_kept_and_remarked_on() -> None:
    definition = read_definition(_machine(A={"Type": "Dream", "Next": "B"}, B=PASS))

    assert definition.remarks == ("State 'A' is of the unknown type 'Dream'; it is drawn as a plain state.",)
    assert [transition.target for transition in definition.transitions()] == ["B"]


def test_unknown_fields_are_passed_over() -> None:
    assert _only({**PASS, "Colour": "red"}).type == "Pass"


@pytest.mark.parametrize(
    ("rule", "label"),
    [
        ({"Variable": "$.a", "StringEquals": "x"}, '$.a is "x"'),
        ({"Variable": "$.a", "StringMatches": "x*"}, '$.a matches "x*"'),
        ({"Variable": "$.a", "NumericLessThanEqualsPath": "$.b"}, "$.a <= $.b"),
        ({"Variable": "$.a", "IsPresent": False}, "$.a is not present"),
        ({"Not": {"Variable": "$.a", "IsNull": True}}, "not ($.a is null)"),
        (
            {
                "And": [
                    {"Variable": "$.a", "IsString": True},
                    {"Or": [{"Variable": "$.b", "BooleanEquals": True}, {"Variable": "$.c", "IsNumeric": True}]},
                ]
            },
            "$.a is a string and ($.b is true or $.c is a number)",
        ),
        ({"Variable": "$.a", "SmellsLike": "x"}, '$.a SmellsLike "x"'),
    ],
)
def test_a_condition_reads_as_a_sentence(rule: dict[str, Any], label: str) -> None:
    choice = {"Type": "Choice", "Choices": [{**rule, "Next": "B"}]}

    assert [edge.label for edge in read_definition(_machine(A=choice, B=PASS)).transitions()] == [label]


@pytest.mark.parametrize(
    ("document", "says"),
    [
        ("{", "not JSON: "),
        ("[]", "is a list, not an object"),
        ({"States": {}}, "StartAt is missing"),
        ({"StartAt": "A"}, "States is missing"),
        ({"StartAt": "B", "States": {"A": PASS}}, "StartAt names 'B'"),
        (_machine(A={"Type": "Pass", "Next": "Bee"}, Be=PASS), "Did you mean 'Be'?"),
        (_machine(A={"Type": "Pass"}), "State 'A': has neither Next nor End"),
        (_machine(A={"Type": "Pass", "Next": "A", "End": True}), "State 'A': has both Next and End"),
        (_machine(A={"Type": "Choice", "Choices": []}), "State 'A': a Choice state without Choices"),
        (_machine(A={"Type": "Choice", "Choices": [{"Next": "A"}]}), "State 'A': a rule without a condition"),
        (_machine(A={"Type": "Parallel", "End": True}), "State 'A': a Parallel state without Branches"),
        (_machine(A={"Type": "Map", "End": True}), "State 'A': ItemProcessor is missing"),
        (_machine(A={"Type": "Map", "ItemProcessor": _machine(A=PASS), "End": True}), "the name is used twice"),
        (_machine(A={"Type": "Task", "Catch": [{"Next": "A"}], "End": True}), "ErrorEquals is missing"),
        (_machine(A={"Type": "Task", "Retry": [{"ErrorEquals": "X"}], "End": True}), "is a string, not a list"),
        (_machine(A="Pass"), "State 'A': is a string, not an object"),
    ],
)
def test_what_no_engine_could_run_is_an_error_that_names_the_state(document: Any, says: str) -> None:
    assert says in _error(document)


@pytest.fixture
def usual_recursion_limit() -> Iterator[None]:
    """Set Python's own limit: a library that another test imports raises it for the whole process."""
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(1000)
    yield
    sys.setrecursionlimit(limit)


@pytest.mark.usefixtures("usual_recursion_limit")
def test_a_document_nested_too_deeply_is_an_error() -> None:
    document: dict[str, Any] = _machine(A0=PASS)
    for depth in range(1, 2000):
        document = _machine(**{f"A{depth}": {"Type": "Map", "ItemProcessor": document, "End": True}})

    assert "nested too deeply" in _error(document)
