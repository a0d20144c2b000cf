"""Node.js processes that are started ahead, and wait for their function."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

import pytest

from localdev.system.waiting import wait_until
from localstack_process_executor.environments import spares
from localstack_process_executor.environments.forking import FORK_SERVERS
from tests.emulator.node.conftest import evaluates, expect_spare

if TYPE_CHECKING:
    from localstack_process_executor.environments.native_runtimes import NativeRuntime
    from tests.emulator.node.conftest import MakeNode

MEMORY_MB = 256


@pytest.fixture
def file_system(runtime: NativeRuntime, monkeypatch: pytest.MonkeyPatch) -> str:
    """Namespaces, with processes that were started ahead."""
    monkeypatch.setenv(spares.SETTING, "1")
    if not runtime.isolated:
        pytest.skip("this machine allows no namespaces")
    return "namespaces"


def init_of(function: object) -> int:
    """Return the id of the init of a function's process."""
    process = function.environment._process  # type: ignore[attr-defined]
    return int(process._forked.pid)


def test_a_cold_start_takes_the_process_that_waits_and_another_one_takes_its_place(
    make_node: MakeNode, runtime: NativeRuntime
) -> None:
    ahead = expect_spare(runtime, MEMORY_MB)

    function = make_node(evaluates(), memory_size_mb=MEMORY_MB)

    assert init_of(function) == ahead
    assert function.answer("1 + 1") == 2
    assert expect_spare(runtime, MEMORY_MB) != ahead


@pytest.mark.parametrize("variable", ["NODE_OPTIONS", "LD_PRELOAD", "TZ", "AWS_LAMBDA_NODEJS_NO_GLOBAL_AWSLAMBDA"])
def test_a_function_whose_variables_are_read_at_the_start_gets_a_process_of_its_own(
    make_node: MakeNode, runtime: NativeRuntime, variable: str
) -> None:
    ahead = expect_spare(runtime, MEMORY_MB)

    function = make_node(evaluates(), memory_size_mb=MEMORY_MB, variables={variable: "", "NODE_ENV": "production"})

    assert init_of(function) != ahead
    assert function.answer(f"process.env.{variable}") == ""


def test_v8_has_the_memory_of_the_function_and_not_of_another_one(make_node: MakeNode, runtime: NativeRuntime) -> None:
    expect_spare(runtime, 512)
    ahead = expect_spare(runtime, MEMORY_MB)

    function = make_node(evaluates(), memory_size_mb=MEMORY_MB)

    assert init_of(function) == ahead
    assert function.answer("process.execArgv.join()").endswith(f"--max-old-space-size={MEMORY_MB * 9 // 10}")


def test_nothing_shows_that_a_process_was_started_ahead(make_node: MakeNode, runtime: NativeRuntime) -> None:
    looks = """[
        process.argv, process.cwd(), Object.keys(process.env).filter((name) => name.startsWith("_")).sort(),
        require("fs").readdirSync("/proc/self/fd").length, require("fs").existsSync("/mnt/proc"),
        require("fs").readFileSync("/proc/self/cmdline", "utf8"), require.main === undefined,
    ]"""
    FORK_SERVERS.current(native=runtime).spares.give_back()
    own = make_node(evaluates(), memory_size_mb=MEMORY_MB, variables={"NODE_OPTIONS": ""})
    ahead = expect_spare(runtime, MEMORY_MB)

    function = make_node(evaluates(), memory_size_mb=MEMORY_MB)

    assert init_of(function) == ahead
    assert function.answer(looks) == own.answer(looks)


def test_a_process_that_was_killed_while_it_waited_is_not_taken(make_node: MakeNode, runtime: NativeRuntime) -> None:
    ahead = expect_spare(runtime, MEMORY_MB)
    os.kill(ahead, signal.SIGKILL)
    wait_until(lambda: not is_there(ahead) or None, what="the process to end", seconds=10)

    function = make_node(evaluates(), memory_size_mb=MEMORY_MB)

    assert init_of(function) != ahead
    assert function.answer("1 + 1") == 2


def test_processes_that_nobody_needs_are_ended(
    runtime: NativeRuntime, monkeypatch: pytest.MonkeyPatch, file_system: str
) -> None:
    del file_system
    monkeypatch.setattr(spares, "_IDLE_SECONDS", 0.2)
    server = FORK_SERVERS.current(native=runtime)
    server.spares.give_back()

    ahead = expect_spare(runtime, 1024)

    wait_until(lambda: not is_there(ahead) or None, what="the process to end", seconds=10)
    assert server.spares.waiting() == {}


def test_no_more_than_two_wait(runtime: NativeRuntime, file_system: str) -> None:
    del file_system
    first, second, third = (expect_spare(runtime, memory) for memory in (128, 192, 320))

    wait_until(lambda: not is_there(first) or None, what="the first process to end", seconds=10)
    assert set(FORK_SERVERS.current(native=runtime).spares.waiting().values()) == {second, third}


def is_there(pid: int) -> bool:
    """Return whether a process has not ended."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
