"""Test the process that functions' processes are forked from, and both when one of them is killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil
import pytest

from localdev.system.waiting import wait_until
from localstack_process_executor.environments import forking, interpreters
from localstack_process_executor.environments import process as process_module
from localstack_process_executor.environments.errors import (
    EnvironmentStoppedError,
    ForkServerError,
    ForkServerKilledError,
)
from localstack_process_executor.environments.forking import FORK_SERVERS, ForkServer
from localstack_process_executor.environments.restarts import outlasting_kills
from tests.emulator.deployed import fork_server_program

if TYPE_CHECKING:
    from localstack_process_executor.environments.forked import Forked
    from tests.emulator.conftest import MakeFunction

COUNTS = "count = 0\ndef handler(event, context):\n    global count\n    count += 1\n    return count\n"
SOURCES = Path(forking.__file__).parents[2]


def wait_until_gone(*pids: int) -> None:
    """Until none of these processes runs."""
    wait_until(lambda: None if any(map(psutil.pid_exists, pids)) else True, what="processes to end", seconds=10)


def test_a_killed_fork_server_is_replaced_and_its_environments_live_on(make_function: MakeFunction) -> None:
    function = make_function(COUNTS)
    function.answer()
    before = FORK_SERVERS.current().pid

    os.kill(before, signal.SIGKILL)
    wait_until(lambda: None if FORK_SERVERS.current().pid == before else True, what="another fork server", seconds=10)

    assert function.answer() == 2
    assert make_function(COUNTS).answer() == 1
    assert FORK_SERVERS.current().pid != before


def test_a_killed_fork_server_leaves_no_zombie(make_function: MakeFunction) -> None:
    make_function("def handler(event, context):\n    return 1\n")
    server = psutil.Process(FORK_SERVERS.current().pid)

    server.kill()

    wait_until(lambda: None if server.is_running() else True, what="the fork server to be gone", seconds=30)


def test_a_fork_server_that_dies_while_it_is_asked_says_so() -> None:
    server = ForkServer(interpreters.own(), namespaces=False)
    os.kill(server.pid, signal.SIGKILL)

    with pytest.raises(ForkServerKilledError, match="The fork server is gone"):
        server.fork({})

    server.stop()


def test_a_fork_server_that_does_not_answer_is_given_up() -> None:
    server = ForkServer(interpreters.own(), namespaces=False)
    server._socket.settimeout(0.1)
    os.kill(server.pid, signal.SIGSTOP)

    with pytest.raises(ForkServerError, match="does not answer"):
        server.fork({})

    server.stop()


def test_an_environment_that_cannot_be_made_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    server = ForkServer(interpreters.own(), namespaces=False)
    monkeypatch.setattr(server, "_reply", lambda: {"error": "no more processes"})

    with pytest.raises(ForkServerError, match="could not be made: no more processes"):
        server.fork({})

    server.stop()


def test_a_fork_server_that_cannot_be_started_says_so() -> None:
    with pytest.raises(ForkServerError, match="The fork server has ended") as raised:
        ForkServer(interpreters.Interpreter("/bin/false", "/", "3.13"))
    # which would be tried again
    assert raised.type is not ForkServerKilledError


def test_a_function_starts_though_fork_servers_are_killed(
    make_function: MakeFunction, monkeypatch: pytest.MonkeyPatch
) -> None:
    fork = ForkServer.fork
    killed: list[int] = []

    def kill_and_fork(server: ForkServer, *arguments: Any) -> Forked:
        if len(killed) < 3:
            killed.append(server.pid)
            os.kill(server.pid, signal.SIGKILL)
        return fork(server, *arguments)

    monkeypatch.setattr(ForkServer, "fork", kill_and_fork)

    assert make_function(COUNTS).answer() == 1
    assert len(set(killed)) == 3


def test_a_fork_server_that_is_killed_while_it_starts_is_distinguished_from_one_that_cannot_start(
    tmp_path: Path,
) -> None:
    kills_itself = tmp_path / "python"
    kills_itself.write_text("#!/bin/sh\nkill -9 $$\n")
    kills_itself.chmod(0o755)

    with pytest.raises(ForkServerKilledError, match="killed while it started"):
        ForkServer(interpreters.Interpreter(str(kills_itself), "/", "3.13"))


def test_who_goes_on_killing_fork_servers_gets_the_error() -> None:
    attempts = []

    def attempt() -> None:
        attempts.append(1)
        raise ForkServerKilledError("killed")

    with pytest.raises(ForkServerKilledError):
        outlasting_kills(attempt, seconds=0.01)
    assert len(attempts) > 1


def test_a_process_ends_where_the_system_has_no_process_descriptors(
    make_function: MakeFunction, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process_module, "_open_process", lambda _: None)
    function = make_function(COUNTS)
    assert function.answer() == 1
    process = function.environment._process
    assert process
    assert process.pid
    pid = process.pid

    function.environment.stop()

    wait_until_gone(pid)


def test_stopping_an_environment_that_starts_ends_its_process(make_function: MakeFunction) -> None:
    function = make_function("import time\ntime.sleep(60)\n", start=False)
    failures: list[BaseException] = []

    def start() -> None:
        try:
            function.environment.start()
        except EnvironmentStoppedError as error:
            failures.append(error)

    starter = threading.Thread(target=start)
    starter.start()
    wait_until(lambda: function.environment._initializing or None, what="the environment to start", seconds=10)

    function.environment.stop()
    starter.join(5)

    assert len(failures) == 1


def test_a_killed_function_gets_a_successor(make_function: MakeFunction) -> None:
    function = make_function(COUNTS)
    assert [function.answer(), function.answer()] == [1, 2]
    process = function.environment._process
    assert process
    assert process.pid

    os.kill(process.pid, signal.SIGKILL)
    wait_until(process.returncode, what="the function's end to be known", seconds=10)

    assert function.answer() == 1


def test_a_killed_init_takes_its_function_along(make_function: MakeFunction) -> None:
    function = make_function(COUNTS)
    function.answer()
    process = function.environment._process
    assert process
    assert process.pid

    os.kill(process._forked.pid, signal.SIGKILL)
    wait_until_gone(process.pid)

    assert function.answer() == 1


@pytest.mark.parametrize("namespaces", ["1", "0"])
def test_nothing_outlives_a_process_that_is_killed(tmp_path: Path, namespaces: str) -> None:
    code = tmp_path / "code"
    code.mkdir()
    (code / "function.py").write_text(
        textwrap.dedent(
            """
            import subprocess
            def handler(event, context):
                subprocess.Popen(["sleep", "600"], start_new_session=True)
            """
        )
    )
    program = tmp_path / "program.py"
    program.write_text(
        textwrap.dedent(
            f"""
            import sys, time
            from pathlib import Path
            sys.path.insert(0, {str(SOURCES)!r})
            from localstack_process_executor.environments import forking, launches
            from localstack_process_executor.environments.environment import (
                ExecutionEnvironment,
                FunctionSpec,
                Invocation,
            )
            from localstack_process_executor.environments.variables import function_environment
            from localstack_process_executor.environments.platform_log import TextLog

            forking._PROGRAM = Path({str(fork_server_program())!r})

            def launch(api, folder):
                variables = function_environment(
                    {{"_HANDLER": "function.handler"}}, {{}}, runtime="python3.13", runtime_api=api
                )
                return launches.launch(launches.Program(Path({str(code)!r}), variables), folder)

            environment = ExecutionEnvironment(FunctionSpec(5, 128), TextLog("", "", ""), launch)
            environment.start()
            environment.invoke(Invocation("r", "arn", b"null", "Root=1"))
            print(forking.base_folder(), flush=True)
            time.sleep(600)
            """
        )
    )
    environment = {**os.environ, "LAMBDA_PROCESS_NAMESPACES": namespaces}
    with subprocess.Popen([sys.executable, program], stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout
        folder = Path(process.stdout.readline().strip())
        descendants = psutil.Process(process.pid).children(recursive=True)
        process.kill()

    assert len(descendants) >= 4
    wait_until_gone(*(descendant.pid for descendant in descendants))
    wait_until(lambda: None if folder.exists() else True, what="the files to be removed", seconds=10)
