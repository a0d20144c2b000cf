"""Test what each state did, read from recorded executions."""

from __future__ import annotations

import json
import random
from collections import Counter
from datetime import UTC, datetime
from typing import Any

import pytest

from localdev.executions.errors import HistoryError
from localdev.executions.events import Event, read_events
from localdev.executions.history import History, Status, Step, Visit
from localdev.executions.invocations import request_id_of
from localdev.executions.replay import read_history
from tests.unit.executions.conftest import NAMES, recording
from tests.unit.executions.machines import RUNS
from tests.unit.executions.made_up import Writer

REQUEST_ID = "0b3c2d7e-9f7a-4e43-9c55-0d6b3f0e7a11"


def _history(name: str) -> History:
    return recording(name).history


def _states(history: History) -> list[tuple[str, Status]]:
    return [(visit.state, visit.status) for visit in history.visits]


def _only(history: History, state: str) -> Visit:
    (visit,) = history.visits_of(state)
    return visit


def _steps(history: History) -> Counter[tuple[str | None, str]]:
    steps: Counter[tuple[str | None, str]] = Counter()
    for step, count in history.steps().items():
        steps[step.source, step.target] += count
    return steps


def test_every_run_has_been_recorded() -> None:
    assert sorted(RUNS) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_status_input_and_output_are_those_the_api_says(name: str) -> None:
    execution = recording(name).document["execution"]
    history = _history(name)

    assert history.remarks == ()
    if "status" in execution:
        assert history.status == execution["status"]
        assert json.loads(history.input or "") == json.loads(execution["input"])
        assert history.output == execution.get("output")
        if history.failure and history.status is Status.FAILED:
            assert history.failure.error == execution.get("error")
            assert history.failure.cause == execution.get("cause")


@pytest.mark.parametrize("name", NAMES)
def test_the_order_in_which_events_come_in_says_nothing(name: str) -> None:
    shuffled = list(recording(name).events)
    random.Random(name).shuffle(shuffled)  # noqa: S311 - no secret

    assert read_history(shuffled) == _history(name)


def test_each_state_was_entered_and_left_with_its_input_and_output() -> None:
    history = _history("pass_wait_succeed")

    assert _states(history) == [("Pass", Status.SUCCEEDED), ("Wait", Status.SUCCEEDED), ("Done", Status.SUCCEEDED)]
    assert history.visits[0].input == "{}"
    assert history.visits[0].output == '{"a":1}'
    duration = history.visits[1].duration
    assert duration is not None
    assert duration.total_seconds() > 0.9


def test_a_choice_takes_one_of_its_ways() -> None:
    assert _steps(_history("choice")) == {(None, "By size"): 1, ("By size", "Large"): 1}
    assert _steps(_history("choice_default_to_fail")) == {(None, "By size"): 1, ("By size", "Small"): 1}


def test_a_choice_without_a_match_is_the_state_that_failed() -> None:
    history = _history("choice_without_a_match")

    assert _states(history) == [("If", Status.FAILED)]
    assert history.culprit == 0


def test_a_loop_visits_its_states_again_and_every_step_follows_the_previous_event() -> None:
    assert _steps(_history("loop")) == {
        (None, "Count"): 1,
        ("Count", "Again?"): 3,
        ("Again?", "Count"): 2,
        ("Again?", "Done"): 1,
    }


def test_a_fail_state_is_entered_and_never_left() -> None:
    history = _history("choice_default_to_fail")
    fail = _only(history, "Small")

    assert fail.exited is None
    assert fail.status is Status.FAILED
    assert fail.failure is not None
    assert (fail.failure.error, fail.failure.cause) == ("Burnt", "The oven was too hot")
    assert fail.ended == fail.at


def test_an_attempt_that_was_made_good_is_no_failure_of_its_state() -> None:
    task = _only(_history("task_retried"), "Task")

    assert task.status is Status.SUCCEEDED
    assert task.failure is None
    assert task.retries == 2
    assert [attempt.status for attempt in task.attempts] == [Status.FAILED, Status.FAILED, Status.SUCCEEDED]
    assert [attempt.failure.error if attempt.failure else None for attempt in task.attempts] == [
        "ValueError",
        "ValueError",
        None,
    ]
    assert task.attempts[2].output == '{"attempt": 3}'


def test_when_retries_run_out_the_last_failure_is_shown_and_not_the_first() -> None:
    history = _history("task_retries_run_out")
    task = _only(history, "Task")

    assert task.status is Status.FAILED
    assert task.failure is not None
    assert "attempt 3 is to fail" in (task.failure.cause or "")
    assert history.failure is not None
    assert "attempt 3 is to fail" in (history.failure.cause or "")
    assert history.culprit == task.index


@pytest.mark.parametrize("name", ["task_caught", "task_caught_where_it_would_go_anyway"])
def test_a_caught_failure_leads_on_through_the_catch(name: str) -> None:
    history = _history(name)

    assert _states(history) == [("Task", Status.CAUGHT), ("Caught", Status.SUCCEEDED)]
    assert Step("Task", "Caught", caught=True) in history.steps()
    assert history.failure is None
    assert history.culprit is None


def test_what_fails_after_a_caught_failure_is_to_blame() -> None:
    history = _history("task_caught_to_fail")

    assert _states(history) == [("Task", Status.CAUGHT), ("Caught", Status.FAILED)]
    assert history.culprit == 1


def test_an_attempt_that_took_too_long_has_timed_out() -> None:
    task = _only(_history("task_timed_out"), "Task")

    assert task.status is Status.FAILED
    assert task.failure is not None
    assert task.failure.error == "States.Timeout"


def test_the_functions_name_is_in_the_scheduling_event() -> None:
    lambda_arn, integration = _only(_history("task"), "Task"), _only(_history("task_invoke"), "Invoke")

    assert (lambda_arn.attempts[0].function or "").endswith(":function:recorded-histories")
    assert (integration.attempts[0].function or "").endswith(":function:recorded-histories")
    assert integration.attempts[0].resource == "lambda:invoke"
    assert _only(_history("task_sdk"), "List").attempts[0].function is None


def test_a_failed_invocation_is_named_by_its_cause_and_one_that_succeeded_is_not() -> None:
    history = _history("task_retried")
    first, second, third = _only(history, "Task").attempts

    for failed in (first, second):
        assert failed.failure is not None
        assert failed.request_id == json.loads(failed.failure.cause or "")["requestId"]
    assert third.request_id is None
    assert history.request_ids() == {first.request_id, second.request_id}


@pytest.mark.parametrize(
    ("cause", "named"),
    [
        ({"errorMessage": f"2026-01-01T00:00:00.000Z {REQUEST_ID} Task timed out after 3.00 seconds"}, True),
        ({"errorMessage": f"RequestId: {REQUEST_ID} Error: Runtime exited with error: exit status 1"}, True),
        ({"errorMessage": f"the order {REQUEST_ID} is cold"}, False),
        ({"errorMessage": "cold", "requestId": "the customer's own"}, False),
        ("no JSON", False),
    ],
)
def test_lambdas_own_errors_name_the_invocation(cause: object, named: bool) -> None:
    text = cause if isinstance(cause, str) else json.dumps(cause)
    details = {"error": "Sandbox.Timedout", "cause": text}
    failed = Event(4, 3, "LambdaFunctionFailed", datetime(2026, 1, 1, tzinfo=UTC), details)

    assert request_id_of(failed) == (REQUEST_ID if named else None)


def test_a_task_that_waits_for_its_token_is_running() -> None:
    history = _history("task_token_waiting")

    assert _states(history) == [("Ask", Status.RUNNING)]
    assert history.visits[0].ended is None
    assert [attempt.status for attempt in history.visits[0].attempts] == [Status.RUNNING]


def test_branches_are_kept_apart() -> None:
    history = _history("parallel")
    left, left_too, right = (_only(history, name) for name in ("Left", "Left too", "Right"))

    assert left.frames == left_too.frames
    assert left.frames != right.frames
    assert {visit.frames[0].container for visit in (left, right)} == {_only(history, "Both").index}
    assert _steps(history) == {(None, "Both"): 1, ("Left", "Left too"): 1, ("Both", "Done"): 1}


def test_of_a_failed_parallel_one_branch_is_to_blame_and_the_others_are_cut_off() -> None:
    history = _history("parallel_failed")

    assert dict(_states(history)) == {
        "Both": Status.FAILED,
        "Right": Status.SUCCEEDED,
        "Burn": Status.FAILED,
        "Left": Status.ABORTED,
    }
    assert history.culprit == _only(history, "Burn").index


def test_a_failure_in_a_branch_that_the_parallel_catches_is_caught() -> None:
    history = _history("parallel_caught")

    assert dict(_states(history)) == {
        "Both": Status.CAUGHT,
        "Left": Status.SUCCEEDED,
        "Right": Status.CAUGHT,
        "Caught": Status.SUCCEEDED,
    }
    assert _steps(history) == {(None, "Both"): 1, ("Both", "Caught"): 1}


def test_a_retried_parallel_runs_its_branches_again_as_another_round() -> None:
    history = _history("parallel_retried")
    both = _only(history, "Both")

    assert both.rounds == 2
    assert both.retries == 1
    assert [visit.frames[0].round for visit in history.visits_of("Burn")] == [1, 2]
    assert _steps(history)["Right", "Burn"] == 2


def test_iterations_are_kept_apart_though_their_events_are_mixed() -> None:
    history = _history("map")
    ways = {
        visit.frames[0].index: [other.state for other in history.visits if other.frames == visit.frames]
        for visit in history.visits
        if visit.frames
    }

    assert ways == {0: ["By size", "Small"], 1: ["By size", "Large"], 2: ["By size", "Large"]}
    assert [iteration.status for iteration in _only(history, "Each").iterations] == [Status.SUCCEEDED] * 3


def test_an_iteration_that_follows_another_begins_anew() -> None:
    assert _steps(_history("map_one_at_a_time")) == {
        (None, "Each"): 1,
        ("By size", "Small"): 1,
        ("By size", "Large"): 2,
    }


def test_of_a_failed_map_the_failed_iteration_is_shown() -> None:
    history = _history("map_failed")

    assert [(item.index, item.status) for item in _only(history, "Each").iterations] == [
        (0, Status.SUCCEEDED),
        (1, Status.FAILED),
    ]
    assert history.culprit == _only(history, "Large").index


def test_a_map_that_catches_goes_on() -> None:
    history = _history("map_caught")

    assert Step("Each", "Caught", caught=True) in history.steps()
    assert _only(history, "Large").status is Status.CAUGHT


def test_containers_within_containers_are_kept_apart() -> None:
    history = _history("map_in_parallel_in_map")

    assert [(visit.frames[0].index, visit.frames[2].index) for visit in history.visits_of("Pizza")] == [
        (0, 0),
        (0, 1),
        (1, 0),
    ]
    assert _steps(history) == {(None, "Tables"): 1, ("Tables", "Done"): 1}


def test_a_distributed_maps_items_are_executions_of_their_own() -> None:
    each = _only(_history("map_distributed"), "Each")

    assert each.status is Status.SUCCEEDED
    assert each.map_run_arn is not None
    assert each.iterations == ()


def test_an_expression_that_cannot_be_evaluated_fails_its_state() -> None:
    history = _history("evaluation_failed")

    assert _states(history) == [("Each", Status.FAILED)]
    assert history.visits[0].failure is not None
    assert history.visits[0].failure.error == "States.QueryEvaluationError"


def test_a_jsonata_execution_takes_its_way_and_assigns_variables() -> None:
    history = _history("jsonata_evaluated")

    assert [visit.state for visit in history.path()] == ["Take", "Big?", "Done"]
    assert history.output == '{"big":true}'
    assert _only(history, "Take").assigned == {"n": "2"}
    assert _only(history, "Done").assigned == {}


def test_an_error_that_a_jsonata_fail_state_has_made_up_is_shown() -> None:
    burn = _only(_history("jsonata_fail_state"), "Burn")

    assert burn.failure is not None
    assert (burn.failure.error, burn.failure.cause) == ("Burnt1", "too small")


def test_a_jsonata_expression_of_nothing_fails_its_state_alone() -> None:
    history = _history("jsonata_query_failed")

    assert _states(history) == [("Halve", Status.SUCCEEDED), ("Sum", Status.FAILED)]
    assert history.visits[1].failure is not None
    assert "'$nothing.there' returned nothing" in (history.visits[1].failure.cause or "")


def test_when_the_executions_time_is_up_so_is_that_of_the_state_at_work() -> None:
    history = _history("timed_out")

    assert _states(history) == [("Wait", Status.TIMED_OUT)]
    assert history.visits[0].ended == history.events[-1].at


def test_a_stopped_execution_cuts_off_the_state_at_work() -> None:
    history = _history("stopped")

    assert _states(history) == [("Wait", Status.ABORTED)]
    assert history.failure is not None
    assert history.failure.cause == "The pizzeria is closed"
    assert history.culprit is None


def test_what_is_at_work_is_running() -> None:
    assert _states(_history("running")) == [("Pass", Status.SUCCEEDED), ("Wait", Status.RUNNING)]
    assert dict(_states(_history("running_in_parallel"))) == {
        "Both": Status.RUNNING,
        "Left": Status.SUCCEEDED,
        "Right": Status.RUNNING,
    }


def test_an_express_execution_is_read_from_its_log() -> None:
    history = _history("express")

    assert _states(history) == [("By size", Status.SUCCEEDED), ("Small", Status.FAILED)]
    assert history.failure is not None
    assert history.failure.error == "Burnt"


def _redriven_after_its_retries() -> History:
    events: list[dict[str, Any]] = [dict(event) for event in recording("task_retries_run_out").document["events"]]
    last = events[-1]["id"]
    redriven: list[dict[str, Any]] = [
        {"type": "ExecutionRedriven", "executionRedrivenEventDetails": {"redriveCount": 1}},
        {"type": "LambdaFunctionScheduled", "lambdaFunctionScheduledEventDetails": {"resource": "arn"}},
        {"type": "LambdaFunctionStarted"},
        {"type": "LambdaFunctionSucceeded", "lambdaFunctionSucceededEventDetails": {"output": "{}"}},
        {"type": "TaskStateExited", "stateExitedEventDetails": {"name": "Task", "output": "{}"}},
        {"type": "ExecutionSucceeded", "executionSucceededEventDetails": {"output": "{}"}},
    ]
    at = events[-1]["timestamp"]
    events += [
        {**event, "id": last + n, "previousEventId": last + n - 1, "timestamp": at}
        for n, event in enumerate(redriven, start=1)
    ]
    return read_history(read_events(events))


def test_a_redriven_execution_goes_on_where_it_had_failed() -> None:
    history = _redriven_after_its_retries()

    assert history.status is Status.SUCCEEDED
    assert history.failure is None
    assert [attempt.status for attempt in history.visits[0].attempts] == [Status.FAILED] * 3 + [Status.SUCCEEDED]


def test_a_redrive_is_no_retry() -> None:
    assert _redriven_after_its_retries().visits[0].retries == 2


def test_a_state_that_a_redrive_enters_anew_is_the_same_visit() -> None:
    writer = Writer()
    writer.write("ExecutionStarted", input="{}")
    writer.write("PassStateEntered", name="First", input="{}")
    writer.write("PassStateExited", name="First", output="{}")
    for _ in range(2):
        writer.fail_task("Then", "Refused")
        writer.write("ExecutionFailed", error="Refused")
        writer.write("ExecutionRedriven", redriveCount=1)
    history = writer.history()

    assert [(visit.state, len(visit.attempts)) for visit in history.visits] == [("First", 0), ("Then", 2)]
    assert sorted(history.steps(), key=str) == [Step("First", "Then", caught=False), Step(None, "First", caught=False)]


def test_an_event_of_an_unknown_type_changes_nothing() -> None:
    events = [dict(event) for event in recording("choice").document["events"]]
    strange = {"id": 99, "type": "OvenPreheated", "timestamp": events[0]["timestamp"], "previousEventId": 2}

    assert read_history(read_events([*events, strange])).visits == _history("choice").visits


def test_a_missing_event_is_remarked_on() -> None:
    events = [event for event in recording("choice").document["events"] if event["id"] != 3]

    assert read_history(read_events(events)).remarks == ("Event 4 follows event 3, which is missing.",)


@pytest.mark.parametrize(
    ("event", "says"),
    [
        ({"id": 1}, "is not an event of a history"),
        ({"type": "X", "timestamp": 1}, "is not an event of a history"),
        ({"id": 1, "type": "X", "timestamp": "yesterday"}, "Event 1 has the timestamp 'yesterday'"),
        ({"id": 1, "type": "X"}, "Event 1 has the timestamp None"),
    ],
)
def test_what_is_not_an_event_is_an_error(event: dict[str, object], says: str) -> None:
    with pytest.raises(HistoryError, match=says):
        read_events([event])


def test_a_state_that_a_failing_branch_cuts_off_has_its_own_end() -> None:
    writer = Writer()
    writer.write("ExecutionStarted", input="{}")
    begun = writer.begin_parallel("Both")
    writer.write("WaitStateEntered", begun, name="Long", input="{}")
    writer.write("TaskStateEntered", begun, name="Ask", input="{}")
    writer.write("TaskScheduled", resourceType="sqs", resource="sendMessage")
    failed = writer.write("FailStateEntered", begun, name="Refuse", input="{}")
    waited = writer.write("WaitStateAborted", failed)
    asked = writer.write("TaskStateAborted", failed)
    writer.write("ParallelStateFailed", failed)
    writer.write("ExecutionFailed", error="No")

    history = writer.history()

    assert [history.visits[history.visit_of[event]].state for event in (waited, asked)] == ["Long", "Ask"]
    assert [visit.status for visit in history.visits] == [Status.FAILED, Status.ABORTED, Status.ABORTED, Status.FAILED]


def test_a_state_of_an_item_that_a_failing_item_cuts_off_has_its_own_end() -> None:
    writer = Writer()
    writer.write("ExecutionStarted", input="{}")
    begun = writer.begin_map("Each", 3)
    for index in range(2):
        writer.write("MapIterationStarted", begun, name="Each", index=index)
        writer.write("WaitStateEntered", name="Long", input="{}")
    writer.write("MapIterationStarted", begun, name="Each", index=2)
    failed = writer.write("FailStateEntered", name="Refuse", input="{}")
    cut_off = []
    for index in (1, 0):
        writer.write("MapIterationAborted", failed, name="Each", index=index)
        cut_off.append(writer.write("WaitStateAborted", failed))
    writer.write("MapIterationFailed", failed, name="Each", index=2)
    writer.write("MapStateFailed")
    writer.write("ExecutionFailed", error="No")

    history = writer.history()

    assert [history.visits[history.visit_of[event]].frames[0].index for event in cut_off] == [1, 0]
    assert {history.visits[history.visit_of[event]].state for event in cut_off} == {"Long"}


@pytest.mark.parametrize(
    ("end", "status"), [("ExecutionAborted", Status.ABORTED), ("ExecutionTimedOut", Status.TIMED_OUT)]
)
def test_a_state_that_waits_for_its_next_try_ends_as_the_execution_does(end: str, status: Status) -> None:
    writer = Writer()
    writer.write("ExecutionStarted", input="{}")
    writer.fail_task("Ask", "Throttled")
    writer.write(end, 0)

    [visit] = writer.history().visits

    assert visit.status is status
    assert [attempt.status for attempt in visit.attempts] == [Status.FAILED]


def test_what_failed_for_good_has_failed_also_where_the_execution_is_stopped_later() -> None:
    writer = Writer()
    writer.write("ExecutionStarted", input="{}")
    begun = writer.begin_map("Each", 2)
    for index in range(2):
        writer.write("MapIterationStarted", begun, name="Each", index=index)
        writer.fail_task("Ask", "Throttled")
    writer.write("MapIterationFailed", name="Each", index=1)
    writer.write("ExecutionAborted", 0)

    history = writer.history()

    assert [visit.status for visit in history.visits] == [Status.ABORTED, Status.ABORTED, Status.FAILED]


def test_what_has_cut_off_the_state_beside_it_has_failed_also_where_the_execution_is_stopped_later() -> None:
    writer = Writer()
    writer.write("ExecutionStarted", input="{}")
    begun = writer.begin_parallel("Both")
    writer.write("WaitStateEntered", begun, name="Long", input="{}")
    failed = writer.fail_task("Ask", "Throttled", begun)
    writer.write("WaitStateAborted", failed)
    writer.write("ExecutionAborted", 0)

    history = writer.history()

    assert [visit.status for visit in history.visits] == [Status.ABORTED, Status.ABORTED, Status.FAILED]


def test_a_state_that_is_stopped_is_the_one_its_event_follows() -> None:
    writer = Writer()
    writer.write("ExecutionStarted", input="{}")
    begun = writer.begin_parallel("Both")
    first = writer.write("WaitStateEntered", begun, name="Long", input="{}")
    second = writer.write("WaitStateEntered", begun, name="Longer", input="{}")
    stopped = [writer.write("WaitStateAborted", second), writer.write("WaitStateAborted", first)]
    writer.write("ExecutionAborted")

    history = writer.history()

    assert [history.visits[history.visit_of[event]].state for event in stopped] == ["Longer", "Long"]


def test_what_is_within_a_state_that_a_failing_item_cuts_off_is_not_taken_for_that_of_another_item() -> None:
    writer = Writer()
    writer.write("ExecutionStarted", input="{}")
    begun = writer.begin_map("Orders", 2)
    for order in range(2):
        writer.write("MapIterationStarted", begun, name="Orders", index=order)
        both = writer.begin_parallel("Both")
        writer.begin_map("Parts", 1, both)
        writer.write("MapIterationStarted", name="Parts", index=0)
        writer.fail_task("Check", "Refused")
    # the first order's part fails for good, the second one's is tried again
    failed = writer.events[-1]["id"] - 9
    writer.write("MapIterationFailed", failed, name="Parts", index=0)
    writer.write("MapStateFailed", failed)
    writer.write("ParallelStateFailed", failed)
    left = writer.write("ParallelStateExited", name="Both", output="{}")
    failing = writer.write("FailStateEntered", left, name="Sorry", input="{}")
    writer.write("MapIterationAborted", failing, name="Orders", index=1)
    cut_off = [writer.write(f"{kind}StateAborted", failing) for kind in ("Parallel", "Map")]
    writer.write("MapIterationAborted", failing, name="Parts", index=0)
    cut_off.append(writer.write("TaskStateAborted", failing))
    writer.write("MapIterationFailed", failing, name="Orders", index=0)
    writer.write("MapStateFailed", failing)
    writer.write("ExecutionFailed", error="No")

    history = writer.history()
    first, second = history.visits_of("Parts")

    assert [each.status for each in (*first.iterations, *second.iterations)] == [Status.FAILED, Status.ABORTED]
    ended = [history.visits[history.visit_of[event]] for event in cut_off]
    assert [(visit.state, visit.frames[0].index, visit.status) for visit in ended] == [
        ("Both", 1, Status.ABORTED),
        ("Parts", 1, Status.ABORTED),
        ("Check", 1, Status.ABORTED),
    ]
