"""The items of a Map, the branches of a Parallel, and what happened in one of them."""

from __future__ import annotations

from localdev.executions.definition import read_definition
from localdev.executions.graph import Mark, graph_of
from localdev.executions.history import Status
from localdev.executions.items import ChosenItem, containing, events_of, inside, items_of, without_others
from localdev.executions.origin import origin_of
from tests.unit.executions.conftest import recording
from tests.unit.executions.made_up import ACCEPT, Writer, map_of


def test_each_item_has_its_status_also_what_was_not_started() -> None:
    _, history = map_of(3, failing={1}, not_started=2)

    items = items_of(history.visits[0], history)

    assert [item.status for item in items] == [Status.SUCCEEDED, Status.FAILED, Status.SUCCEEDED, None, None]


def test_the_branches_of_a_parallel_are_its_items() -> None:
    history = recording("parallel_failed").history
    container = next(visit for visit in history.visits if visit.type == "Parallel")

    items = items_of(container, history)

    assert Status.FAILED in {item.status for item in items}
    assert [item.index for item in items] == list(range(len(items)))


def test_a_state_that_holds_nothing_has_no_items() -> None:
    history = recording("choice").history

    assert items_of(history.visits[0], history) == ()


def test_the_visits_of_one_item_are_those_of_no_other() -> None:
    _, history = map_of(3)

    visits = inside(history, ChosenItem(0, 2))

    assert [visit.input for visit in visits] == ['{"name": "file-2"}']


def test_a_graph_of_one_item_shows_what_happened_in_that_one() -> None:
    definition, history = map_of(3, failing={1})
    only = without_others(history, ChosenItem(0, 0))

    nodes = {node.name: node for node in graph_of(definition, history, only).nodes}

    assert nodes["Accept"].mark is Mark.SUCCEEDED
    assert nodes["Accept"].visits == 1
    assert nodes["Each"].mark is Mark.FAILED


def test_the_events_of_one_item_begin_and_end_with_its_own() -> None:
    _, history = map_of(3)
    types = {event.id: event.type for event in history.events}

    found = [types[number] for number in sorted(events_of(history, ChosenItem(0, 1)))]

    assert found == ["MapIterationStarted", "TaskStateEntered", "TaskStateExited", "MapIterationSucceeded"]


def test_items_are_found_by_what_their_input_or_their_cause_contains() -> None:
    _, history = map_of(12, failing={4})

    assert set(containing(history, history.visits[0], "FILE-1")) == {1, 10, 11}
    assert set(containing(history, history.visits[0], "is refused")) == {4}


def test_what_failed_inside_of_a_map_that_was_caught_is_where_the_failure_started() -> None:
    writer = Writer()
    writer.write("ExecutionStarted", input="{}")
    writer.begin_map("Each", 1)
    writer.write("MapIterationStarted", name="Each", index=0)
    writer.fail_task("Accept", "Refused")
    writer.write("MapIterationFailed", name="Each", index=0)
    writer.write("MapStateFailed", error="Refused")
    writer.write("MapStateExited", name="Each", output="{}")
    writer.write("FailStateEntered", name="Sorry", input="{}")
    writer.write("ExecutionFailed", error="Nope")
    caught = [{"ErrorEquals": ["States.ALL"], "Next": "Sorry"}]
    states = {
        "Each": {"Type": "Map", "ItemProcessor": ACCEPT, "Catch": caught, "End": True},
        "Sorry": {"Type": "Fail", "Error": "Nope"},
    }

    origin = origin_of(writer.history(), read_definition({"StartAt": "Each", "States": states}))

    assert origin is not None
    assert origin.state == "Accept"
