"""A function's output as log events."""

from __future__ import annotations

import logging
import time

import pytest
from awslambdaric import lambda_runtime_log_utils
from hypothesis import given
from hypothesis import strategies as st

from localstack_process_executor.environments.output import InvocationLog, LogEvent, OutputReader


def frame(text: str, moment: float | None = None) -> bytes:
    """Return what the runtime client writes for one message."""
    data = text.encode()
    microseconds = int((time.time() if moment is None else moment) * 1e6)
    return b"\xa5\x5a\x00\x0f" + len(data).to_bytes(4) + microseconds.to_bytes(8) + data


def read(*chunks: bytes) -> list[str]:
    """Return the events of these chunks, each read as soon as it is there."""
    reader = OutputReader()
    for chunk in chunks:
        reader.feed(chunk)
    return [event.text for event in reader.take()]


def test_a_line_is_an_event_and_a_carriage_return_stays() -> None:
    assert read(b"a\rb\nc\n") == ["a\rb\n", "c\n"]


def test_a_line_without_an_end_has_one_when_all_is_over() -> None:
    assert read(b"a\nb") == ["a\n", "b\n"]


def test_a_line_that_comes_in_pieces_is_one_event() -> None:
    assert read(b"a", b"b", b"c\n") == ["abc\n"]


def test_a_frame_is_one_event_in_its_place() -> None:
    assert read(b"before\n" + frame("two\nlines") + b"after\n") == ["before\n", "two\nlines", "after\n"]


def test_a_frame_within_a_line_does_not_tear_it() -> None:
    assert read(b"be", frame("logged"), b"fore\n") == ["logged", "before\n"]


def test_bytes_that_begin_like_a_frame_are_output() -> None:
    assert read(b"\xa5\x5a\x00\x03 pizza, and more than a header\n") == [
        "\ufffdZ\x00\x03 pizza, and more than a header\n"
    ]
    assert read(frame("old", moment=0)[:-3] + b"\n")[-1].endswith("\n")


def test_a_frame_that_is_cut_off_is_output() -> None:
    # one of the bytes that tell the time may be a newline, for minutes on end
    *_, last = read(frame("a long message")[:-4])

    assert last.endswith("a long mes\n")


@given(st.lists(st.text(min_size=1, max_size=50)), st.data())
def test_frames_survive_any_division_into_pieces(messages: list[str], data: st.DataObject) -> None:
    whole = b"".join(frame(message) + b"line\n" for message in messages)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(whole)), max_size=8)))
    pieces = [whole[start:end] for start, end in zip([0, *cuts], [*cuts, len(whole)], strict=True)]

    assert read(*pieces) == [event for message in messages for event in (message, "line\n")]


@given(st.binary(max_size=300))
def test_no_output_is_an_error(data: bytes) -> None:
    assert all(isinstance(event, str) for event in read(data))


def test_an_event_has_the_time_at_which_it_was_read() -> None:
    reader = OutputReader()
    times = []
    for chunk in (b"first\n", frame("second", moment=time.time() - 3600)):
        times.append(time.time())
        reader.feed(chunk)
    times.append(time.time())

    first, second = reader.take()
    assert times[0] <= first.moment <= times[1] <= second.moment <= times[2]


def test_what_was_taken_is_not_taken_again() -> None:
    reader = OutputReader()
    reader.feed(b"once\n")

    assert [event.text for event in reader.take()] == ["once\n"]
    assert reader.take() == []


@pytest.mark.parametrize("level", [logging.DEBUG, logging.INFO, logging.WARNING, logging.ERROR, logging.CRITICAL])
@pytest.mark.parametrize("types", ["_JSON_FRAME_TYPES", "_TEXT_FRAME_TYPES"])
def test_a_frame_has_the_level_that_the_runtime_client_gives_it(types: str, level: int) -> None:
    reader = OutputReader()
    kind = getattr(lambda_runtime_log_utils, types)[level]
    reader.feed(kind + frame("logged")[len(kind) :])

    assert [event.level for event in reader.take()] == [level]


EVENTS = [LogEvent("INIT_START\n", 1.0, in_tail=False), LogEvent("two\nlines", 2.0), LogEvent("\n", 2.5),
          LogEvent("END\n", 3.0005)]  # fmt: skip


def test_an_invocations_log_is_the_text_of_its_tail() -> None:
    assert InvocationLog(EVENTS) == "two\nlines\nEND\n"


def test_an_invocations_log_has_an_entry_with_its_time_for_each_event() -> None:
    assert InvocationLog(EVENTS).entries() == [
        {"timestamp": 1000, "message": "INIT_START\n"},
        {"timestamp": 2000, "message": "two\nlines"},
        {"timestamp": 3000, "message": "END\n"},
    ]


def test_the_entries_of_a_log_are_in_order_though_the_clock_was_set_back(monkeypatch: pytest.MonkeyPatch) -> None:
    # PutLogEvents refuses others, and what is of two hours to come
    monkeypatch.setattr(time, "time", lambda: 1003.0)
    events = [LogEvent("START\n", 8200.0), LogEvent("line\n", 8201.0), LogEvent("END\n", 1002.0)]

    found = InvocationLog(events).entries()

    assert [entry["timestamp"] for entry in found] == [1_002_000] * 3
    assert [entry["message"] for entry in found] == ["START\n", "line\n", "END\n"]


def test_no_entry_of_a_log_is_of_a_time_to_come(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "time", lambda: 1003.0)

    assert InvocationLog([LogEvent("START\n", 8200.0)]).entries() == [{"timestamp": 1_003_000, "message": "START\n"}]


def test_a_line_that_does_not_end_becomes_events_of_a_quarter_of_a_megabyte() -> None:
    reader = OutputReader()
    for _ in range(160):
        reader.feed(b"x" * 64 * 1024)
    reader.feed(b"end\n")

    events = reader.take_complete()

    assert [len(event.text) for event in events[:-1]] == [256 * 1024] * 39
    assert sum(len(event.text) for event in events) == 160 * 64 * 1024 + len("end\n")
    assert events[-1].text.endswith("end\n")
