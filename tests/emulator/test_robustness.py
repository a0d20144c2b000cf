"""Test what is killed, and how many come at once, through a running LocalStack."""

from __future__ import annotations

import os
import signal
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import psutil
import pytest

from localdev.system.waiting import wait_until
from tests.emulator.deployed import create

if TYPE_CHECKING:
    from tests.emulator.deployed import Cloud, MakeDeployed

ECHO = "def handler(event, context):\n    return event\n"
MARKED = """
    import time
    def handler(event, context):
        if event:
            open("/proc/self/comm", "w").write(event)
            time.sleep(60)
        return "fresh"
"""


def test_a_kill_in_the_middle_of_an_invocation(deploy: MakeDeployed) -> None:
    function = deploy(MARKED, Timeout=60)
    name = uuid.uuid4().hex[:12]
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(function.call, name)

        def find() -> int | None:
            return next(
                (process.pid for process in psutil.process_iter(["name"]) if process.info["name"] == name), None
            )

        os.kill(wait_until(find, what="the function to be under way", seconds=20), signal.SIGKILL)
        payload = running.result().payload

    assert payload["errorType"] == "Runtime.ExitError"
    assert payload["errorMessage"].endswith("Error: Runtime exited with error: signal: killed")
    assert function.answer() == "fresh"


def test_a_hundred_concurrent_invocations_each_get_their_own_answer(deploy: MakeDeployed) -> None:
    function = deploy(ECHO, Timeout=60)

    with ThreadPoolExecutor(100) as pool:
        answers = list(pool.map(function.answer, range(100)))

    assert answers == list(range(100))


def test_a_burst_of_callers_that_come_and_go_loses_nothing(deploy: MakeDeployed) -> None:
    function = deploy(ECHO, Timeout=60)

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(function.answer, range(300)))

    assert answers == list(range(300))


@pytest.mark.parametrize("environments", [3])
def test_deleting_a_function_ends_its_processes(cloud: Cloud, environments: int) -> None:
    name = uuid.uuid4().hex[:12]
    function = create(
        cloud,
        f"import time\nopen('/proc/self/comm', 'w').write('{name}')\ndef handler(event, context):\n    time.sleep(1)\n",
    )

    def count() -> int:
        return sum(process.info["name"] == name for process in psutil.process_iter(["name"]))

    with ThreadPoolExecutor(environments) as pool:
        list(pool.map(lambda _: function.answer(), range(environments)))
    assert count() >= 1

    function.client.delete_function(FunctionName=function.name)

    wait_until(lambda: True if count() == 0 else None, what="the function's processes to end", seconds=20)
