"""Test what the caller of a function gets."""

from __future__ import annotations

import contextlib
import os
import resource
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from localstack_process_executor.environments.environment import Invocation
from localstack_process_executor.environments.errors import EnvironmentStoppedError

if TYPE_CHECKING:
    from localstack_process_executor.environments.environment import Outcome
    from tests.emulator.conftest import MakeFunction

WAITS = """
    import os, tempfile, time
    def handler(event, context):
        open(tempfile.gettempdir() + "/under-way", "w").close()
        while not os.path.exists(tempfile.gettempdir() + "/go-on"):
            time.sleep(0.01)
        return "done"
    """
SELECT_ENDS_AT = 1024
ECHO = "def handler(event, context):\n    return event\n"


@pytest.mark.parametrize("event", [None, 0, "margherita", [1, 2], {"a": {"b": "🍕"}}, "x" * 1_000_000])
def test_any_json_value_comes_back_as_it_went_in(make_function: MakeFunction, event: object) -> None:
    assert make_function(ECHO).answer(event) == event


def test_sequential_invocations_share_one_process(make_function: MakeFunction) -> None:
    function = make_function("import os\ndef handler(event, context):\n    return os.getpid()\n")

    assert function.answer() == function.answer()


def test_the_context_names_the_request_and_the_time_that_remains(make_function: MakeFunction) -> None:
    function = make_function(
        """
        def handler(event, context):
            return [context.aws_request_id, context.get_remaining_time_in_millis()]
        """,
        timeout=3.0,
    )

    outcome = function.invoke_as("the-request")

    assert outcome.payload.startswith(b'["the-request", ')
    assert 0 < int(outcome.payload.split(b",")[1].rstrip(b"]")) <= 3000


def test_a_handler_that_raises_gives_lambdas_error_document(make_function: MakeFunction) -> None:
    function = make_function("def handler(event, context):\n    raise KeyError('oven')\n")

    outcome = function.error()

    assert set(outcome) == {"errorMessage", "errorType", "requestId", "stackTrace"}
    assert (outcome["errorType"], outcome["errorMessage"]) == ("KeyError", "'oven'")
    assert outcome["stackTrace"] == [
        "  File \"/var/task/function.py\", line 2, in handler\n    raise KeyError('oven')\n"
    ]


def test_a_module_that_raises_at_import_is_reported_by_the_first_invocation(make_function: MakeFunction) -> None:
    function = make_function("raise RuntimeError('no dough')\n")

    error = function.error()

    assert (error["errorType"], error["errorMessage"], error["requestId"]) == ("RuntimeError", "no dough", "")
    assert 'File "/var/task/function.py", line 1, in <module>' in error["stackTrace"][-1]


def test_a_handler_that_does_not_exist_is_named(make_function: MakeFunction) -> None:
    function = make_function(ECHO, handler="function.bake")

    assert function.error()["errorMessage"] == "Handler 'bake' missing on module 'function'"


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        ("os._exit(0)", "Runtime exited without providing a reason"),
        ("os._exit(127)", "Runtime exited with error: exit status 127"),
        ("os.kill(os.getpid(), 9)", "Runtime exited with error: signal: killed"),
        ("os.abort()", "Runtime exited with error: signal: aborted"),
    ],
)
def test_a_process_that_ends_is_reported_as_an_exit(make_function: MakeFunction, statement: str, reason: str) -> None:
    function = make_function(f"import os\ndef handler(event, context):\n    {statement}\n")

    outcome = function.invoke_as("r1")

    expected = f'{{"errorType":"Runtime.ExitError","errorMessage":"RequestId: r1 Error: {reason}"}}'
    assert outcome.payload.decode() == expected


def test_an_exit_is_reported_among_very_many_descriptors(make_function: MakeFunction) -> None:
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    if limits[1] < 2 * SELECT_ENDS_AT:
        pytest.skip(f"a process has no more than {limits[1]} descriptors here")
    with contextlib.ExitStack() as stack:
        resource.setrlimit(resource.RLIMIT_NOFILE, (2 * SELECT_ENDS_AT, limits[1]))
        stack.callback(resource.setrlimit, resource.RLIMIT_NOFILE, limits)
        while stack.enter_context(Path(os.devnull).open("rb")).fileno() <= SELECT_ENDS_AT:
            pass

        error = make_function("import os\ndef handler(event, context):\n    os._exit(3)\n").error()

    assert error["errorType"] == "Runtime.ExitError"


def test_after_an_exit_the_next_invocation_has_a_fresh_process(make_function: MakeFunction) -> None:
    function = make_function(
        """
        import os
        count = 0
        def handler(event, context):
            global count
            count += 1
            if event == "exit":
                os._exit(1)
            return count
        """
    )
    assert [function.answer(), function.answer()] == [1, 2]

    function.error("exit")

    assert function.answer() == 1


def test_a_timeout_is_enforced_and_named(make_function: MakeFunction) -> None:
    function = make_function("import time\ndef handler(event, context):\n    time.sleep(60)\n", timeout=0.5)

    outcome = function.invoke_as("r1")

    expected = (
        '{"errorType":"Sandbox.Timedout","errorMessage":"RequestId: r1 Error: Task timed out after 0.50 seconds"}'
    )
    assert outcome.payload.decode() == expected


def test_after_a_timeout_files_remain_and_module_state_does_not(make_function: MakeFunction) -> None:
    function = make_function(
        """
        import pathlib, tempfile, time
        count = 0
        def handler(event, context):
            global count
            count += 1
            file = pathlib.Path(tempfile.gettempdir(), "kept")
            if event == "hang":
                file.write_text("here")
                time.sleep(60)
            return [count, file.read_text()]
        """,
        timeout=1.0,
    )
    function.error("hang")

    assert function.answer() == [1, "here"]


def test_a_response_larger_than_the_limit_is_an_error_and_the_next_one_works(make_function: MakeFunction) -> None:
    function = make_function("def handler(event, context):\n    return 'x' * event\n", response_limit_bytes=100)

    error = function.error(200)

    assert error["errorType"] == "Function.ResponseSizeTooLarge"
    assert error["errorMessage"] == "Response payload size exceeded maximum allowed payload size (100 bytes)."
    assert function.answer(3) == "xxx"


def test_a_result_that_is_not_json_is_the_functions_error(make_function: MakeFunction) -> None:
    function = make_function("def handler(event, context):\n    return {1, 2}\n")

    assert function.error()["errorType"] == "Runtime.MarshalError"


def test_an_invocation_that_is_under_way_ends_well_although_its_environment_was_stopped(
    make_function: MakeFunction,
) -> None:
    function = make_function(WAITS, timeout=60.0)
    outcomes: list[Outcome] = []
    invoker = threading.Thread(target=lambda: outcomes.append(function.invoke()))
    invoker.start()
    function.wait_until_under_way()

    function.environment.stop()
    function.let_go_on()
    invoker.join()

    assert outcomes[0].payload == b'"done"'


def test_a_stopped_environment_refuses_invocations(make_function: MakeFunction) -> None:
    function = make_function(ECHO)
    function.environment.stop()

    with pytest.raises(EnvironmentStoppedError):
        function.invoke()


def test_an_exec_wrapper_that_is_not_there_ends_with_a_shells_status(make_function: MakeFunction) -> None:
    function = make_function(ECHO, variables={"AWS_LAMBDA_EXEC_WRAPPER": "/var/task/nothing"})

    assert function.error()["errorMessage"].endswith("exit status 127")


def test_an_exec_wrapper_that_is_no_program_ends_with_a_shells_status(make_function: MakeFunction) -> None:
    function = make_function(ECHO, variables={"AWS_LAMBDA_EXEC_WRAPPER": "/var/task/function.py"})

    assert function.error()["errorMessage"].endswith("exit status 126")


@pytest.mark.parametrize(
    "variables", [{"PYTHONOPTIMIZE": "1"}, {"LD_LIBRARY_PATH": "/opt/lib"}, {"PYTHONPATH": "/opt"}]
)
def test_what_an_interpreter_reads_when_it_starts_has_one_of_its_own(
    make_function: MakeFunction, variables: dict[str, str]
) -> None:
    assert make_function(ECHO, variables=variables).answer("x") == "x"


def test_a_client_context_reaches_the_handler(make_function: MakeFunction) -> None:
    function = make_function("def handler(event, context):\n    return context.client_context.custom\n")

    outcome = function.environment.invoke(Invocation("r", "arn", b"{}", "Root=1", '{"custom": {"oven": "hot"}}'))

    assert outcome.payload == b'{"oven": "hot"}'


@pytest.mark.parametrize("code", ["bytearray(300_000_000)", "bytearray(300_000_000) and __import__('time').sleep(60)"])
def test_more_memory_than_there_is(make_function: MakeFunction, code: str) -> None:
    function = make_function(f"def handler(event, context):\n    x = {code}\n", timeout=30.0)

    assert function.error()["errorType"] == "Runtime.OutOfMemory"
