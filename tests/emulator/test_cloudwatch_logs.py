"""Test what CloudWatch Logs holds after an invocation: section 3."""

from __future__ import annotations

import json
import re
import uuid
from typing import TYPE_CHECKING, Any

import pytest

from localdev.system.waiting import wait_until

if TYPE_CHECKING:
    from tests.emulator.deployed import Cloud, Function, MakeDeployed

PRINTS = """
    import logging, os, sys, time
    print("imported")
    def handler(event, context):
        exec(event or "print('hello')")
"""
REPORT = (
    r"REPORT RequestId: {}\tDuration: \d+\.\d\d ms\tBilled Duration: \d+ ms\tMemory Size: 128 MB\t"
    r"Max Memory Used: [1-9]\d* MB\t"
)


def between_start_and_end(function: Function, request_id: str) -> list[str]:
    """Return the messages of one invocation."""
    messages = function.logged(f"REPORT RequestId: {request_id}")
    start = messages.index(f"START RequestId: {request_id} Version: $LATEST\n")
    return messages[start + 1 : messages.index(f"END RequestId: {request_id}\n")]


def test_a_cold_start_and_a_warm_one(deploy: MakeDeployed) -> None:
    function = deploy(PRINTS)
    first, second = function.call().request_id, function.call().request_id

    messages = function.logged(f"REPORT RequestId: {second}")

    assert re.fullmatch(
        r"INIT_START Runtime Version: python:3\.13\.v\d+\t"
        r"Runtime Version ARN: arn:aws:lambda:us-east-1::runtime:\w{64}\n",
        messages[0],
    )
    assert messages[1:5] == [
        "imported\n",
        f"START RequestId: {first} Version: $LATEST\n",
        "hello\n",
        f"END RequestId: {first}\n",
    ]
    assert re.fullmatch(REPORT.format(first) + r"Init Duration: \d+\.\d\d ms\t\n", messages[5])
    assert messages[6:9] == [
        f"START RequestId: {second} Version: $LATEST\n",
        "hello\n",
        f"END RequestId: {second}\n",
    ]
    assert re.fullmatch(REPORT.format(second) + r"\n", messages[9])
    assert len(messages) == 10


def test_the_stream_has_aws_name(deploy: MakeDeployed) -> None:
    function = deploy(PRINTS)
    function.call()
    function.logged()

    assert re.fullmatch(r"\d{4}/\d\d/\d\d/\[\$LATEST\][0-9a-f]{32}", function.streams()[0])


def test_a_log_group_of_ones_own(deploy: MakeDeployed, cloud: Cloud) -> None:
    source = "import os\ndef handler(event, context):\n    return [context.log_group_name, context.log_stream_name]\n"
    group = f"/pizzeria/{uuid.uuid4().hex}"
    function = deploy(source, LoggingConfig={"LogGroup": group})

    answer = function.call()

    seen, stream = answer.payload
    assert seen == group
    # functions may share it
    assert re.fullmatch(rf"\d{{4}}/\d\d/\d\d/{function.name}\[\$LATEST\][0-9a-f]{{32}}", stream)
    logs = cloud.client("logs")

    def probe() -> list[str] | None:
        try:
            events = logs.get_log_events(logGroupName=group, logStreamName=stream, startFromHead=True)["events"]
        except logs.exceptions.ResourceNotFoundException:
            return None
        return [event["message"] for event in events] or None

    messages = wait_until(probe, what=f"events in {group}", seconds=20)
    assert f"START RequestId: {answer.request_id} Version: $LATEST\n" in messages
    assert function.streams() == []


def test_logging_has_aws_format_and_a_carriage_return_stays(deploy: MakeDeployed) -> None:
    function = deploy(PRINTS)
    code = (
        "print('a\\rb')\nlogging.getLogger().setLevel('INFO')\n"
        "logging.info('two\\nlines')\nprint('err', file=sys.stderr)"
    )
    request_id = function.call(code).request_id

    first, logged, last = between_start_and_end(function, request_id)

    assert (first, last) == ("a\rb\n", "err\n")
    assert re.fullmatch(rf"\[INFO\]\t\d{{4}}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{{3}}Z\t{request_id}\ttwo\nlines\n", logged)


def test_an_unhandled_exception_is_one_event(deploy: MakeDeployed) -> None:
    function = deploy("class OvenError(Exception): pass\ndef handler(event, context):\n    raise OvenError('cold')\n")
    request_id = function.call().request_id

    (event,) = between_start_and_end(function, request_id)

    assert event.split("\n") == [
        "[ERROR] OvenError: cold",
        "Traceback (most recent call last):",
        '\u00a0\u00a0File "/var/task/function.py", line 3, in handler',
        "\u00a0\u00a0\u00a0\u00a0raise OvenError('cold')",
    ]


def test_the_tail_has_each_event_as_it_is(deploy: MakeDeployed) -> None:
    answer = deploy("class OvenError(Exception): pass\ndef handler(event, context):\n    raise OvenError()\n").call()

    assert answer.log.startswith(f"START RequestId: {answer.request_id} Version: $LATEST\n[ERROR] OvenError\n")
    assert f"raise OvenError()END RequestId: {answer.request_id}\n" in answer.log


def test_each_event_has_its_own_time(deploy: MakeDeployed, cloud: Cloud) -> None:
    function = deploy(PRINTS)
    code = "print('first', flush=True)\ntime.sleep(0.3)\nprint('second', flush=True)\ntime.sleep(0.3)"
    function.call(code)
    function.logged()

    stream = cloud.client("logs").get_log_events(
        logGroupName=f"/aws/lambda/{function.name}", logStreamName=function.streams()[0], startFromHead=True
    )
    times = {event["message"].split(" ")[0].strip(): event["timestamp"] for event in stream["events"]}
    assert list(times) == ["INIT_START", "imported", "START", "first", "second", "END", "REPORT"]
    assert times["second"] - times["first"] >= 250
    assert times["END"] - times["second"] >= 250
    assert times["first"] - times["START"] < 250


def test_a_timeout_is_the_last_line_after_the_output_so_far(deploy: MakeDeployed) -> None:
    function = deploy(PRINTS, Timeout=1)
    request_id = function.call("print('so far')\ntime.sleep(10)\nprint('never')").request_id

    output, timeout = between_start_and_end(function, request_id)

    assert output == "so far\n"
    assert re.fullmatch(
        rf"\d{{4}}-\d\d-\d\dT[\d:]+\.\d{{3}}Z {request_id} Task timed out after 1\.00 seconds\n\n", timeout
    )
    assert "never\n" not in function.logged()


def test_output_is_complete_although_the_process_was_killed(deploy: MakeDeployed) -> None:
    function = deploy(PRINTS)
    code = "for i in range(2000): print(i)\nsys.stdout.write('no newline')\nsys.stdout.flush()\nos.kill(os.getpid(), 9)"
    request_id = function.call(code).request_id

    events = between_start_and_end(function, request_id)

    assert events[:2000] == [f"{number}\n" for number in range(2000)]
    assert events[2000:] == [
        "no newline\n",
        f"RequestId: {request_id} Error: Runtime exited with error: signal: killed\nRuntime.ExitError\n",
    ]


@pytest.mark.parametrize(
    "written", [b"\xff\xfe pizza\n", b"\xa5\x5a\x00\x03 pizza\n", b"no newline, pizza", b"\0pizza"]
)
def test_output_that_is_not_text_keeps_what_is(deploy: MakeDeployed, written: bytes) -> None:
    function = deploy(PRINTS)
    request_id = function.call(f"os.write(1, {written!r})").request_id

    assert "pizza" in "".join(between_start_and_end(function, request_id))


def test_import_output_is_not_lost_when_the_import_fails(deploy: MakeDeployed) -> None:
    function = deploy("print('kneading')\nraise RuntimeError('no dough')\n")

    log = function.call().log

    assert log.index("kneading\n") < log.index("[ERROR] RuntimeError: no dough")
    assert "kneading\n" in function.logged()


INIT_REPORT = r"INIT_REPORT Init Duration: \d+\.\d\d ms\tPhase: {}\tStatus: {}\n"


@pytest.mark.parametrize(
    ("statement", "error_type", "fault"),
    [
        ("sys.exit(2)", "Runtime.ExitError", "Runtime exited with error: exit status 2"),
        ("os._exit(0)", "Runtime.ExitError", "Runtime exited without providing a reason"),
        ("x = bytearray(300_000_000)", "Runtime.OutOfMemory", "Runtime exited with error: signal: killed"),
        ("def bake(:", "Runtime.UserCodeSyntaxError", None),
        ("raise RuntimeError('no dough')", "Runtime.Unknown", None),
    ],
)
def test_an_initialisation_that_fails_is_repeated_by_the_first_invocation(
    deploy: MakeDeployed, statement: str, error_type: str, fault: str | None
) -> None:
    function = deploy(f"import os, sys, uuid\nprint('at import', uuid.uuid4(), flush=True)\n{statement}\n", Timeout=20)
    first = function.call().request_id
    second = function.call().request_id

    messages = function.logged(f"REPORT RequestId: {second}")

    platform = [message for message in messages if not message.startswith(("at import", "[", "\u00a0"))]
    failed = f"error\tError Type: {error_type}"
    faults = [[f"RequestId: {id_} Error: {fault}\n{error_type}\n"] if fault else [] for id_ in (first, second)]
    assert platform[0].startswith("INIT_START ")
    expected = [
        INIT_REPORT.format("init", failed),
        *each_invocation(first, failed, faults[0]),
        *each_invocation(second, failed, faults[1]),
    ]
    for message, pattern in zip(platform[1:], expected, strict=True):
        assert re.fullmatch(pattern, message), (pattern, message)
    # what the module does happens at the start, in the first invocation and in the second
    if "def" not in statement:
        assert len({message for message in messages if message.startswith("at import")}) == 3
    assert messages.index(f"START RequestId: {first} Version: $LATEST\n") > messages.index(platform[2])


def each_invocation(request_id: str, failed: str, fault: list[str]) -> list[str]:
    """Return the platform's lines of an invocation that was not initialised."""
    return [
        INIT_REPORT.format("invoke", failed),
        re.escape(f"START RequestId: {request_id} Version: $LATEST\n"),
        *map(re.escape, fault),
        f"END RequestId: {request_id}\n",
        REPORT.format(request_id) + f"Status: {failed}\t\n",
    ]


def test_the_log_of_a_provisioned_initialisation_is_stored_when_it_is_over(deploy: MakeDeployed) -> None:
    function = deploy(PRINTS)
    function.client.publish_version(FunctionName=function.name)
    function.client.put_provisioned_concurrency_config(
        FunctionName=function.name, Qualifier="1", ProvisionedConcurrentExecutions=1
    )

    start, output, report = function.logged("INIT_REPORT")

    assert start.startswith("INIT_START ")
    assert output == "imported\n"
    assert re.fullmatch(r"INIT_REPORT Init Duration: \d+\.\d\d ms\n", report)
    assert function.call(Qualifier="1").log.startswith("START RequestId: ")


def test_the_tail_is_this_invocations_last_four_kilobytes(deploy: MakeDeployed) -> None:
    function = deploy(PRINTS)
    function.call("print('earlier')")

    log = function.call("print('x' * 10_000)").log

    assert len(log.encode()) == 4096
    assert "earlier" not in log
    assert log.endswith("\t\n")
    assert function.call("pass").log.startswith("START RequestId: ")


def test_the_last_log_is_stored_although_the_function_was_deleted_at_once(deploy: MakeDeployed) -> None:
    function = deploy(PRINTS)
    request_id = function.call("print('farewell')").request_id

    function.client.delete_function(FunctionName=function.name)

    assert "farewell\n" in between_start_and_end(function, request_id)


def json_events(deploy: MakeDeployed, level: str, code: str) -> list[dict[str, Any]]:
    function = deploy(
        PRINTS.replace('print("imported")', ""),
        LoggingConfig={"LogFormat": "JSON", "SystemLogLevel": level, "ApplicationLogLevel": "WARN"},
        Timeout=1,
    )
    request_id = function.call(code).request_id
    wait_until(lambda: function.streams() or None, what="a stream", seconds=10)
    return [json.loads(message) for message in function.logged(request_id) if message.startswith("{")]


def test_the_json_format(deploy: MakeDeployed) -> None:
    events = json_events(deploy, "INFO", "logging.info('no')\nlogging.warning('two\\nlines', extra={'oven': 3})")

    kinds = [event.get("type") or event["level"] for event in events]
    assert kinds == ["platform.initStart", "platform.start", "WARNING", "platform.report"]
    environment = events[0]["record"]
    assert re.fullmatch(
        rf"\d{{4}}/\d\d/\d\d/{environment['functionName']}\[\$LATEST\][0-9a-f]{{32}}", environment["instanceId"]
    )
    assert environment["instanceMaxMemory"] == 128 * 1024 * 1024
    start = events[1]["record"]
    assert start["functionArn"] == f"arn:aws:lambda:us-east-1:000000000000:function:{environment['functionName']}"
    assert start["version"] == "$LATEST"
    assert events[2]["message"] == "two\nlines"
    assert events[2]["oven"] == 3
    assert events[2]["requestId"] == events[1]["record"]["requestId"] == events[3]["record"]["requestId"]
    assert events[3]["record"]["status"] == "success"
    assert set(events[3]["record"]["metrics"]) == {
        "durationMs",
        "billedDurationMs",
        "memorySizeMB",
        "maxMemoryUsedMB",
        "initDurationMs",
    }


LINES = [
    "plain",
    '{"level": "debug", "timestamp": "2024-11-02T16:51:31.587199Z"}',
    '{"level": "Warn", "timestamp": "2024-11-02T16:51:31.587199Z"}',
    '{"level": "fatal", "timestamp": "2024-11-02T16:51:31+01:00"}',
    '{"level": "debug", "timestamp": "yesterday"}',
    '{"level": "debug"}',
    '{"level": "pizza", "timestamp": "2024-11-02T16:51:31.587199Z"}',
]


@pytest.mark.parametrize(
    ("level", "kept"),
    [("DEBUG", [0, 1, 2, 3, 4, 5, 6]), ("INFO", [0, 2, 3, 4, 5, 6]), ("WARN", [2, 3]), ("FATAL", [3])],
)
def test_the_json_formats_level_is_also_for_what_is_printed(deploy: MakeDeployed, level: str, kept: list[int]) -> None:
    """See monitoring-cloudwatchlogs-log-level.html of AWS's developer guide for what counts as which level."""
    function = deploy(
        "def handler(event, context):\n    for line in event: print(line)\n    raise ValueError('burnt')\n",
        LoggingConfig={"LogFormat": "JSON", "ApplicationLogLevel": level},
    )

    log = function.call(LINES).log

    assert [line for line in log.splitlines() if line in LINES] == [LINES[index] for index in kept]
    assert ("burnt" in log) == (level != "FATAL")


def test_a_sampled_trace_is_named_in_the_report(deploy: MakeDeployed) -> None:
    function = deploy("import os\ndef handler(event, context):\n    return os.environ['_X_AMZN_TRACE_ID']\n",
                      TracingConfig={"Mode": "Active"})  # fmt: skip
    answer = function.call()

    report = next(event for event in function.logged() if event.startswith(f"REPORT RequestId: {answer.request_id}\t"))
    root = answer.payload.split(";")[0].removeprefix("Root=")
    assert re.search(rf" ms\t\nXRAY TraceId: {root}\tSegmentId: [0-9a-f]{{16}}\tSampled: true\t\n$", report)
    assert answer.log.endswith(report)


def test_a_sampled_trace_is_named_in_the_json_format(deploy: MakeDeployed) -> None:
    function = deploy(
        "import os\ndef handler(event, context):\n    return os.environ['_X_AMZN_TRACE_ID']\n",
        LoggingConfig={"LogFormat": "JSON", "SystemLogLevel": "DEBUG"},
        TracingConfig={"Mode": "Active"},
    )
    answer = function.call()

    events = [json.loads(message) for message in function.logged("platform.report")]
    traces = {event["type"]: event["record"].get("tracing") for event in events}
    trace = traces["platform.start"]
    assert trace["type"] == "X-Amzn-Trace-Id"
    assert re.fullmatch("[0-9a-f]{16}", trace["spanId"])
    assert trace["value"] == answer.payload.partition(";Lineage=")[0]
    assert traces["platform.report"] == traces["platform.runtimeDone"] == trace
    assert traces["platform.initStart"] is None


def test_the_json_format_of_an_unhandled_exception(deploy: MakeDeployed) -> None:
    start, error, done, report = json_events(deploy, "DEBUG", "raise ValueError('burnt')")[-4:]

    assert (error["level"], error["errorType"], error["errorMessage"]) == ("ERROR", "ValueError", "burnt")
    assert error["requestId"] == start["record"]["requestId"]
    # to the platform it is none: its runtime has answered
    assert [event["type"] for event in (done, report)] == ["platform.runtimeDone", "platform.report"]
    assert done["record"]["metrics"]["producedBytes"] == 0
    for event in (done, report):
        assert event["record"]["status"] == "success"
        assert "errorType" not in event["record"]


@pytest.mark.parametrize(
    ("code", "outcome"),
    [
        ("os._exit(3)", {"status": "error", "errorType": "Runtime.ExitError"}),
        ("x = bytearray(300_000_000)", {"status": "error", "errorType": "Runtime.OutOfMemory"}),
        ("time.sleep(10)", {"status": "timeout"}),
    ],
)
def test_the_json_format_of_a_runtime_that_did_not_answer(
    deploy: MakeDeployed, code: str, outcome: dict[str, str]
) -> None:
    done, report = json_events(deploy, "WARN", code)

    assert (done["type"], report["type"]) == ("platform.runtimeDone", "platform.report")
    for event in (done, report):
        record = event["record"]
        assert record.pop("metrics")
        assert record.pop("requestId")
        assert record == outcome


def test_the_json_format_in_detail(deploy: MakeDeployed) -> None:
    events = json_events(deploy, "DEBUG", "time.sleep(0.2)")

    done = events[4]["record"]
    latency, duration = done["spans"]
    assert (latency["name"], duration["name"]) == ("responseLatency", "responseDuration")
    assert 200 <= latency["durationMs"] <= done["metrics"]["durationMs"]
    assert 0 <= duration["durationMs"] <= done["metrics"]["durationMs"] - latency["durationMs"]
    assert latency["start"] < duration["start"] <= events[4]["time"]
    assert [event.get("type") for event in events] == [
        "platform.initStart",
        "platform.initRuntimeDone",
        "platform.initReport",
        "platform.start",
        "platform.runtimeDone",
        "platform.report",
    ]


def test_lines_can_be_read_while_the_function_runs_and_are_there_once_when_it_has_ended(deploy: MakeDeployed) -> None:
    function = deploy(
        """
        import time
        def handler(event, context):
            print("so far")
            time.sleep(6)
            print("at last")
    """,
        Timeout=20,
    )
    function.client.invoke(FunctionName=function.name, InvocationType="Event")

    meanwhile = function.logged("so far")
    afterwards = function.logged("REPORT RequestId")

    assert not [line for line in meanwhile if line.startswith(("at last", "END "))]
    assert [line for line in afterwards if line in {"so far\n", "at last\n"}] == ["so far\n", "at last\n"]
    assert sum(line.startswith("START ") for line in afterwards) == 1
