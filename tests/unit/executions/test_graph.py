"""Definition and history together."""

from __future__ import annotations

import json
from collections import Counter

import pytest

from localdev.executions.definition import read_definition
from localdev.executions.diagram import mermaid
from localdev.executions.graph import Graph, Mark, Node, graph_of
from localdev.executions.history import Status
from tests.unit.executions.conftest import NAMES, recording


def _graph(name: str) -> Graph:
    recorded = recording(name)
    return graph_of(recorded.definition, recorded.history)


def _node(name: str, state: str) -> Node:
    return next(node for node in _graph(name).nodes if node.name == state)


@pytest.mark.parametrize("name", NAMES)
def test_every_state_and_every_step_of_a_recorded_history_is_in_its_definition(name: str) -> None:
    assert _graph(name).remarks == ()


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_drawn_visited_that_was_not(name: str) -> None:
    history = recording(name).history
    visited = Counter(visit.state for visit in history.visits)

    assert {node.name: node.visits for node in _graph(name).nodes if node.visits} == visited
    assert all((node.mark is Mark.NOT_REACHED) == (node.name not in visited) for node in _graph(name).nodes)


@pytest.mark.parametrize("name", NAMES)
def test_every_visit_but_the_first_of_its_machine_came_along_an_edge(name: str) -> None:
    history = recording(name).history
    inner_beginnings = sum(visit.previous is None and bool(visit.frames) for visit in history.visits)

    taken = sum(edge.taken for edge in _graph(name).edges if edge.target is not None)

    assert taken == len(history.visits) - inner_beginnings


def test_what_has_ended_by_itself_reaches_the_end() -> None:
    ended = {name for name in NAMES if any(edge.target is None and edge.taken for edge in _graph(name).edges)}

    succeeded = {name for name in NAMES if recording(name).history.status is Status.SUCCEEDED}
    in_fail_states = {"choice_default_to_fail", "express", "jsonata_fail_state", "task_caught_to_fail"}
    assert ended == succeeded | in_fail_states


@pytest.mark.parametrize(
    ("name", "state", "mark"),
    [
        ("task", "Task", Mark.SUCCEEDED),
        ("task_retried", "Task", Mark.RETRIED),
        ("task_caught", "Task", Mark.CAUGHT),
        ("task_retries_run_out", "Task", Mark.FAILED),
        ("timed_out", "Wait", Mark.TIMED_OUT),
        ("stopped", "Wait", Mark.ABORTED),
        ("running", "Wait", Mark.RUNNING),
        ("choice", "Small", Mark.NOT_REACHED),
        ("map_failed", "Each", Mark.FAILED),
    ],
)
def test_a_states_mark_says_what_happened_to_it(name: str, state: str, mark: Mark) -> None:
    assert _node(name, state).mark is mark


def test_the_state_that_the_execution_failed_in_is_distinguished_from_those_around_it() -> None:
    assert [node.name for node in _graph("map_failed").nodes if node.is_culprit] == ["Large"]


def test_a_rule_and_a_catch_with_the_same_target_are_shown_apart() -> None:
    taken = {edge.is_catch: edge.taken for edge in _graph("task_caught_where_it_would_go_anyway").edges if edge.source}

    assert taken == {False: 1, True: 1}  # the plain one is from the handler to the end


def test_a_changed_definition_is_remarked_on() -> None:
    changed = read_definition({"StartAt": "Other", "States": {"Other": {"Type": "Succeed"}}})

    graph = graph_of(changed, recording("choice").history)

    assert [node.mark for node in graph.nodes] == [Mark.NOT_REACHED]
    assert len(graph.remarks) == 4
    assert "'By size' was visited and is not in the definition" in graph.remarks[0]


@pytest.mark.parametrize("name", NAMES)
def test_the_plain_data_is_json(name: str) -> None:
    data = json.loads(json.dumps(_graph(name).as_data()))

    assert {node["name"] for node in data["nodes"]} == {node.name for node in _graph(name).nodes}


def test_mermaid_marks_what_happened_with_sign_and_colour_and_draws_the_way_bold() -> None:
    recorded = recording("choice_default_to_fail")
    lines = [line.strip() for line in mermaid(recorded.definition, recorded.history).splitlines()]

    assert 's0{"✓ By size"}' in lines
    assert 's2(["✗ Small"])' in lines
    assert "class s0 succeeded" in lines
    assert "class s2 failed" in lines
    assert lines[-1] == "linkStyle 0,2,4 stroke-width:3px"


def test_mermaid_says_how_often_a_state_was_visited() -> None:
    recorded = recording("loop")

    assert 's0("✓ Count ×3")' in mermaid(recorded.definition, recorded.history)
