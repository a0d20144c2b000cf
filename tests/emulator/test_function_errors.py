"""The errors a caller of Lambda sees, through a running LocalStack: section 1 of what a Lambda environment does."""

from __future__ import annotations

import re
import signal
from typing import TYPE_CHECKING

import pytest

from localstack_process_executor.environments.interpreters import find

if TYPE_CHECKING:
    from tests.emulator.deployed import Answer, MakeDeployed

ECHO = "def handler(event, context):\n    return event\n"
FAILS_AT_WILL = """
    import os, pathlib, signal, sys, time
    count = 0
    def handler(event, context):
        global count
        count += 1
        print("before")
        exec(event or "pass")
        print("after")
        return count
"""


def test_a_handler_that_raises(deploy: MakeDeployed) -> None:
    function = deploy("def handler(event, context):\n    raise Exception('Failed intentionally')\n")

    answer = function.call({})

    assert answer.error == "Unhandled"
    assert answer.version == "$LATEST"
    assert answer.payload == {
        "errorMessage": "Failed intentionally",
        "errorType": "Exception",
        "requestId": answer.request_id,
        "stackTrace": [
            "  File \"/var/task/function.py\", line 2, in handler\n    raise Exception('Failed intentionally')\n"
        ],
    }


def test_a_long_stack(deploy: MakeDeployed) -> None:
    answer = deploy("def handler(event, context):\n    return handler(event, context)\n").call()

    assert (answer.error, answer.payload["errorType"]) == ("Unhandled", "RecursionError")
    assert answer.payload["stackTrace"][-1].startswith("  [Previous line repeated ")


def test_an_exceptions_class_is_named_without_its_module(deploy: MakeDeployed) -> None:
    function = deploy("import decimal\ndef handler(event, context):\n    raise decimal.InvalidOperation('x')\n")

    assert function.call().payload["errorType"] == "InvalidOperation"


def test_a_module_that_raises(deploy: MakeDeployed) -> None:
    function = deploy("raise Exception('Failing module')\n")

    payload = function.call().payload

    assert set(payload) == {"errorMessage", "errorType", "requestId", "stackTrace"}
    assert (payload["errorMessage"], payload["errorType"], payload["requestId"]) == ("Failing module", "Exception", "")
    assert payload["stackTrace"][0].startswith('  File "/var/lang/lib/python3.13/importlib/__init__.py", line ')
    assert payload["stackTrace"][-1] == (
        "  File \"/var/task/function.py\", line 1, in <module>\n    raise Exception('Failing module')\n"
    )


@pytest.mark.parametrize(
    ("files", "handler", "error_type", "message"),
    [
        ({"function.py": ECHO}, "nothing.handler", "Runtime.ImportModuleError", "Unable to import module 'nothing'"),
        ({"function.py": ECHO}, "function.bake", "Runtime.HandlerNotFound", "Handler 'bake' missing on module"),
        ({"function.py": "def handler(:\n"}, "function.handler", "Runtime.UserCodeSyntaxError", "Syntax error in mod"),
        ({"function.py": "import cheese\n"}, "function.handler", "Runtime.ImportModuleError", "No module named 'che"),
    ],
)
def test_a_handler_that_cannot_be_loaded(
    deploy: MakeDeployed, files: dict[str, str], handler: str, error_type: str, message: str
) -> None:
    answer = deploy(files, Handler=handler).call()

    assert (answer.error, answer.payload["errorType"]) == ("Unhandled", error_type)
    assert message in answer.payload["errorMessage"]


def test_a_syntax_error_is_shown_where_it_is(deploy: MakeDeployed) -> None:
    function = deploy({"function.py": "import dough\n", "dough.py": "x = 1\ny = (\n"})

    assert function.call().payload == {
        "errorMessage": "Syntax error in module 'function': '(' was never closed (dough.py, line 2)",
        "errorType": "Runtime.UserCodeSyntaxError",
        "requestId": "",
        "stackTrace": ['  File "/var/task/dough.py" Line 2\n    y = (\n'],
    }


def test_a_timeout(deploy: MakeDeployed) -> None:
    function = deploy(FAILS_AT_WILL, Timeout=1)

    answer = function.call("pathlib.Path('/tmp/kept').touch(); time.sleep(10)")

    assert answer.error == "Unhandled"
    assert answer.payload == {
        "errorType": "Sandbox.Timedout",
        "errorMessage": f"RequestId: {answer.request_id} Error: Task timed out after 1.00 seconds",
    }
    assert "before\n" in answer.log
    assert "after\n" not in answer.log
    # the same sandbox with a new process
    assert function.answer("assert pathlib.Path('/tmp/kept').exists()") == 1
    assert len(function.streams()) == 1


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        ("os._exit(0)", "Runtime exited without providing a reason"),
        ("sys.exit(0)", "Runtime exited without providing a reason"),
        ("os._exit(127)", "Runtime exited with error: exit status 127"),
        ("sys.exit(3)", "Runtime exited with error: exit status 3"),
        ("os.kill(os.getpid(), signal.SIGTERM)", "Runtime exited with error: signal: terminated"),
        ("os.kill(os.getpid(), signal.SIGKILL)", "Runtime exited with error: signal: killed"),
        ("__import__('ctypes').string_at(0)", "Runtime exited with error: signal: segmentation fault"),
    ],
)
def test_a_process_that_ends_in_the_handler(deploy: MakeDeployed, statement: str, reason: str) -> None:
    function = deploy(FAILS_AT_WILL)
    function.answer()

    answer = function.call(statement)

    message = f"RequestId: {answer.request_id} Error: {reason}"
    assert answer.payload == {"errorType": "Runtime.ExitError", "errorMessage": message}
    assert "before\n" in answer.log
    assert function.answer() == 1


def test_the_stack_of_an_exception_that_ends_the_runtime_is_the_runtimes(deploy: MakeDeployed) -> None:
    function = deploy("def handler(event, context):\n    raise KeyboardInterrupt\n")

    answer = function.call()

    assert answer.payload["errorMessage"].endswith("Runtime exited with error: signal: interrupt")
    traceback = answer.log.partition("Traceback (most recent call last):\n")[2]
    assert traceback.startswith('  File "/var/runtime/bootstrap.py", line ')
    assert "\n    main()\n" in traceback
    assert '\n    awslambdaricmain.main([os.environ["LAMBDA_TASK_ROOT"], os.environ["_HANDLER"]])\n' in traceback
    assert '  File "/var/task/function.py", line 2, in handler\n' in traceback


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (0, "Runtime exited without providing a reason"),
        (2, "Runtime exited with error: exit status 2"),
    ],
)
def test_a_process_that_ends_at_import(deploy: MakeDeployed, status: int, reason: str) -> None:
    function = deploy(f"import sys\nprint('imported')\nsys.exit({status})\n")

    answer = function.call()

    assert answer.payload["errorType"] == "Runtime.ExitError"
    assert answer.payload["errorMessage"] == f"RequestId: {answer.request_id} Error: {reason}"
    assert "imported\n" in answer.log
    assert function.call().error == "Unhandled"


@pytest.mark.parametrize("code", ["x = bytearray(300_000_000)", "x = []\nwhile True: x.append(bytearray(1_000_000))"])
def test_more_memory_than_the_function_has(deploy: MakeDeployed, code: str) -> None:
    function = deploy(FAILS_AT_WILL, Timeout=20)
    function.answer()

    answer = function.call(code)

    assert answer.payload == {
        "errorType": "Runtime.OutOfMemory",
        "errorMessage": f"RequestId: {answer.request_id} Error: Runtime exited with error: signal: killed",
    }
    assert "Max Memory Used: 128 MB\tStatus: error\tError Type: Runtime.OutOfMemory\t" in answer.log
    assert function.answer() == 1


def test_a_child_that_needs_more_memory_than_the_function_has_is_killed(deploy: MakeDeployed) -> None:
    function = deploy(
        """
        import subprocess, sys
        def handler(event, context):
            needy = "x = bytearray(300_000_000)\\nimport time\\ntime.sleep(60)"
            return subprocess.run([sys.executable, "-c", needy]).returncode
        """,
        Timeout=50,
    )

    assert function.answer() == -signal.SIGKILL


def test_what_a_child_shares_with_the_function_counts_once(deploy: MakeDeployed) -> None:
    function = deploy(
        """
        import os, time
        def handler(event, context):
            x = bytearray(70_000_000)
            child = os.fork()
            if child == 0:
                time.sleep(0.3)
                os._exit(len(x) % 256)
            return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        """,
        Timeout=20,
    )

    answer = function.call()

    assert answer.payload == 70_000_000 % 256
    assert 70 < max_memory_used(answer) < 125


def test_what_a_child_uses_is_in_the_report(deploy: MakeDeployed) -> None:
    function = deploy(
        """
        import subprocess, sys
        def handler(event, context):
            child = "x = bytearray(70_000_000); print(flush=True); input()"
            process = subprocess.Popen([sys.executable, "-c", child], stdin=-1, stdout=-1)
            process.stdout.readline()
            return process.pid
        """,
        Timeout=20,
    )

    assert max_memory_used(function.call()) > 90


def max_memory_used(answer: Answer) -> int:
    """Megabytes, as reported."""
    found = re.search(r"Max Memory Used: (\d+) MB", answer.log)
    assert found, answer.log
    return int(found[1])


def test_as_much_memory_as_the_function_has(deploy: MakeDeployed) -> None:
    function = deploy(FAILS_AT_WILL, MemorySize=512, Timeout=20)

    assert function.answer("x = bytearray(300_000_000)") == 1


@pytest.mark.parametrize("version", ["3.13", "3.12"])
def test_a_response_over_the_limit(deploy: MakeDeployed, version: str) -> None:
    if not find(version):
        pytest.skip(f"there is no Python {version} on this machine")
    source = "def handler(event, context):\n    print('baking')\n    return 'x' * event\n"
    function = deploy(source, Runtime=f"python{version}", Timeout=20)

    answer = function.call(6_291_556)

    assert answer.error == "Unhandled"
    assert answer.payload == {
        "errorMessage": "Response payload size exceeded maximum allowed payload size (6291556 bytes).",
        "errorType": "Function.ResponseSizeTooLarge",
    }
    written = answer.log.partition("baking\n")[2]
    assert re.match(
        r"\[ERROR\] \[\d{13}\] LAMBDA_RUNTIME Failed to post handler success response\. Http response code: 413\. "
        r'{"errorMessage":"Exceeded maximum allowed payload size \(6291556 bytes\)\.",'
        r'"errorType":"RequestEntityTooLarge"}'
        r"\n",
        written,
    )
    # the runtime client does not live on
    assert "\nRuntimeError: Failed to post invocation response\n" in written
    assert (
        f"RequestId: {answer.request_id} Error: Runtime exited with error: exit status 1\nRuntime.ExitError\n"
        in written
    )
    assert len(function.answer(6_291_554)) == 6_291_554


def test_an_initialisation_that_takes_too_long_is_tried_again_on_the_invocations_time(deploy: MakeDeployed) -> None:
    function = deploy("import time\ntime.sleep(30)\ndef handler(event, context): pass\n", Timeout=1)

    answer = function.call()

    assert answer.payload["errorType"] == "Sandbox.Timedout"
    assert answer.payload["errorMessage"].endswith("Task timed out after 1.00 seconds")
    assert "INIT_REPORT Init Duration: 10000.00 ms\tPhase: init\tStatus: timeout\n" in answer.log
    assert re.search(r"INIT_REPORT Init Duration: \d+\.\d\d ms\tPhase: invoke\tStatus: timeout\nSTART ", answer.log)
    assert "\tStatus: timeout\t\n" in answer.log


def test_a_result_that_is_not_json(deploy: MakeDeployed) -> None:
    answer = deploy("def handler(event, context):\n    return {1, 2}\n").call()

    assert answer.payload["errorType"] == "Runtime.MarshalError"
    assert "set" in answer.payload["errorMessage"]
