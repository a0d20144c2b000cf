"""The distribution of the tests over the cores."""

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import Any

import pytest

from localdev.system.project import ROOT
from tests import parallel

pytest_plugins = ["pytester"]

GIB = 2**30
_INTERRUPTED_RUN = """
    import os, signal, subprocess, sys, threading
    from pathlib import Path

    import pytest

    from tests import parallel

    FOLDER = Path(__file__).parent


    def pytest_configure(config):
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        if parallel.is_worker(config):
            config.add_cleanup(parallel.say_that_a_worker_is_there(FOLDER))
        else:
            config.pluginmanager.register(parallel.Workers(FOLDER))
            parallel._END_SECONDS = 15


    @pytest.fixture(scope="session", autouse=True)
    def emulator():
        # jsii's Node.js is one that ends with the worker
        child = subprocess.Popen([sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=subprocess.PIPE)
        yield
        (FOLDER / f"stopped-{os.getpid()}").touch()
"""
_INTERRUPTING_TEST = """
    import os, signal, threading

    def test_it():
        os.kill(os.getppid(), signal.SIGTERM)
        threading.Event().wait(120)
"""


@pytest.mark.parametrize(
    ("nodeid", "scope"),
    [
        ("tests/integration/test_order_api.py::test_x[container-a]", "container"),
        ("tests/integration/test_order_api.py::test_x[embedded]", "embedded"),
        ("tests/integration/test_mocks.py::test_x[a fault-embedded]", "embedded"),
        ("tests/integration/test_container_engine.py::test_x", "container"),
        ("tests/examples/test_installed.py::test_x", "tests/examples/test_installed.py"),
        ("tests/tuning/test_start.py::test_x[a-b]", "tuning"),
        ("tests/corrections/logs/test_names.py::test_x", "corrections"),
        ("tests/emulator/node/test_deployed.py::test_x", "emulator"),
        ("tests/emulator/test_logs.py::test_x[plain]", "tests/emulator/test_logs.py"),
        ("tests/infra/test_stack.py::test_x", "infra"),
        ("tests/console/test_console.py::test_x", "console"),
        ("tests/unit/test_bench.py::test_x[embedded]", "tests/unit/test_bench.py"),
    ],
)
def test_tests_of_one_emulator_are_one_scope_and_other_files_are_their_own(nodeid: str, scope: str) -> None:
    assert parallel.scope_of(nodeid) == scope


def test_long_scopes_start_before_short_ones_and_unit_tests_fill_the_end() -> None:
    paths = ["unit/test_bench", "emulator/test_logs", "rehearsals/test_clock", "examples/test_installed",
             "examples/test_original", "console/test_console", "corrections/logs/test_names"]  # fmt: skip
    items: list[Any] = [SimpleNamespace(nodeid=f"tests/{path}.py::test_x") for path in paths]

    parallel.order(items)

    assert [item.nodeid for item in items] == [f"tests/{path}.py::test_x" for path in (
        "corrections/logs/test_names", "console/test_console", "examples/test_installed", "examples/test_original",
        "rehearsals/test_clock", "emulator/test_logs", "unit/test_bench",
    )]  # fmt: skip


def test_every_file_of_the_executors_localstack_is_of_its_scope() -> None:
    files = [path.relative_to(ROOT).as_posix() for path in (ROOT / "tests/emulator").rglob("test_*.py")]
    asks = [name for name in files if re.search(r"\bdeploy: MakeDeployed|\bcloud: Cloud", (ROOT / name).read_text())]
    own = {"tests/emulator/test_wheel.py"}

    assert {name for name in files if parallel.scope_of(f"{name}::test_x") == "emulator"} == set(asks) - own


def test_there_are_as_many_workers_as_cores() -> None:
    assert parallel.workers([], is_chosen=False, cores=4, memory=64 * GIB) == 4


def test_there_are_only_as_many_workers_as_memory_is_there_for() -> None:
    assert parallel.workers([], is_chosen=False, cores=8, memory=6 * GIB) == 3


def test_on_one_core_tests_run_one_after_the_other() -> None:
    assert parallel.workers([], is_chosen=False, cores=1, memory=64 * GIB) == 0


@pytest.mark.parametrize("arguments", [["tests/unit/test_bench.py"], ["tests", "tests/unit/test_bench.py::test_x"]])
def test_a_few_tests_do_not_wait_for_workers(arguments: list[str]) -> None:
    assert parallel.workers(arguments, is_chosen=False, cores=4, memory=64 * GIB) == 0
    assert parallel.workers(["tests/unit"], is_chosen=True, cores=4, memory=64 * GIB) == 0


def test_an_interrupted_run_waits_for_what_its_workers_stop_and_for_nothing_that_ends_with_them(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    pytester.makeconftest(_INTERRUPTED_RUN)
    pytester.makepyfile(_INTERRUPTING_TEST)

    run = pytester.runpytest_subprocess("-n", "1", "-p", "no:cacheprovider")

    assert run.ret == pytest.ExitCode.INTERRUPTED
    assert len(list(pytester.path.glob("stopped-*"))) == 1
    assert not list(pytester.path.glob("worker-*"))
    run.stdout.no_fnmatch_line("*Timed out*")
