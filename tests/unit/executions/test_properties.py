"""Test what holds of every execution, whatever its definition and in whatever order its events were written."""

from __future__ import annotations

from collections import Counter

from hypothesis import given, settings

from localdev.executions.definition import read_definition
from localdev.executions.diagram import mermaid
from localdev.executions.events import read_events
from localdev.executions.graph import Mark, graph_of
from localdev.executions.history import History, Status
from localdev.executions.replay import read_history
from tests.unit.executions.simulator import Simulated, executions

_SETTINGS = settings(max_examples=40, deadline=None, derandomize=True)


def _history(execution: Simulated) -> History:
    return read_history(read_events(execution.events))


@_SETTINGS
@given(executions())
def test_visits_steps_and_attempts_are_those_that_happened(execution: Simulated) -> None:
    history = _history(execution)
    visits = history.visits

    assert Counter(
        (visit.state, tuple(visits[frame.container].state for frame in visit.frames)) for visit in visits
    ) == (_without_indexes(execution))
    assert {(step.source, step.target, step.caught): n for step, n in history.steps().items()} == dict(
        execution.truth.steps
    )
    tries: Counter[str] = Counter()
    for visit in visits:
        tries[visit.state] += len(visit.attempts)
    assert +tries == execution.truth.attempts


def _without_indexes(execution: Simulated) -> Counter[tuple[str, tuple[str, ...]]]:
    found: Counter[tuple[str, tuple[str, ...]]] = Counter()
    for (state, place), count in execution.truth.visits.items():
        found[state, tuple(container for container, _ in place)] += count
    return found


@_SETTINGS
@given(executions())
def test_every_step_is_an_edge_of_the_definition_and_nothing_else_is_drawn_visited(execution: Simulated) -> None:
    history = _history(execution)
    graph = graph_of(read_definition(execution.definition), history)
    visited = {visit.state for visit in history.visits}

    assert graph.remarks == ()
    assert {node.name for node in graph.nodes if node.mark is not Mark.NOT_REACHED} == visited
    assert sum(edge.taken for edge in graph.edges if edge.target is not None) == history.steps().total()


@_SETTINGS
@given(executions())
def test_a_finished_execution_has_one_ending_and_nothing_left_at_work(execution: Simulated) -> None:
    history = _history(execution)

    assert history.status is (Status.SUCCEEDED if execution.succeeded else Status.FAILED)
    assert all(visit.status is not Status.RUNNING and visit.ended is not None for visit in history.visits)
    ends = [edge for edge in graph_of(read_definition(execution.definition), history).edges if edge.target is None]
    reached = [edge for edge in ends if edge.taken]
    if execution.succeeded:
        assert len(reached) == 1
        assert history.culprit is None
        assert all(visit.status is not Status.FAILED for visit in history.visits)
    else:
        assert history.culprit is not None
        assert history.visits[history.culprit].status is Status.FAILED
        assert len(reached) == int(history.path()[-1].type == "Fail")


@_SETTINGS
@given(executions())
def test_every_beginning_of_a_history_can_be_read_and_drawn(execution: Simulated) -> None:
    events = read_events(execution.events)
    history = read_history(events[: len(events) // 2])

    assert history.status is Status.RUNNING
    assert history.remarks == ()
    assert mermaid(read_definition(execution.definition), history).startswith("flowchart TD")
