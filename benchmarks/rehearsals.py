"""200 tests of a ten-state machine with mocks: the kit's, with coverage too, and LocalStack's own mock file, in turns.

Each is a test of one pytest run: it starts an execution, waits for its end, and looks at path and output. Those of
the mock file do the same through the same kit; what they cannot have is an answer that no file was written for before.
"""

from __future__ import annotations

import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import psutil

from localdev.engines import EmbeddedEngine
from localdev.system.processes import free_port
from localdev.system.project import ROOT

TESTS: Final = 200
_ROUNDS: Final = 5
_KINDS: Final = {"kit": "machine.mock()", "covered": "machine.mock() with --sfn-cov", "file": "LocalStack's mock file"}
_STATES: Final = tuple(f"Step {number}" for number in range(1, 11))
_FUNCTION: Final = "arn:aws:lambda:us-east-1:000000000000:function:none"
_ROLE: Final = "arn:aws:iam::000000000000:role/benchmark"
_MACHINE: Final = "rehearsed"

_CONFTEST: Final = """
import contextlib, os, pytest
from types import SimpleNamespace
from localdev.deployment.resources import STATE_MACHINE, Resource
from localdev.engines.registry import ENGINES, Options
from localdev.testing.case import Case
from localdev.testing.machines import StateMachine
from localdev.testing.reading import Reader

@pytest.fixture(scope="session")
def reader():
    engine = ENGINES["external"].make(Options(endpoint_url=os.environ["ENDPOINT_URL"], stack_name=None))
    return Reader(engine.clients())

@pytest.fixture(scope="session", autouse=True)
def coverage(reader, request):
    plugin = request.config.pluginmanager.get_plugin("localdev-coverage")
    stacks = SimpleNamespace(
        engine=SimpleNamespace(where="benchmark"),
        machines=lambda: [Resource("Benchmark", "Machine", os.environ["MACHINE_ARN"], STATE_MACHINE)],
        reader_of=lambda _: reader,
        reader_at=lambda _: reader,
    )
    with plugin.collecting(stacks, alone=True) if plugin else contextlib.nullcontext():
        yield

@pytest.fixture
def case(request):
    case = Case(request.node.nodeid)
    yield case
    case.end()

@pytest.fixture
def machine(reader, case):
    return StateMachine(os.environ["MACHINE_ARN"], reader, case)
"""
_TESTS: Final = """
import json, pytest
from localdev.testing.running import Execution

STATES = {states!r}

@pytest.mark.parametrize("number", range({tests}))
def test_kit(machine, number):
    for state in STATES:
        machine.mock(state).returns({{"state": state, "number": number}})
    outcome = machine.start({{"number": number}}).wait()
    assert outcome.path == list(STATES)
    assert outcome.output == {{"state": STATES[-1], "number": number}}

@pytest.mark.parametrize("number", range({tests}))
def test_file(machine, reader, case, number):
    client = reader.clients.client("stepfunctions")
    arn = client.start_execution(stateMachineArn=machine.arn + "#Happy", input=json.dumps({{"number": number}}))
    outcome = Execution(arn["executionArn"], reader).wait()
    assert outcome.path == list(STATES)
    assert outcome.output == {{"state": STATES[-1]}}
"""


@dataclass(frozen=True)
class Figures:
    """Time of one run."""

    seconds: float
    cpu: float
    """Of the tests and of the emulator."""


def definition() -> dict[str, Any]:
    """Return a machine of ten tasks, one after the other."""
    states: dict[str, Any] = {}
    for state, following in zip(_STATES, (*_STATES[1:], None), strict=True):
        goes_on = {"Next": following} if following else {"End": True}
        states[state] = {"Type": "Task", "Resource": _FUNCTION} | goes_on
    return {"StartAt": _STATES[0], "States": states}


def mock_file() -> dict[str, Any]:
    """Return LocalStack's own mocks of the same machine."""
    return {
        "StateMachines": {_MACHINE: {"TestCases": {"Happy": {state: state for state in _STATES}}}},
        "MockedResponses": {state: {"0": {"Return": {"Payload": {"state": state}}}} for state in _STATES},
    }


def main() -> int:
    """Print how long the tests of each took, in turns on one emulator; the exit status."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "mocks.json").write_text(json.dumps(mock_file()), encoding="utf-8")
        (folder / "conftest.py").write_text(_CONFTEST, encoding="utf-8")
        (folder / "test_rehearsals.py").write_text(_TESTS.format(states=_STATES, tests=TESTS), encoding="utf-8")
        settings = {"SFN_MOCK_CONFIG": str(folder / "mocks.json")}
        engine = EmbeddedEngine(free_port(), ends_with_us=True, settings=settings)
        engine.start()
        try:
            client = engine.clients().client("stepfunctions")
            created = client.create_state_machine(name=_MACHINE, definition=json.dumps(definition()), roleArn=_ROLE)
            environment = {"ENDPOINT_URL": str(engine.endpoint_url), "MACHINE_ARN": created["stateMachineArn"]}
            emulator = psutil.Process(engine.instance().pid)
            rounds = [{kind: _run(folder, kind, environment, emulator) for kind in _KINDS} for _ in range(_ROUNDS)]
            return _report(rounds)
        finally:
            engine.stop()


def _run(folder: Path, kind: str, environment: dict[str, str], emulator: psutil.Process) -> Figures:
    """Run pytest with all tests of a kind. :raises CalledProcessError: one has failed."""
    tests, options = ("kit", ["--sfn-cov"]) if kind == "covered" else (kind, [])
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "localdev.testing.plugin"]
    command += ["-k", f"test_{tests}", *options, str(folder)]
    began, before = time.monotonic(), _cpu(emulator)
    subprocess.run(
        command, cwd=folder, env=os.environ | environment | {"PYTHONPATH": str(ROOT)}, check=True, capture_output=True
    )
    return Figures(time.monotonic() - began, _cpu(emulator) - before)


def _cpu(emulator: psutil.Process) -> float:
    """Return the processor seconds of the emulator and of what has ended of ours."""
    times, ours = emulator.cpu_times(), resource.getrusage(resource.RUSAGE_CHILDREN)
    return times.user + times.system + ours.ru_utime + ours.ru_stime


def _report(rounds: list[dict[str, Figures]]) -> int:
    for kind, title in _KINDS.items():
        seconds = statistics.median(each[kind].seconds for each in rounds)
        cpu = statistics.median(each[kind].cpu for each in rounds)
        print(f"{title}: {TESTS} tests in {seconds:.1f} s, {cpu:.1f} s of processor time; median of {len(rounds)}")
    for kind, other in (("kit", "file"), ("covered", "kit")):
        ratio = statistics.median(each[kind].cpu / each[other].cpu for each in rounds)
        print(f"{_KINDS[kind]}: {ratio:.3f} times the processor time of {_KINDS[other]}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
