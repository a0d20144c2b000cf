"""Environments that a burst has started are given back soon after it."""

from __future__ import annotations

import io
import uuid
import zipfile
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import psutil
import pytest

from localdev.engines import EmbeddedEngine
from localdev.system.processes import free_port
from localdev.system.waiting import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

_KEPT = 4
_BURST = 12
_HANDLER = "import time\ndef handler(event, context):\n    time.sleep(0.5)\n"


@pytest.fixture(scope="module")
def engine() -> Iterator[EmbeddedEngine]:
    """Provide an emulator that keeps what a burst has started for a second."""
    engine = EmbeddedEngine(free_port(), ends_with_us=True, settings={"LAMBDA_SPARE_KEEPALIVE_SECONDS": "1"})
    engine.start()
    yield engine
    engine.stop()


def _functions(engine: EmbeddedEngine) -> int:
    """Return how many processes run the function's code."""
    started = psutil.Process(engine.instance().pid).children(recursive=True)
    return sum(any("bootstrap" in argument for argument in _arguments(process)) for process in started)


def _arguments(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []


def test_all_but_a_few_environments_of_a_burst_end_soon_and_the_function_goes_on(engine: EmbeddedEngine) -> None:
    client = engine.clients().client("lambda")
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w") as archive:
        archive.writestr("function.py", _HANDLER)
    name = f"f-{uuid.uuid4().hex[:12]}"
    client.create_function(
        FunctionName=name,
        Runtime="python3.13",
        Handler="function.handler",
        Role="arn:aws:iam::000000000000:role/any",
        Timeout=60,
        Code={"ZipFile": package.getvalue()},
    )
    client.get_waiter("function_active_v2").wait(FunctionName=name, WaiterConfig={"Delay": 1})
    with ThreadPoolExecutor(_BURST) as pool:
        list(pool.map(lambda _: client.invoke(FunctionName=name), range(_BURST * 2)))
    after_the_burst = _functions(engine)

    wait_until(lambda: _functions(engine) == _KEPT or None, what="the burst's environments to end", seconds=30)

    assert after_the_burst > _KEPT
    assert "FunctionError" not in client.invoke(FunctionName=name)
