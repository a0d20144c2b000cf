"""Test what executions have reached of their definition."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from hypothesis import given

from localdev.executions.coverage import Coverage, coverage_of
from localdev.executions.coverage_points import Kind, points_of
from localdev.executions.definition import read_definition
from localdev.executions.events import read_events
from localdev.executions.replay import read_history
from tests.unit.executions.conftest import NAMES, recording
from tests.unit.executions.simulator import Simulated, executions


def _coverage(*names: str) -> Coverage:
    """Return the coverage of recorded executions of the first one's definition."""
    return coverage_of(recording(names[0]).definition, [recording(name).history for name in names])


def _reached(coverage: Coverage, kind: Kind) -> dict[str, int]:
    return {point.place: coverage.count(point) for point in coverage.points if point.kind is kind}


def _machine(**states: Any) -> dict[str, Any]:
    return {"StartAt": next(iter(states)), "States": states}


def _chosen(choice: dict[str, Any], *inputs: str, language: str = "JSONPath") -> Coverage:
    """Return the coverage of executions that entered a Choice with these inputs, and went on to state X."""
    definition = read_definition(
        {"QueryLanguage": language, **_machine(C={"Type": "Choice", **choice}, X={"Type": "Succeed"})}
    )
    histories = [
        read_history(
            read_events(
                {
                    "id": number,
                    "previousEventId": number - 1,
                    "type": kind,
                    "timestamp": "2026-01-01T00:00:00Z",
                    "stateEventDetails": details,
                }
                for number, (kind, details) in enumerate(
                    [
                        ("ChoiceStateEntered", {"name": "C", "input": text}),
                        ("ChoiceStateExited", {"name": "C"}),
                        ("SucceedStateEntered", {"name": "X"}),
                        ("SucceedStateExited", {"name": "X"}),
                        ("ExecutionSucceeded", {}),
                    ],
                    start=1,
                )
            )
        )
        for text in inputs
    ]
    return coverage_of(definition, histories)


def test_an_execution_reaches_its_states_and_the_steps_between_them() -> None:
    coverage = _coverage("pass_wait_succeed")
    assert coverage.missed == ()
    assert coverage.percent == 100
    assert coverage.by_kind() == {Kind.STATE: (3, 3), Kind.NEXT: (2, 2)}


def test_without_an_execution_nothing_is_reached() -> None:
    coverage = coverage_of(recording("task").definition, [])
    assert (coverage.percent, coverage.executions) == (0, 0)
    assert coverage.missed == coverage.points


def test_a_rule_that_was_not_chosen_is_missed_by_its_place() -> None:
    coverage = _coverage("choice")
    missed = [point for point in coverage.missed if point.kind in {Kind.CHOICE, Kind.DEFAULT}]
    assert missed
    assert all(".Choices[" in point.place or point.place.endswith(".Default") for point in missed)


def test_rules_that_lead_to_the_same_state_are_shown_apart_by_their_input() -> None:
    choice = {
        "Choices": [
            {"Variable": "$.a", "NumericGreaterThan": 5, "Next": "X"},
            {"And": [{"Variable": "$.a", "IsPresent": True}, {"Variable": "$.a", "NumericEquals": 1}], "Next": "X"},
            {"Not": {"Variable": "$.b", "StringMatches": "log-*.txt"}, "Next": "X"},
        ],
        "Default": "X",
    }
    coverage = _chosen(choice, '{"a": 9}', '{"a": 1}', '{"b": "none"}', '{"b": "none"}', '{"b": "log-1.txt"}')
    assert _reached(coverage, Kind.CHOICE) == {
        "States.C.Choices[0]": 1,
        "States.C.Choices[1]": 1,
        "States.C.Choices[2]": 2,
    }
    assert _reached(coverage, Kind.DEFAULT) == {"States.C.Default": 1}


@pytest.mark.parametrize(
    "rule",
    [
        {"Variable": "$$.Execution.Name", "StringEquals": "x", "Next": "X"},
        {"Variable": "$flavour", "StringEquals": "x", "Next": "X"},
        {"Variable": "$.items[?(@.x)]", "IsPresent": True, "Next": "X"},
    ],
)
def test_rules_that_nothing_tells_apart_are_one_point(rule: dict[str, Any]) -> None:
    coverage = _chosen({"Choices": [rule], "Default": "X"}, "{}")
    assert _reached(coverage, Kind.CHOICE) == {"States.C.Choices[0], Default": 1}
    assert _reached(coverage, Kind.DEFAULT) == {}


def test_jsonata_conditions_with_the_same_state_are_one_point() -> None:
    rules = [{"Condition": "{% $states.input.a %}", "Next": "X"}, {"Condition": "{% $states.input.b %}", "Next": "X"}]
    coverage = _chosen({"Choices": rules}, '{"a": true}', language="JSONata")
    assert _reached(coverage, Kind.CHOICE) == {"States.C.Choices[0], Choices[1]": 1}


def test_a_catch_is_reached_by_the_error_it_caught() -> None:
    assert 1 in _reached(_coverage("task_caught"), Kind.CATCH).values()


def test_a_catch_is_missed_where_nothing_failed() -> None:
    caught = recording("task_caught").definition
    coverage = coverage_of(caught, [])
    assert set(_reached(coverage, Kind.CATCH).values()) == {0}


def test_a_retry_is_counted_for_each_further_attempt() -> None:
    coverage = _coverage("task_retried")
    retries = sum(visit.retries for visit in recording("task_retried").history.visits)
    assert sum(_reached(coverage, Kind.RETRY).values()) == retries > 0


def test_a_parallel_that_is_retried_reaches_its_retry() -> None:
    coverage = _coverage("parallel_retried")
    assert [count > 0 for count in _reached(coverage, Kind.RETRY).values()] == [True]


def test_a_branch_is_reached_when_it_came_to_its_end() -> None:
    assert all(_reached(_coverage("parallel"), Kind.BRANCH).values())
    assert not all(_reached(_coverage("parallel_failed"), Kind.BRANCH).values())


@pytest.mark.parametrize(("name", "number"), [("map", "several items"), ("map_of_nothing", "no items")])
def test_a_map_is_counted_by_its_number_of_items(name: str, number: str) -> None:
    reached = {place.rpartition(" with ")[2] for place, count in _reached(_coverage(name), Kind.ITEMS).items() if count}
    assert reached == {number}


def test_a_state_in_a_map_stands_in_its_item_processor() -> None:
    places = [point.place for point in points_of(recording("map").definition) if ".ItemProcessor." in point.place]
    assert places
    assert all(place.count("States") == 2 for place in places)


def test_a_state_that_timed_out_reaches_its_time_limit() -> None:
    coverage = _coverage("task_timed_out")
    assert set(_reached(coverage, Kind.TIMEOUT).values()) == {1}


def test_the_executions_own_time_limit_is_reached_by_its_time_out() -> None:
    coverage = _coverage("timed_out")
    assert _reached(coverage, Kind.TIMEOUT)["TimeoutSeconds"] == 1


@pytest.mark.parametrize("name", NAMES)
def test_every_recorded_execution_is_counted_within_its_definition(name: str) -> None:
    coverage = _coverage(name)
    keys = {point.key for point in coverage.points}
    assert {key for key in coverage.counts if not key.startswith("edge:")} <= keys
    assert len(keys) == len(coverage.points)


@pytest.mark.parametrize("name", NAMES)
def test_the_drawing_has_as_many_steps_as_that_of_the_one_execution(name: str) -> None:
    from localdev.executions.graph import graph_of

    found = recording(name)
    drawn = {(edge.source, edge.target, edge.is_catch): edge.taken for edge in _coverage(name).graph().edges}
    one = {(e.source, e.target, e.is_catch): e.taken for e in graph_of(found.definition, found.history).edges}
    assert drawn == one


@given(executions())
def test_states_are_counted_as_often_as_they_were_entered(simulated: Simulated) -> None:
    definition = read_definition(simulated.definition)
    coverage = coverage_of(definition, [read_history(read_events(simulated.events))])
    entered: Counter[str] = Counter()
    for (state, _), count in simulated.truth.visits.items():
        entered[state] += count
    counted = {point.state: coverage.count(point) for point in coverage.points if point.kind is Kind.STATE}
    assert {state: count for state, count in counted.items() if count} == entered


def test_a_hundred_is_all_of_it() -> None:
    from localdev.executions.coverage import percent

    assert (percent(999, 1000), percent(1000, 1000), percent(0, 0)) == (99.9, 100, 100)
