"""A definition drawn as Mermaid."""

from __future__ import annotations

from typing import Any

from localdev.executions.definition import read_definition
from localdev.executions.diagram import mermaid


def _drawn(states: dict[str, Any], start_at: str) -> list[str]:
    return [line.strip() for line in mermaid(read_definition({"StartAt": start_at, "States": states})).splitlines()]


def test_every_state_is_drawn_and_every_transition_goes_from_source_to_target() -> None:
    lines = _drawn({"One": {"Type": "Pass", "Next": "Two"}, "Two": {"Type": "Succeed"}}, "One")

    assert lines == [
        "flowchart TD",
        "start((start))",
        's0("One")',
        's1(["Two"])',
        "done((end))",
        "start --> s0",
        "s0 --> s1",
        "s1 --> done",
    ]


def test_a_condition_is_its_edges_label() -> None:
    choice = {
        "Type": "Choice",
        "Choices": [{"Variable": "$.n", "NumericGreaterThan": 1, "Next": "Yes"}],
        "Default": "No",
    }
    lines = _drawn({"If": choice, "Yes": {"Type": "Succeed"}, "No": {"Type": "Fail"}}, "If")

    assert 's0 -->|"$.n #62; 1"| s1' in lines
    assert 's0 -->|"otherwise"| s2' in lines


def test_a_catch_is_a_dotted_edge() -> None:
    catch = [{"ErrorEquals": ["States.ALL"], "Next": "B"}]
    lines = _drawn({"A": {"Type": "Task", "Resource": "r", "Catch": catch, "Next": "B"}, "B": {"Type": "Succeed"}}, "A")

    assert 's0 -.->|"States.ALL"| s1' in lines
    assert "s0 --> s1" in lines


def test_two_rules_with_the_same_target_are_one_edge_with_both_conditions() -> None:
    choice = {
        "Type": "Choice",
        "Choices": [
            {"Variable": "$.a", "IsPresent": True, "Next": "Yes"},
            {"Variable": "$.b", "IsPresent": True, "Next": "Yes"},
        ],
    }
    lines = _drawn({"If": choice, "Yes": {"Type": "Succeed"}}, "If")

    assert 's0 -->|"$.a is present or $.b is present"| s1' in lines


def test_branches_are_drawn_inside_their_parallel_state() -> None:
    branch = {"StartAt": "In", "States": {"In": {"Type": "Pass", "End": True}}}
    lines = _drawn({"Both": {"Type": "Parallel", "Branches": [branch], "End": True}}, "Both")

    assert lines[2:5] == ['subgraph s0["Both (Parallel)"]', 's1("In")', "end"]


def test_a_name_that_is_markup_stays_text() -> None:
    name = '"]; click s0 <img src=x> `# %%'

    text = mermaid(read_definition({"StartAt": name, "States": {name: {"Type": "Succeed"}}}))

    assert "<" not in text
    assert 's0(["#34;#93;#59; click s0 #60;img src=x#62; #96;#35; #37;#37;"])' in text
