"""Whose log lines are whose."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from localdev.executions.history import Attempt, Status
from localdev.executions.logs import Invocation, LogLine, invocations, invocations_of, log_line

BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
ONE, TWO = "11111111-1111-1111-1111-111111111111", "22222222-2222-2222-2222-222222222222"
ATTEMPT = Attempt(
    number=1,
    scheduled=3,
    at=BEGAN,
    ended=BEGAN + timedelta(seconds=2),
    status=Status.SUCCEEDED,
    resource=None,
    function="f",
    request_id=None,
    input=None,
    output=None,
)


def _lines(*messages: str, stream: str = "a", after: float = 0) -> list[LogLine]:
    return [
        LogLine(BEGAN + timedelta(seconds=after + number / 10), stream, message)
        for number, message in enumerate(messages)
    ]


def _platform(kind: str, request_id: str) -> str:
    return json.dumps({"type": f"platform.{kind}", "record": {"requestId": request_id}})


def _invocation(request_id: str, started: float, ended: float | None) -> Invocation:
    end = None if ended is None else BEGAN + timedelta(seconds=ended)
    return Invocation(request_id, BEGAN + timedelta(seconds=started), end, ())


def test_plain_lines_between_start_and_report_are_one_invocations() -> None:
    lines = _lines(
        f"START RequestId: {ONE} Version: $LATEST",
        "baking",
        f"END RequestId: {ONE}",
        f"REPORT RequestId: {ONE}\tDuration: 1 ms",
        f"START RequestId: {TWO} Version: $LATEST",
        "burning",
    )

    one, two = invocations(lines)

    assert [line.message for line in one.lines][1] == "baking"
    assert (one.request_id, one.started, one.ended) == (ONE, lines[0].at, lines[3].at)
    assert (two.request_id, two.ended, two.lines[-1].message) == (TWO, None, "burning")


def test_json_lines_are_read_and_what_is_not_json_stays_with_its_stream() -> None:
    lines = _lines(
        json.dumps({"type": "platform.initStart", "record": {}}),
        _platform("start", ONE),
        json.dumps({"message": "Pizza analysed", "requestId": ONE}),
        "{not json",
        _platform("report", ONE),
    )

    (one,) = invocations(lines)

    assert len(one.lines) == 5
    assert (one.started, one.ended) == (lines[1].at, lines[4].at)


def test_streams_that_write_in_turns_are_kept_apart() -> None:
    a = _lines(_platform("start", ONE), "from a", stream="a")
    b = _lines(_platform("start", TWO), "from b", stream="b")

    one, two = invocations([a[0], b[0], b[1], a[1]])

    assert [line.message for line in one.lines][1:] == ["from a"]
    assert [line.message for line in two.lines][1:] == ["from b"]


def test_an_invocation_within_the_attempts_time_is_the_attempts() -> None:
    before, within, after = _invocation("b", -1, -0.5), _invocation("w", 0.5, 1), _invocation("a", 3, 4)

    assert invocations_of(ATTEMPT, [before, within, after]) == [within]


def test_of_attempts_that_follow_each_other_closely_each_has_its_own_invocation() -> None:
    own, next_one = _invocation("own", 0.1, 0.2), _invocation("next", 2.05, 2.1)

    assert invocations_of(ATTEMPT, [own, next_one]) == [own]


def test_clocks_may_be_a_little_apart() -> None:
    early = _invocation("early", -0.05, 1)

    assert invocations_of(ATTEMPT, [early]) == [early]


def test_several_within_the_same_moments_are_all_given() -> None:
    both = [_invocation(ONE, 0.1, 1), _invocation(TWO, 0.2, 1.1)]

    assert invocations_of(ATTEMPT, both) == both


def test_a_request_id_that_is_known_decides() -> None:
    both = [_invocation(ONE, 0.1, 1), _invocation(TWO, 0.2, 1.1)]

    assert invocations_of(replace(ATTEMPT, request_id=TWO), both) == both[1:]


def test_what_is_known_to_be_anothers_is_not_the_attempts() -> None:
    both = [_invocation(ONE, 0.1, 1), _invocation(TWO, 0.2, 1.1)]

    assert invocations_of(ATTEMPT, both, others={ONE}) == both[1:]


def test_an_attempt_at_work_has_the_invocation_that_has_started() -> None:
    at_work = _invocation(ONE, 0.1, None)

    assert invocations_of(replace(ATTEMPT, ended=None), [at_work]) == [at_work]


def test_a_log_event_is_a_line_without_its_line_end() -> None:
    line = log_line({"timestamp": 1_767_225_600_000, "message": "hot\n", "logStreamName": "a"})

    assert line == LogLine(BEGAN, "a", "hot")
