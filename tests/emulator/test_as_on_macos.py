"""Environments of functions where only what macOS has is there: no namespaces, Landlock or /proc, and one address.

Nobody here has a Mac: in the executor's process and in its fork server the platform's name is another, and what only
Linux has is missing.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
import textwrap
from pathlib import Path
from typing import Any

import pytest

from localdev.system import project
from localstack_process_executor.environments import forking

_SOURCES = Path(forking.__file__).parents[2]
_AS_ON_MACOS = """
    import ctypes, os, select, signal, socket, sys

    def is_of_linux(path):
        return isinstance(path, (str, os.PathLike)) and os.fspath(path).startswith("/proc")

    def without_proc(function):
        def call(path=".", *arguments, **options):
            if is_of_linux(path):
                raise FileNotFoundError(2, "No such file or directory", os.fspath(path))
            return function(path, *arguments, **options)
        return call

    class Library:
        def __init__(self, library):
            self._library = library
        def __getattr__(self, name):
            if name in ("capset", "mount", "pivot_root", "prctl", "setns", "syscall", "umount2", "unshare"):
                raise AttributeError(name)
            return getattr(self._library, name)

    of_linux = {
        os: ("memfd_create", "pidfd_open", "sched_getaffinity", "setns", "unshare"),
        signal: ("pidfd_send_signal", "sigtimedwait"),
        select: ("epoll",),
        socket: ("AF_NETLINK",),
    }
    for module, names in of_linux.items():
        for name in names:
            if hasattr(module, name):
                delattr(module, name)
    library = ctypes.CDLL
    ctypes.CDLL = lambda *arguments, **options: Library(library(*arguments, **options))
    os.open, os.listdir = without_proc(os.open), without_proc(os.listdir)
    sys.platform = "darwin"
"""
_FORK_SERVER = """
    import sys
    from pathlib import Path
    program = Path({program!r})
    sys.path[0] = str(program.parent)
    exec(compile(program.read_text(), program, "exec"), {{"__name__": "__main__", "__file__": str(program)}})
"""
_PROGRAM = """
    import json
    from pathlib import Path
    from localstack_process_executor.environments import forking, launches
    from localstack_process_executor.environments.environment import ExecutionEnvironment, FunctionSpec, Invocation
    from localstack_process_executor.environments.variables import function_environment
    from localstack_process_executor.environments.platform_log import TextLog

    code, forking._PROGRAM = map(Path, sys.argv[1:])
    addresses = []

    def launch(api, folder):
        addresses.append(api)
        variables = function_environment({"_HANDLER": "function.handler"}, {}, runtime="python3.13", runtime_api=api)
        return launches.launch(launches.Program(code, variables), folder)

    def invoke(event):
        body = json.dumps(event).encode()
        return json.loads(environment.invoke(Invocation("r", "arn", body, "Root=1")).payload)

    environment = ExecutionEnvironment(FunctionSpec(3, 128), TextLog("", "", ""), launch)
    environment.start()
    answers = [invoke(event) for event in ("where", "count", "fail", "exit", "sleep", "count")]
    environment.stop()
    forking.FORK_SERVERS.stop()
    print(json.dumps({"addresses": addresses, "answers": answers}))
"""
_FUNCTION = """
    import os, sys, time
    count = 0
    def handler(event, context):
        global count
        if event == "where":
            return sys.platform
        count += 1
        if event == "exit":
            os._exit(3)
        if event == "sleep":
            time.sleep(60)
        if event == "fail":
            raise ValueError("burnt")
        return count
"""


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Provide what a program says that runs a function with what macOS has."""
    folder = tmp_path_factory.mktemp("mac")
    (folder / "code").mkdir()
    (folder / "code" / "function.py").write_text(textwrap.dedent(_FUNCTION))
    fork_server = folder / "fork_server.py"
    as_on_macos = textwrap.dedent(_AS_ON_MACOS)
    fork_server.write_text(as_on_macos + textwrap.dedent(_FORK_SERVER).format(program=str(forking._PROGRAM)))
    program = folder / "program.py"
    program.write_text(as_on_macos + textwrap.dedent(_PROGRAM))
    paths = os.pathsep.join((str(_SOURCES), sysconfig.get_path("purelib"), str(project.ROOT)))
    result = subprocess.run(
        [sys.executable, program, folder / "code", fork_server],
        env={**os.environ, "PYTHONPATH": paths, "LAMBDA_PROCESS_NAMESPACES": "0", "LAMBDA_PROCESS_LANDLOCK": "0"},
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    found = json.loads(result.stdout.splitlines()[-1])
    assert isinstance(found, dict)
    return found


def test_functions_answer_fail_exit_time_out_and_start_again(said: dict[str, Any]) -> None:
    where, count, failed, exited, timed_out, again = said["answers"]

    assert where == "darwin"
    assert (count, again) == (1, 1)
    assert (failed["errorType"], failed["errorMessage"]) == ("ValueError", "burnt")
    assert exited["errorMessage"].endswith("Runtime exited with error: exit status 3")
    assert "timed out after 3.00 seconds" in timed_out["errorMessage"]


def test_the_runtime_api_listens_at_the_one_loopback_address_there_is(said: dict[str, Any]) -> None:
    assert {address.partition(":")[0] for address in said["addresses"]} == {"127.0.0.1"}
