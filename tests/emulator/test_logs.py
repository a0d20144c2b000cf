"""Test what reaches the function's log."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from localstack_process_executor.environments.output import LogEvent
    from tests.emulator.conftest import MakeFunction

PRINTS = """
import sys
print("imported")
def handler(event, context):
    print("out", event)
    print("err", event, file=sys.stderr)
"""


def test_a_cold_start_logs_init_then_the_invocation(make_function: MakeFunction) -> None:
    log = make_function(PRINTS).invoke_as("r1", 1).log

    lines = log.splitlines()
    assert lines[0].startswith("INIT_START Runtime Version: python3.13.v0\tRuntime Version ARN: ")
    assert lines[1:-1] == ["imported", "START RequestId: r1 Version: $LATEST", "out 1", "err 1", "END RequestId: r1"]
    assert re.fullmatch(
        r"REPORT RequestId: r1\tDuration: \d+\.\d\d ms\tBilled Duration: \d+ ms\tMemory Size: 128 MB\t"
        r"Max Memory Used: [1-9]\d* MB\tInit Duration: \d+\.\d\d ms\t",
        lines[-1],
    )


def test_each_invocation_has_its_own_lines_only(make_function: MakeFunction) -> None:
    function = make_function(PRINTS)
    function.invoke_as("r1", 1)

    log = function.invoke_as("r2", 2).log

    assert "r1" not in log
    assert "INIT_START" not in log
    assert "Init Duration" not in log
    assert log.splitlines()[1:3] == ["out 2", "err 2"]


def test_an_unhandled_exception_is_one_event_between_start_and_end(make_function: MakeFunction) -> None:
    function = make_function("def handler(event, context):\n    raise ValueError('burnt')\n")

    events = [event.text for event in function.invoke_as("r1").events]

    assert events[events.index("START RequestId: r1 Version: $LATEST\n") + 1 : -2] == [
        """[ERROR] ValueError: burnt
Traceback (most recent call last):
\u00a0\u00a0File "/var/task/function.py", line 2, in handler
\u00a0\u00a0\u00a0\u00a0raise ValueError('burnt')"""
    ]


def test_a_logged_message_of_two_lines_is_one_event_and_keeps_its_place(make_function: MakeFunction) -> None:
    function = make_function(
        """
        import logging
        def handler(event, context):
            print("before")
            logging.warning("two\\nlines")
            print("after")
        """
    )

    before, logged, after = (event.text for event in function.invoke_as("r1").events[2:-2])

    assert (before, after) == ("before\n", "after\n")
    assert re.fullmatch(r"\[WARNING\]\t\d{4}-\d\d-\d\dT[\d:.]+Z\tr1\ttwo\nlines\n", logged)


def test_a_timeout_keeps_the_output_so_far(make_function: MakeFunction) -> None:
    function = make_function(
        "import time\ndef handler(event, context):\n    print('before')\n    time.sleep(60)\n    print('after')\n",
        timeout=0.5,
    )

    log = function.invoke_as("r1").log

    assert "\nbefore\n" in log
    assert "after\n" not in log
    assert re.search(r"^\d{4}-\d\d-\d\dT\S+Z r1 Task timed out after 0\.50 seconds$", log, re.MULTILINE)


def test_output_without_a_last_newline_does_not_swallow_the_end_line(make_function: MakeFunction) -> None:
    function = make_function("def handler(event, context):\n    print('no newline', end='')\n")

    assert "no newline\nEND RequestId: r1\n" in function.invoke_as("r1").log


def test_output_of_a_killed_process_is_complete(make_function: MakeFunction) -> None:
    function = make_function(
        "import os\ndef handler(event, context):\n    print('x' * 500_000)\n    os.kill(os.getpid(), 9)\n"
    )

    assert "x" * 500_000 in function.invoke().log


def test_output_that_is_not_text_is_kept_as_far_as_it_is(make_function: MakeFunction) -> None:
    function = make_function("import os\ndef handler(event, context):\n    os.write(1, b'\\xff\\xfe pizza\\n')\n")

    assert " pizza\n" in function.invoke().log


def test_what_is_written_while_importing_survives_a_failed_import(make_function: MakeFunction) -> None:
    function = make_function("print('so far')\nraise RuntimeError('no dough')\n")

    log = function.invoke().log

    assert log.index("so far\n") < log.index("[ERROR] RuntimeError: no dough")


def test_the_json_format_has_platform_events_and_json_lines(make_function: MakeFunction) -> None:
    function = make_function(
        "import logging\ndef handler(event, context):\n    logging.warning('hot')\n", log_format="JSON"
    )

    events = [json.loads(line) for line in function.invoke_as("r1").log.splitlines()]

    kinds = [event.get("type") or event["level"] for event in events]
    assert kinds == ["platform.initStart", "platform.start", "WARNING", "platform.report"]
    assert events[2]["message"] == "hot"
    assert events[2]["requestId"] == "r1"
    assert events[3]["record"]["status"] == "success"
    assert events[3]["record"]["metrics"]["memorySizeMB"] == 128


def test_what_is_written_is_delivered_while_the_function_runs_and_marked(
    make_function: MakeFunction,
) -> None:
    function = make_function(
        "import time\ndef handler(event, context):\n    print('so far')\n    time.sleep(1)\n    print('at last')\n"
    )
    delivered: list[str] = []
    function.environment.deliver_log_to(lambda events: delivered.extend(event.text for event in events))

    events = function.invoke_as("r1").events

    assert "so far\n" in delivered
    assert "at last\n" not in delivered
    assert [event.text for event in events if event.is_delivered] == delivered
    assert len([event for event in events if event.text == "so far\n"]) == 1


def test_of_a_flood_of_output_only_the_end_is_kept_with_the_outcome(make_function: MakeFunction) -> None:
    source = """
        import os
        def handler(event, context):
            line = b"x" * 1023 + b"\\n"
            for _ in range(12):
                os.write(1, line * 1024)
            print("the end")
    """
    delivered = 0

    def deliver(events: list[LogEvent]) -> None:
        nonlocal delivered
        delivered += sum(len(event.text) for event in events if not event.is_delivered)

    function = make_function(source, timeout=60.0)
    function.environment.deliver_log_to(deliver)

    outcome = function.invoke()

    assert not outcome.is_error
    left = sum(len(event.text) for event in outcome.events if not event.is_delivered)
    assert delivered + left > 12 * 1024 * 1024
    assert len(outcome.log) - left < 1024 * 1024
    assert "the end\n" in outcome.log


WRITES_TO_THE_END = """
    import os
    def handler(event, context):
        line = b"x" * 1023 + b"\\n"
        for number in range(64):
            os.write(1, line * 1024)
        return "done"
"""


def test_a_function_that_writes_more_than_there_is_room_for_waits_until_there_is(make_function: MakeFunction) -> None:
    sizes: list[int] = []
    asked = 0

    def deliver(events: list[LogEvent]) -> None:
        sizes.append(sum(len(event.text) for event in events))

    def has_room() -> bool:
        nonlocal asked
        asked += 1
        return asked % 4 == 0

    function = make_function(WRITES_TO_THE_END, timeout=60.0)
    function.environment.deliver_log_to(deliver, has_room)

    assert function.answer() == "done"
    assert sum(sizes) > 60 * 1024 * 1024
    assert max(sizes) < 4 * 1024 * 1024


def test_a_function_that_finds_no_room_for_its_log_times_out_like_any_other(make_function: MakeFunction) -> None:
    function = make_function(WRITES_TO_THE_END, timeout=1.0)
    function.environment.deliver_log_to(lambda _: None, lambda: False)

    outcome = function.invoke_as("r1")

    assert "Task timed out" in outcome.payload.decode()
    assert len(outcome.log) < 4 * 1024 * 1024


def test_an_initialisation_that_floods_its_log_is_delivered_too(make_function: MakeFunction) -> None:
    function = make_function(
        """
        import os
        for number in range(64):
            os.write(1, (b"x" * 1023 + b"\\n") * 1024)
        def handler(event, context):
            return "done"
        """,
        timeout=60.0,
    )
    delivered = 0

    def deliver(events: list[LogEvent]) -> None:
        nonlocal delivered
        delivered += sum(len(event.text) for event in events)

    function.environment.deliver_log_to(deliver)

    assert function.answer() == "done"
    # the first process was started without
    function.environment._end_process()
    outcome = function.invoke_as("r2")
    assert delivered > 60 * 1024 * 1024
    assert len(outcome.log) < 4 * 1024 * 1024


def test_a_short_invocation_delivers_nothing_ahead(make_function: MakeFunction) -> None:
    function = make_function(PRINTS)
    delivered: list[object] = []
    function.environment.deliver_log_to(delivered.extend)

    events = function.invoke_as("r1").events

    assert delivered == []
    assert not any(event.is_delivered for event in events)
