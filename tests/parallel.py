"""Distribution of the tests over the cores: which tests share a worker, and in which order they start.

Tests that share something slow to start (an emulator with the stack on it, a browser) are one scope: pytest-xdist runs
a scope on one worker. Every other file is a scope of its own. The long ones go first, the short ones fill the gaps.
Whatever two workers could both have is named by chance or by the system: ports, stacks, containers, temporary folders.
"""

from __future__ import annotations

import contextlib
import os
import re
import signal
from functools import partial
from typing import TYPE_CHECKING, Final

import psutil
from xdist.scheduler import LoadScopeScheduling

from localdev.system.errors import LocaldevError
from localdev.system.waiting import wait_until

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    import pytest

_WORKER_BYTES: Final = 2 * 2**30
"""Memory that a worker's emulators and its browser take at most, two of them at a time."""
_END_SECONDS: Final = 60.0
_WORKER: Final = "worker-"
_ON_LOCALSTACK: Final = (
    r"tests/emulator/(node/test_deployed|test_(beyond_aws|cloudwatch_logs|compiled_functions|environment_variables|"
    r"execution_environments|files_and_process|function_errors|other_services|payload_and_context|robustness|"
    r"start_of_a_process|stream_sources|without_namespaces))\.py"
)
"""Those of the process executor that need a LocalStack: the others have enough with fork servers, which start soon."""
_EACH_FILE: Final = None
_SCOPES: Final = (
    # the slowest first: what starts last is what everybody waits for
    (r"tests/integration/test_container_engine\.py|tests/integration/.*\[(.*-)?container\b", "container"),
    (r"tests/corrections/", "corrections"),
    (r"tests/console/", "console"),
    (r"tests/tuning/", "tuning"),
    (r"tests/integration/.*\[(.*-)?embedded\b", "embedded"),
    (_ON_LOCALSTACK, "emulator"),
    (r"tests/integration/test_scripts\.py", "scripts"),
    (r"tests/integration/test_(offline|runs)\.py", "runs"),
    # a minute or more each, with emulators of their own; this one is the longest, and would be the last by its name
    (r"tests/examples/test_own_apps\.py", _EACH_FILE),
    (r"tests/examples/", _EACH_FILE),
    (r"tests/infra/", "infra"),
    (r"tests/rehearsals/", "rehearsals"),
)


def is_worker(config: pytest.Config) -> bool:
    """Return whether this process runs the tests that another one gives it."""
    return hasattr(config, "workerinput")


def scope_of(nodeid: str) -> str:
    """Return the scope of a test: those of one scope run on one worker, in their order."""
    place = _place(nodeid)
    scope = _SCOPES[place][1] if place < len(_SCOPES) else _EACH_FILE
    return scope or nodeid.partition("::")[0]


def order(items: list[pytest.Item]) -> None:
    """Sort the tests by their scopes, the slowest scope first; within a scope their order stays."""

    def rank(item: pytest.Item) -> tuple[int, str]:
        scope = scope_of(item.nodeid)
        # unit tests fill the gaps that are left at the end
        return _place(item.nodeid) + scope.startswith("tests/unit"), scope

    items.sort(key=rank)


def _place(nodeid: str) -> int:
    """Return where a test's scope is in the list, and for all others the place after it."""
    return next((place for place, (pattern, _) in enumerate(_SCOPES) if re.match(pattern, nodeid)), len(_SCOPES))


def workers(arguments: Sequence[str], *, is_chosen: bool, cores: int | None = None, memory: int | None = None) -> int:
    """Return how many workers ``-n auto`` means here; 0: the tests run in this process, one after the other.

    ``arguments`` are the files and folders that were named. A few tests end sooner than workers start; ``is_chosen``
    says that only some tests of these are wanted.
    """
    if is_chosen or any("::" in argument or argument.endswith(".py") for argument in arguments):
        return 0
    possible = min(cores or _cores(), (memory or psutil.virtual_memory().available) // _WORKER_BYTES)
    return possible if possible > 1 else 0


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Scheduling(LoadScopeScheduling):
    """Give each worker a scope at a time, in the order in which :func:`order` has put them."""

    def _split_scope(self, nodeid: str) -> str:
        return scope_of(nodeid)


def say_that_a_worker_is_there(folder: Path) -> Callable[[], None]:
    """Leave a file in the run's folder for this worker; return what removes it, once all that it started has ended."""
    file = folder / f"{_WORKER}{os.getpid()}"
    file.touch()
    return partial(file.unlink, missing_ok=True)


class Workers:
    """Those of this run: they end with it."""

    def __init__(self, folder: Path) -> None:
        """Find them by their files in the run's folder."""
        self._folder = folder

    def pytest_keyboard_interrupt(self) -> None:
        """Tell the workers to end, and wait until they have stopped what they have started.

        By itself pytest-xdist kills a worker that is in the middle of a test, and its emulator would go on. A worker's
        process is there for as long as ours, and so is what ends with it, e.g. the Node.js of jsii.
        """
        for worker in self._busy():
            with contextlib.suppress(ProcessLookupError):
                os.kill(worker, signal.SIGTERM)
        try:
            wait_until(
                lambda: None if self._busy() else True, what="the tests' emulators to stop", seconds=_END_SECONDS
            )
        except LocaldevError as error:
            print(error)

    def _busy(self) -> list[int]:
        """Return the workers that have something to stop, as yet."""
        workers = [int(file.name.removeprefix(_WORKER)) for file in self._folder.glob(f"{_WORKER}*")]
        return [worker for worker in workers if psutil.pid_exists(worker)]
