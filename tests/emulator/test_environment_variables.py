"""The environment variables of a function: section 4."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from localstack_process_executor.environments.variables import RESERVED, function_environment

if TYPE_CHECKING:
    from tests.emulator.deployed import MakeDeployed

ENVIRONMENT = (
    "import os\nAT_IMPORT = dict(os.environ)\ndef handler(event, context):\n    return [AT_IMPORT, dict(os.environ)]\n"
)
FIXED = {
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_EXECUTION_ENV": "AWS_Lambda_python3.13",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "128",
    "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
    "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
    "AWS_REGION": "us-east-1",
    "AWS_XRAY_CONTEXT_MISSING": "LOG_ERROR",
    "LAMBDA_RUNTIME_DIR": "/var/runtime",
    "LAMBDA_TASK_ROOT": "/var/task",
    "LANG": "en_US.UTF-8",
    "LD_LIBRARY_PATH": (
        "/var/lang/lib:/lib64:/usr/lib64:/var/runtime:/var/runtime/lib:/var/task:/var/task/lib:/opt/lib"
    ),
    "PATH": "/var/lang/bin:/usr/local/bin:/usr/bin/:/bin:/opt/bin",
    "PWD": "/var/task",
    "PYTHONPATH": "/var/runtime",
    "SHLVL": "0",
    "TZ": ":UTC",
    "_AWS_XRAY_DAEMON_PORT": "2000",
    "_HANDLER": "function.handler",
}
VARYING = {
    "AWS_ACCESS_KEY_ID",
    "AWS_LAMBDA_FUNCTION_NAME",
    "AWS_LAMBDA_LOG_GROUP_NAME",
    "AWS_LAMBDA_LOG_STREAM_NAME",
    "AWS_LAMBDA_RUNTIME_API",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_XRAY_DAEMON_ADDRESS",
    "_AWS_XRAY_DAEMON_ADDRESS",
}
PLACES = {"LAMBDA_RUNTIME_DIR", "LAMBDA_TASK_ROOT", "PWD", "PYTHONPATH"}
"""Other folders where a function has no file system of its own."""
LOCALSTACKS = {
    "AWS_DISABLE_HOST_PREFIX_INJECTION",
    "AWS_ENDPOINT_URL",
    "AWS_LAMBDA_FUNCTION_TIMEOUT",
    "EDGE_PORT",
    "LOCALSTACK_HOSTNAME",
}


@pytest.mark.parametrize("new_interpreter", [False, True])
def test_the_variables_are_aws_set_and_nothing_else(
    deploy: MakeDeployed, isolated: bool, new_interpreter: bool
) -> None:
    # a file of this name in the package keeps its process from being forked
    files = {"function.py": ENVIRONMENT, **({"botocore.py": ""} if new_interpreter else {})}
    at_import, seen = deploy(files).answer()

    trace = seen.pop("_X_AMZN_TRACE_ID")
    assert trace.startswith("Root=1-")
    assert at_import == seen
    assert set(seen) == set(FIXED) | VARYING | LOCALSTACKS | (set() if isolated else {"HOME", "TMPDIR"})
    fixed = FIXED.keys() - (set() if isolated else PLACES)
    assert {key: seen[key] for key in fixed} == {key: FIXED[key] for key in fixed}


def test_the_x_ray_daemon_is_beside_the_runtime_api(deploy: MakeDeployed) -> None:
    seen = deploy(ENVIRONMENT).answer()[1]

    host, port = seen["AWS_LAMBDA_RUNTIME_API"].split(":")
    assert port == "9001"
    assert re.fullmatch(r"127\.\d+\.\d+\.\d+", host)
    assert seen["_AWS_XRAY_DAEMON_ADDRESS"] == host
    assert seen["AWS_XRAY_DAEMON_ADDRESS"] == f"{host}:2000"


def test_the_functions_own_win_over_all_but_the_reserved_ones(deploy: MakeDeployed) -> None:
    own = {"OVEN": "hot", "LANG": "de_DE.UTF-8", "TZ": "Europe/Rome", "AWS_XRAY_CONTEXT_MISSING": "IGNORE"}

    seen = deploy(ENVIRONMENT, Environment={"Variables": own}).answer()[1]

    assert {key: seen[key] for key in own} == own


def test_the_reserved_ones_win_over_the_functions_own() -> None:
    service = {"AWS_REGION": "us-east-1", "_HANDLER": "function.handler"}
    own = {**dict.fromkeys(RESERVED, "mine"), "OVEN": "hot"}

    seen = function_environment(service, own, runtime="python3.13", runtime_api="127.0.1.1:9001")

    assert "mine" not in seen.values()
    assert (seen["AWS_REGION"], seen["OVEN"]) == ("us-east-1", "hot")


@pytest.mark.parametrize("new_interpreter", [False, True])
def test_the_kernel_tells_the_same_of_the_process(deploy: MakeDeployed, isolated: bool, new_interpreter: bool) -> None:
    source = """
        import os
        AT_IMPORT = dict(os.environ)
        def handler(event, context):
            own = {}
            for name in ("environ", "cmdline"):
                with open(f"/proc/self/{name}") as file:
                    own[name] = file.read().split("\\0")[:-1]
            return [own["cmdline"], own["environ"], AT_IMPORT]
        """
    files = {"function.py": source, **({"uuid.py": ""} if new_interpreter else {})}

    command, variables, at_import = deploy(files, Environment={"Variables": {"OVEN": "hot 🍕"}}).answer()

    if isolated:
        assert command == ["/var/lang/bin/python3.13", "/var/runtime/bootstrap.py"]
    assert "fork_server" not in " ".join(command)
    assert "bootstrap.py" in " ".join(command)
    reported = dict(variable.split("=", 1) for variable in variables)
    # what starts a new interpreter says where its library is, and the runtime where its log goes
    assert reported.keys() - {"_LAMBDA_TELEMETRY_LOG_FD"} == at_import.keys() - {"PYTHONPATH"}
    assert {key for key, value in at_import.items() if reported.get(key, value) != value} <= {"LD_LIBRARY_PATH"}


def test_a_variable_of_the_interpreter_has_its_effect(deploy: MakeDeployed) -> None:
    function = deploy(
        "import sys\ndef handler(event, context):\n    return sys.flags.optimize\n",
        Environment={"Variables": {"PYTHONOPTIMIZE": "2"}},
    )

    assert function.answer() == 2


def test_the_time_zone_has_its_effect(deploy: MakeDeployed) -> None:
    source = "import time\ndef handler(event, context):\n    return time.strftime('%z', time.localtime(0))\n"

    assert deploy(source).answer() == "+0000"
    assert deploy(source, Environment={"Variables": {"TZ": "Asia/Tokyo"}}).answer() == "+0900"


WRAPPER = """
    #!/bin/sh
    export WRAPPED=yes ARGUMENTS="$*"
    exec "$@"
"""
WRAPPED = "import os\ndef handler(event, context):\n    return [os.environ['WRAPPED'], os.environ['ARGUMENTS']]\n"


def test_what_an_exec_wrapper_exports_reaches_the_handler(deploy: MakeDeployed, isolated: bool) -> None:
    function = deploy(
        {"function.py": WRAPPED, "wrapper": WRAPPER},
        Environment={"Variables": {"AWS_LAMBDA_EXEC_WRAPPER": "/var/task/wrapper"}},
    )

    wrapped, command = function.answer()
    assert wrapped == "yes"
    if isolated:
        assert command == "/var/lang/bin/python3.13 /var/runtime/bootstrap.py"
    assert "/bootstrap.py" in command


def test_an_exec_wrapper_that_is_not_there(deploy: MakeDeployed) -> None:
    function = deploy(WRAPPED, Environment={"Variables": {"AWS_LAMBDA_EXEC_WRAPPER": "/var/task/nothing"}})

    answer = function.call()

    assert answer.payload["errorType"] == "Runtime.ExitError"
    assert answer.payload["errorMessage"].endswith("Error: Runtime exited with error: exit status 127")
    assert "/var/task/nothing: does not exist\n" in answer.log
