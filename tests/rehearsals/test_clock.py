"""The clock of one execution."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest

from tests.rehearsals.rehearsing import Stopwatch, raises, returns, states, task

if TYPE_CHECKING:
    from tests.rehearsals.rehearsing import Rehearsed, Rehearsing

DAY = 24 * 60 * 60
SKIPPING = {"skipWaits": True}
QUEUE_TASK = {
    "Type": "Task",
    "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
    "End": True,
}


def wait(**fields: Any) -> dict[str, Any]:
    return {"Type": "Wait"} | ({} if "Next" in fields else {"End": True}) | fields


def waiting_task(rehearsing: Rehearsing, **fields: Any) -> dict[str, Any]:
    queue = rehearsing.clients.client("sqs").create_queue(QueueName="tokens")["QueueUrl"]
    return QUEUE_TASK | {"Parameters": {"QueueUrl": queue, "MessageBody.$": "$$.Task.Token"}} | fields


def lasted(execution: Rehearsed) -> timedelta:
    ended = execution.ended()
    length: timedelta = ended["stopDate"] - ended["startDate"]
    return length


def assert_monotonic(execution: Rehearsed) -> None:
    events = execution.history()
    assert all(before["timestamp"] <= after["timestamp"] for before, after in pairwise(events))


def test_thirty_days_of_waiting_end_in_a_second_with_thirty_days_in_the_history(rehearsing: Rehearsing) -> None:
    machine = rehearsing.machine(states("Rest", Rest=wait(Seconds=30 * DAY)))
    rehearsing.start_machine(machine, clock=SKIPPING).ended()
    watch = Stopwatch()
    execution = rehearsing.start_machine(machine, clock=SKIPPING)
    ended = execution.ended()
    assert watch.seconds < 1
    assert ended["status"] == "SUCCEEDED"
    assert timedelta(days=30) <= lasted(execution) < timedelta(days=30, seconds=1)
    rested = execution.at("WaitStateExited") - execution.at("WaitStateEntered")
    assert timedelta(days=30) <= rested < timedelta(days=30, seconds=1)
    assert_monotonic(execution)


def test_an_execution_without_a_clock_waits_as_ever(rehearsing: Rehearsing) -> None:
    machine = rehearsing.machine(states("Rest", Rest=wait(Seconds=1)))
    rehearsing.start_machine(machine, clock=SKIPPING).ended()
    watch = Stopwatch()
    rehearsing.start_machine(machine).ended()
    assert watch.seconds >= 1


@pytest.mark.parametrize(
    ("fields", "document"),
    [
        ({"SecondsPath": "$.seconds"}, {"seconds": 5000}),
        ({"Seconds": "{% 5000 %}", "QueryLanguage": "JSONata"}, {}),
        ({"Timestamp": "{% $fromMillis($millis() + 5000000) %}", "QueryLanguage": "JSONata"}, {}),
    ],
)
def test_each_way_to_name_a_duration_is_skipped(
    rehearsing: Rehearsing, fields: dict[str, Any], document: dict[str, Any]
) -> None:
    execution = rehearsing.start(states("Rest", Rest=wait(**fields)), document, clock=SKIPPING)
    assert abs(lasted(execution) - timedelta(seconds=5000)) < timedelta(seconds=2)


@pytest.mark.parametrize("field", ["Timestamp", "TimestampPath"])
def test_a_wait_ends_at_its_timestamp(rehearsing: Rehearsing, field: str) -> None:
    until = (datetime.now(UTC) + timedelta(days=3)).replace(microsecond=0)
    text = until.strftime("%Y-%m-%dT%H:%M:%SZ")
    rest = wait(**{field: "$.until" if field.endswith("Path") else text})
    execution = rehearsing.start(states("Rest", Rest=rest), {"until": text}, clock=SKIPPING)
    execution.ended()
    assert timedelta() <= execution.at("WaitStateExited") - until < timedelta(seconds=1)


def test_expressions_and_the_context_object_see_the_execution_s_time(rehearsing: Rehearsing) -> None:
    look = {
        "Type": "Pass", "QueryLanguage": "JSONata", "End": True,
        "Output": {
            "now": "{% $now() %}", "entered": "{% $states.context.State.EnteredTime %}",
            "left": ("{% $toMillis($states.context.State.EnteredTime)"
                     " - $toMillis($states.context.Execution.StartTime) %}"),
        },
    }  # fmt: skip
    execution = rehearsing.start(states("Rest", Rest=wait(Seconds=DAY, Next="Look"), Look=look), clock=SKIPPING)
    output = execution.output
    assert output["left"] >= DAY * 1000
    assert output["now"][:16] == output["entered"][:16]
    assert abs(datetime.fromisoformat(output["now"]) - execution.at("PassStateEntered")) < timedelta(seconds=2)


def test_back_off_between_attempts_passes_at_once(rehearsing: Rehearsing) -> None:
    retry = [{"ErrorEquals": ["Busy"], "IntervalSeconds": 100, "MaxAttempts": 3, "BackoffRate": 2.0}]
    work = task(Retry=retry)
    execution = rehearsing.start(states("Work", Work=work), mocks={"Work": [raises("Busy")]}, clock=SKIPPING)
    ended = execution.ended()
    assert ended["error"] == "Busy"
    assert timedelta(seconds=700) <= lasted(execution) < timedelta(seconds=702)


def test_jitter_stays_within_the_back_off(rehearsing: Rehearsing) -> None:
    retry = [{"ErrorEquals": ["Busy"], "IntervalSeconds": 1000, "MaxAttempts": 2, "JitterStrategy": "FULL"}]
    work = task(Retry=retry)
    execution = rehearsing.start(states("Work", Work=work), mocks={"Work": [raises("Busy")]}, clock=SKIPPING)
    assert timedelta() < lasted(execution) < timedelta(seconds=3002)


def test_branches_end_in_the_order_of_their_waits(rehearsing: Rehearsing) -> None:
    branches = [states(name, **{name: wait(Seconds=seconds)}) for name, seconds in (("C", 300), ("A", 100), ("B", 200))]
    definition = states("All", All={"Type": "Parallel", "Branches": branches, "End": True})
    execution = rehearsing.start(definition, clock=SKIPPING)
    ended = execution.ended()
    left = [e["stateExitedEventDetails"]["name"] for e in execution.history() if e["type"] == "WaitStateExited"]
    assert left == ["A", "B", "C"]
    assert timedelta(seconds=300) <= ended["stopDate"] - ended["startDate"] < timedelta(seconds=301)
    assert_monotonic(execution)


def test_items_of_a_map_wait_side_by_side(rehearsing: Rehearsing) -> None:
    processor = states("Rest", Rest=wait(SecondsPath="$.seconds"))
    definition = states("Each", Each={"Type": "Map", "ItemProcessor": processor, "End": True, "MaxConcurrency": 2})
    items = [{"seconds": 100}, {"seconds": 1000}, {"seconds": 200}]
    execution = rehearsing.start(definition, items, clock=SKIPPING)
    assert timedelta(seconds=1000) <= lasted(execution) < timedelta(seconds=1001)


def test_child_executions_of_a_map_run_share_their_parent_s_clock(rehearsing: Rehearsing) -> None:
    processor = states("Rest", Rest=wait(SecondsPath="$.seconds")) | {
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}
    }
    definition = states("Each", Each={"Type": "Map", "ItemProcessor": processor, "End": True})
    execution = rehearsing.start(definition, [{"seconds": n * 1000} for n in (1, 2, 3)], clock=SKIPPING)
    assert timedelta(seconds=3000) <= lasted(execution) < timedelta(seconds=3005)


def test_a_machine_s_time_out_comes_at_its_time(rehearsing: Rehearsing) -> None:
    definition = states("Rest", Rest=wait(Seconds=DAY)) | {"TimeoutSeconds": 3600}
    execution = rehearsing.start(definition, clock=SKIPPING)
    assert execution.ended()["status"] == "TIMED_OUT"
    assert timedelta(seconds=3600) <= lasted(execution) < timedelta(seconds=3601)
    assert execution.history()[-1]["type"] == "ExecutionTimedOut"


def test_a_machine_that_ends_in_time_does_not_time_out(rehearsing: Rehearsing) -> None:
    definition = states("Rest", Rest=wait(Seconds=3000)) | {"TimeoutSeconds": 3600}
    execution = rehearsing.start(definition, clock=SKIPPING)
    assert execution.ended()["status"] == "SUCCEEDED"


def test_a_task_s_time_out_comes_before_an_answer_that_takes_longer(rehearsing: Rehearsing) -> None:
    work = task(TimeoutSeconds=60, Catch=[{"ErrorEquals": ["States.Timeout"], "Next": "Late"}])
    late = {"Type": "Pass", "Result": "late", "End": True}
    execution = rehearsing.start(
        states("Work", Work=work, Late=late),
        mocks={"Work": [{"answers": [{"return": 1, "after": 3600}]}]},
        clock=SKIPPING,
    )
    assert execution.output == "late"
    assert timedelta(seconds=60) <= lasted(execution) < timedelta(seconds=61)


def test_an_answer_that_takes_its_time_is_in_the_history(rehearsing: Rehearsing) -> None:
    execution = rehearsing.start(
        states("Work", Work=task()), mocks={"Work": [{"answers": [{"return": 1, "after": 3600}]}]}, clock=SKIPPING
    )
    assert execution.output == 1
    assert lasted(execution) >= timedelta(hours=1)


def test_a_task_token_that_nobody_answers_times_out(rehearsing: Rehearsing) -> None:
    work = waiting_task(rehearsing, TimeoutSeconds=7 * DAY)
    execution = rehearsing.start(states("Work", Work=work), clock={"skipWaits": True, "timeOuts": True})
    assert execution.ended()["error"] == "States.Timeout"
    assert timedelta(days=7) <= lasted(execution) < timedelta(days=7, seconds=1)


def test_a_heartbeat_that_is_missed_comes_before_the_time_out(rehearsing: Rehearsing) -> None:
    work = waiting_task(rehearsing, TimeoutSeconds=7 * DAY, HeartbeatSeconds=600)
    execution = rehearsing.start(states("Work", Work=work), clock={"skipWaits": True, "timeOuts": True})
    assert execution.ended()["error"] == "States.Timeout"
    assert timedelta(seconds=600) <= lasted(execution) < timedelta(seconds=601)


def test_waits_are_not_skipped_past_an_answer_that_is_awaited_from_outside(rehearsing: Rehearsing) -> None:
    work = waiting_task(rehearsing, TimeoutSeconds=3600, Next="Rest")
    del work["End"]
    execution = rehearsing.start(states("Work", Work=work, Rest=wait(Seconds=DAY)), clock=SKIPPING)
    execution.event("TaskSubmitted")
    parameters = json.loads(execution.event("TaskScheduled")["taskScheduledEventDetails"]["parameters"])
    rehearsing.client.send_task_success(taskToken=parameters["MessageBody"], output='"yes"')
    assert execution.output == "yes"
    assert timedelta(days=1) <= lasted(execution) < timedelta(days=1, minutes=1)


def test_an_activity_that_nobody_polls_times_out(rehearsing: Rehearsing) -> None:
    activity = rehearsing.client.create_activity(name="nobody-polls")["activityArn"]
    work = task(Resource=activity, TimeoutSeconds=3600)
    execution = rehearsing.start(states("Work", Work=work), clock={"skipWaits": True, "timeOuts": True})
    assert execution.ended()["error"] == "States.Timeout"
    assert lasted(execution) >= timedelta(hours=1)


def test_a_function_that_runs_takes_the_time_it_takes(rehearsing: Rehearsing) -> None:
    machine = rehearsing.machine(states("Rest", Rest=wait(Seconds=1)))
    work = task(Resource="arn:aws:states:::states:startExecution.sync:2", Parameters={"StateMachineArn": machine})
    definition = states(
        "Both", Both={"Type": "Parallel", "End": True,
                      "Branches": [states("Work", Work=work), states("Rest", Rest=wait(Seconds=3600))]},
    )  # fmt: skip
    watch = Stopwatch()
    execution = rehearsing.start(definition, clock=SKIPPING)
    assert execution.ended()["status"] == "SUCCEEDED"
    assert watch.seconds >= 1
    assert timedelta(seconds=3600) <= lasted(execution) < timedelta(seconds=3602)


def test_advancing_lets_a_time_pass_and_no_more(rehearsing: Rehearsing) -> None:
    definition = states("Rest", Rest=wait(Seconds=3600, Next="More"), More=wait(Seconds=3600))
    execution = rehearsing.start(definition, clock={})
    assert execution.advance(5400)["arrived"]
    assert execution.described()["status"] == "RUNNING"
    assert [e["type"] for e in execution.history()].count("WaitStateEntered") == 2
    execution.advance(1800)
    assert execution.ended()["status"] == "SUCCEEDED"
    assert timedelta(seconds=7200) <= lasted(execution) < timedelta(seconds=7210)


def test_advancing_reaches_the_time_out_of_a_task_token(rehearsing: Rehearsing) -> None:
    work = waiting_task(rehearsing, TimeoutSeconds=3600)
    execution = rehearsing.start(states("Work", Work=work), clock={})
    execution.event("TaskSubmitted")
    execution.advance(3000)
    assert execution.described()["status"] == "RUNNING"
    execution.advance(601)
    assert execution.ended()["error"] == "States.Timeout"


def test_a_stopped_execution_ends_at_its_own_time(rehearsing: Rehearsing) -> None:
    execution = rehearsing.start(states("Rest", Rest=wait(Seconds=DAY)), clock={})
    execution.advance(3600)
    rehearsing.client.stop_execution(executionArn=execution.arn)
    ended = execution.ended()
    assert ended["status"] == "ABORTED"
    assert timedelta(seconds=3600) <= lasted(execution) < timedelta(seconds=3700)
    assert abs(execution.at("ExecutionAborted") - ended["stopDate"]) < timedelta(seconds=1)


def test_a_failed_branch_ends_the_waits_of_the_others(rehearsing: Rehearsing) -> None:
    branches = [states("Rest", Rest=wait(Seconds=DAY)), states("Work", Work=task())]
    definition = states("Both", Both={"Type": "Parallel", "Branches": branches, "Next": "After",
                                      "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "After"}]},
                        After=wait(Seconds=3600))  # fmt: skip
    answer = {"answers": [{"raise": {"error": "No", "cause": ""}, "after": 60}]}
    execution = rehearsing.start(definition, mocks={"Work": [answer]}, clock=SKIPPING)
    assert timedelta(seconds=3660) <= lasted(execution) < timedelta(seconds=3662)


def test_many_executions_at_once_keep_their_own_times(rehearsing: Rehearsing) -> None:
    retry = [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 60, "MaxAttempts": 6, "JitterStrategy": "FULL"}]
    item = states("Rest", Rest=wait(SecondsPath="$.seconds", Next="Bake"), Bake=task(Retry=retry, TimeoutSeconds=900))
    branches = [
        states(f"Wait {n}", **{f"Wait {n}": wait(Seconds=3600 * n, Next=f"Work {n}"), f"Work {n}": task(Retry=retry)})
        for n in (1, 2, 3)
    ]
    definition = states(
        "Both",
        Both={"Type": "Parallel", "Branches": branches, "ResultPath": "$.both", "Next": "Each"},
        Each={
            "Type": "Map",
            "ItemsPath": "$.items",
            "ItemProcessor": item,
            "ResultPath": "$.each",
            "Next": "Rest Long",
        },
        **{"Rest Long": wait(Seconds=30 * DAY)},
    ) | {"TimeoutSeconds": 40 * DAY}
    machine = rehearsing.machine(definition)
    faults = [
        {"kind": "throttle", "rate": 0.3},
        {"kind": "delay", "seconds": 30, "rate": 0.5},
        {"kind": "time_out", "state": "Bake", "rate": 0.1},
    ]

    def rehearse(seed: int) -> Rehearsed:
        document = {"items": [{"seconds": 100 * number} for number in range(8)]}
        mocks = {state: [returns(seed)] for state in ("Bake", "Work 1", "Work 2", "Work 3")}
        return rehearsing.start_machine(machine, document, mocks=mocks, faults=faults, seed=seed, clock=SKIPPING)

    with ThreadPoolExecutor(8) as pool:
        executions = list(pool.map(rehearse, range(24)))

    for execution in executions:
        assert execution.ended()["status"] == "SUCCEEDED"
        assert timedelta(days=30) <= lasted(execution) < timedelta(days=31)
        assert_monotonic(execution)


def test_a_clock_does_not_go_back(rehearsing: Rehearsing) -> None:
    execution = rehearsing.start(states("Rest", Rest=wait(Seconds=5)), clock={})
    response = rehearsing.send("POST", "/clock", json=execution.key | {"advanceSeconds": -1})
    assert response.status_code == 400
    assert "cannot go back" in response.json()["message"]


@pytest.mark.parametrize("seconds", ["soon", None, float("nan"), float("inf"), 1e300])
def test_a_clock_advances_by_a_time_that_can_be(rehearsing: Rehearsing, seconds: object) -> None:
    execution = rehearsing.start(states("Rest", Rest=wait(Seconds=5)), clock={})
    body = json.dumps(execution.key | {"advanceSeconds": seconds})
    response = rehearsing.send("POST", "/clock", data=body, headers={"Content-Type": "application/json"})
    assert response.status_code == 400
    assert "advanceSeconds is a number" in response.json()["message"]


def test_an_execution_that_was_started_without_a_clock_has_none_to_advance(rehearsing: Rehearsing) -> None:
    execution = rehearsing.start(states("Work", Work=task()), mocks={"Work": [returns(1)]})
    response = rehearsing.send("POST", "/clock", json=execution.key | {"advanceSeconds": 1})
    assert response.status_code == 400
    assert "without a clock" in response.json()["message"]
