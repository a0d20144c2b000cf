"""Test what the end of a history says for certain."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings

from localdev.executions.definition import Definition, read_definition
from localdev.executions.ending import End, says_what_failed
from localdev.executions.events import read_events
from localdev.executions.graph import graph_of
from localdev.executions.history import Status
from localdev.executions.origin import origin_of
from localdev.executions.replay import read_history
from tests.unit.executions.conftest import NAMES, recording
from tests.unit.executions.made_up import Writer, long_failure, long_loop, map_of
from tests.unit.executions.simulator import Simulated, executions

if TYPE_CHECKING:
    from collections.abc import Iterator

    from localdev.executions.history import History, Visit

_SETTINGS = settings(max_examples=200, deadline=None, derandomize=True)


def _ends(history: History) -> Iterator[History]:
    """Yield every end of a history that has the last event of it."""
    for first in range(2, history.events[-1].id + 1):
        yield read_history([event for event in history.events if event.id >= first])


def _what(visit: Visit | None) -> tuple[object, ...] | None:
    """Return what a page says of a visit, and which one it is."""
    return None if visit is None else (visit.entered, visit.state, visit.failure)


def _assert_no_end_is_wrong(history: History, definition: Definition) -> None:
    whole = {node.name: (node.mark, node.is_culprit) for node in graph_of(definition, history).nodes}
    path = [_what(visit) for visit in history.path()]
    for end in _ends(history):
        is_certain = says_what_failed(end, definition)
        if is_certain:
            assert _what(origin_of(end, definition)) == _what(origin_of(history, definition))
        nodes = graph_of(definition, end).nodes
        marks = {node.name: (node.mark, node.is_culprit and is_certain) for node in nodes}
        settled = End(end, definition).settled_states()
        expected = {name: (mark, is_culprit and is_certain) for name, (mark, is_culprit) in whole.items()}
        assert {name: marks[name] for name in settled} == {name: expected[name] for name in settled}
        shown = [_what(visit) for visit in End(end, definition).path]
        assert shown == path[len(path) - len(shown) :]


def _assert_no_end_is_elsewhere(history: History, definition: Definition) -> None:
    """Look at the execution while it ran: after each of its events, from each of its ends."""
    for last in range(1, len(history.events)):
        running = read_history(history.events[:last])
        at_top = running.path()[-1] if running.path() else None
        where = at_top.state if at_top is not None and at_top.exited is None else None
        for end in _ends(running):
            assert End(end, definition).at_work in {None, where}


@_SETTINGS
@given(executions())
def test_no_end_of_a_history_says_what_all_of_it_does_not(execution: Simulated) -> None:
    # the simulator's tasks are tried again, which its definitions do not say
    definition = read_definition(_with_retries(execution.definition))

    _assert_no_end_is_wrong(read_history(read_events(execution.events)), definition)


@settings(_SETTINGS, max_examples=40)
@given(executions())
def test_no_end_of_a_history_that_goes_on_says_it_is_where_it_is_not(execution: Simulated) -> None:
    history = read_history(read_events(execution.events))

    _assert_no_end_is_elsewhere(read_history(history.events[:60]), read_definition(execution.definition))


@pytest.mark.parametrize("name", NAMES)
def test_no_end_of_a_recorded_history_that_goes_on_says_it_is_where_it_is_not(name: str) -> None:
    recorded = recording(name)

    _assert_no_end_is_elsewhere(read_history(recorded.history.events[:60]), recorded.definition)


@pytest.mark.parametrize("name", NAMES)
def test_no_end_of_a_recorded_history_says_what_all_of_it_does_not(name: str) -> None:
    recorded = recording(name)

    _assert_no_end_is_wrong(recorded.history, recorded.definition)


def _with_retries(machine: dict[str, Any]) -> dict[str, Any]:
    states = {name: _state_with_retries(state) for name, state in machine["States"].items()}
    return {**machine, "States": states}


def _state_with_retries(state: dict[str, Any]) -> dict[str, Any]:
    found = {**state, "Retry": [{"ErrorEquals": ["States.ALL"]}]} if state["Type"] == "Task" else dict(state)
    if "Branches" in found:
        found["Branches"] = [_with_retries(branch) for branch in found["Branches"]]
    if "ItemProcessor" in found:
        found["ItemProcessor"] = _with_retries(found["ItemProcessor"])
    return found


def _last(history: History, count: int) -> History:
    return read_history(history.events[-count:])


def test_a_loop_without_a_catch_that_ends_in_a_fail_state_needs_no_beginning() -> None:
    definition, history = long_loop(10)
    end = _last(history, 20)
    origin = origin_of(end, definition)

    assert says_what_failed(end, definition)
    assert origin is not None
    assert origin.state == "Sorry"


def test_where_a_catch_may_lead_to_the_fail_state_what_is_before_it_has_to_be_there() -> None:
    definition, history = long_loop(10, catch="Sorry")

    assert not says_what_failed(_last(history, 3), definition)
    assert says_what_failed(_last(history, 4), definition)


def test_in_a_machine_that_never_succeeds_an_error_long_ago_may_be_what_it_fails_of() -> None:
    definition, history = long_loop(10, catch="Again?")

    # each of its states only leads to the failure: the way back ends at the first that was caught
    assert not any(says_what_failed(end, definition) for end in _ends(history))


def test_what_fails_after_a_map_that_began_before_the_end_is_certain() -> None:
    definition, history = long_failure(10)

    assert says_what_failed(_last(history, 6), definition)
    assert End(_last(history, 6), definition).settled_states() == {"Charge"}


def test_an_item_that_fails_its_map_is_certain_where_the_map_began_before_the_end() -> None:
    definition, history = map_of(10, failing={9})
    end = _last(history, 12)
    origin = origin_of(end, definition)

    assert says_what_failed(end, definition)
    assert origin is not None
    assert origin.state == "Accept"


def test_the_path_ends_with_the_states_at_the_top() -> None:
    definition, history = long_failure(10)

    assert [visit.state for visit in End(_last(history, 12), definition).path] == ["Charge"]


def test_while_a_map_runs_that_began_before_the_end_it_is_the_state_at_work() -> None:
    definition, history = map_of(10)
    running = read_history(history.events[20:30])

    assert End(running, definition).at_work == "Each"


def test_while_a_loop_runs_the_state_entered_last_is_at_work() -> None:
    definition, history = long_loop(10)

    assert End(read_history(history.events[20:28]), definition).at_work == "Poll"
    # it has been left, and the next one is not entered yet
    assert End(read_history(history.events[20:29]), definition).at_work is None


def test_what_a_branch_writes_after_its_parallel_was_left_is_not_where_the_execution_is() -> None:
    definition, history = _left_branch()

    assert [End(end, definition).at_work for end in _ends(history)] == [*["After"] * 7, None]


def _left_branch() -> tuple[Definition, History]:
    """Return an execution in which a branch that was cut off writes its last events late."""
    writer = Writer()
    writer.write("ExecutionStarted", input="{}")
    writer.begin_parallel("Both")
    slow = writer.write("PassStateEntered", name="Slow", input="{}")
    writer.write("FailStateEntered", 3, name="Refuse", input="{}")
    writer.write("ParallelStateFailed")
    writer.write("ParallelStateExited", name="Both", output="{}")
    writer.write("WaitStateEntered", name="After", input="{}")
    writer.write("PassStateExited", slow, name="Slow", output="{}")
    branches = [
        {"StartAt": "Slow", "States": {"Slow": {"Type": "Pass", "End": True}}},
        {"StartAt": "Refuse", "States": {"Refuse": {"Type": "Fail"}}},
    ]
    caught = [{"ErrorEquals": ["States.ALL"], "Next": "After"}]
    states = {
        "Both": {"Type": "Parallel", "Branches": branches, "Catch": caught, "Next": "After"},
        "After": {"Type": "Wait", "Seconds": 9, "End": True},
    }
    return read_definition({"StartAt": "Both", "States": states}), writer.history()


def test_what_an_item_leaves_that_was_entered_before_the_end_is_not_taken_for_that_of_another_item() -> None:
    writer = Writer()
    writer.write("ExecutionStarted", input="{}")
    begun = writer.begin_map("Each", 2)
    writer.write("MapIterationStarted", begun, name="Each", index=0)
    entered = writer.write("PassStateEntered", name="Price", input="{}")
    writer.write("MapIterationStarted", begun, name="Each", index=1)
    writer.write("PassStateEntered", name="Price", input="{}")
    writer.write("PassStateExited", entered, name="Price", output="{}")

    (visit,) = read_history(writer.history().events[5:]).visits

    assert visit.exited is None


def test_an_error_that_an_item_handled_is_not_taken_for_that_of_the_state_after_its_map() -> None:
    definition, history = _handled_in_an_item()
    for end in _ends(history):
        origin = origin_of(end, definition)
        assert origin is None or origin.state == "Sorry"


def _handled_in_an_item() -> tuple[Definition, History]:
    writer = Writer()
    writer.write("ExecutionStarted", input="{}")
    begun = writer.begin_map("Each", 2)
    for index in range(2):
        writer.write("MapIterationStarted", begun, name="Each", index=index)
        writer.fail_task("Accept", "Refused")
        writer.write("TaskStateExited", name="Accept", output="{}")
        writer.write("PassStateEntered", name="Note", input="{}")
        writer.write("PassStateExited", name="Note", output="{}")
        writer.write("MapIterationSucceeded", name="Each", index=index)
    writer.write("MapStateSucceeded")
    writer.write("MapStateExited", name="Each", output="[]")
    writer.write("FailStateEntered", name="Sorry", input="[]")
    writer.write("ExecutionFailed", error="Enough")
    accept = {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage", "End": True}
    item = {
        "Accept": {**accept, "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Note"}]},
        "Note": {"Type": "Pass", "End": True},
    }
    states = {
        "Each": {"Type": "Map", "ItemProcessor": {"StartAt": "Accept", "States": item}, "Next": "Sorry"},
        "Sorry": {"Type": "Fail"},
    }
    return read_definition({"StartAt": "Each", "States": states}), writer.history()


def test_of_what_one_item_handled_another_may_have_failed() -> None:
    definition, history = _failed_in_one_item_and_handled_in_the_next()

    for end in _ends(history):
        assert "Accept" not in End(end, definition).settled_states()


def _failed_in_one_item_and_handled_in_the_next() -> tuple[Definition, History]:
    writer = Writer()
    writer.write("ExecutionStarted", input="{}")
    begun = writer.begin_map("Each", 2)
    for index, error in enumerate(("Away", "Refused")):
        writer.write("MapIterationStarted", begun, name="Each", index=index)
        writer.fail_task("Accept", error)
        if error == "Refused":
            writer.write("TaskStateExited", name="Accept", output="{}")
            writer.write("FailStateEntered", name="Sorry", input="{}")
        writer.write("MapIterationFailed", name="Each", index=index)
    writer.write("MapStateFailed", error="Refused")
    writer.write("ExecutionFailed", error="Refused")
    accept = {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage", "End": True}
    item = {
        "Accept": {**accept, "Catch": [{"ErrorEquals": ["Refused"], "Next": "Sorry"}]},
        "Sorry": {"Type": "Fail"},
    }
    processor = {"StartAt": "Accept", "States": item}
    each = {"Type": "Map", "ToleratedFailureCount": 1, "ItemProcessor": processor, "End": True}
    return read_definition({"StartAt": "Each", "States": {"Each": each}}), writer.history()


def test_an_execution_that_was_not_failed_by_a_state_has_nothing_to_be_certain_of() -> None:
    recorded = recording("timed_out")
    end = _last(recorded.history, 1)

    assert end.status is Status.TIMED_OUT
    assert says_what_failed(end, recorded.definition)


def test_of_an_execution_that_runs_nothing_is_certain() -> None:
    recorded = recording("running")

    assert not says_what_failed(_last(recorded.history, 1), recorded.definition)
