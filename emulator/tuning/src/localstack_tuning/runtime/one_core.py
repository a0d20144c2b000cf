"""While LocalStack is busy, its threads stay on one core.

They have one Python interpreter between them and take turns at it. On several cores every turn wakes one that sleeps,
and what the last thread worked on is in another's cache: with eight callers a quarter of the time of an order. On one
core a turn is only a switch. What LocalStack starts, functions above all, has all cores, and when others want the one
that was chosen, when LocalStack has little to do, or work for more than one core (hashes of large objects, say), its
threads have all of them again. Linux only.
"""

from __future__ import annotations

import os
import re
import subprocess
import threading
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from localstack_tuning.adjustment import Adjustment

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

LOOK_SECONDS = 0.25
BUSY = 0.5
"""Of one core: from so much on there are threads that wait for each other."""
_PARALLEL = 1.3
"""More than one interpreter can use: native code, which has something of a second core."""
_IDLE = 0.1
_OTHERS = 0.35
"""Of the chosen core, wanted by others: it is not ours."""
APART_SECONDS = 3.0
KEPT_SECONDS = 5.0
"""Then all are tried again for one look: only so is it seen whether more than one would be used."""
_FAST = 0.9
_TICKS = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100
_CORE_LINE = re.compile(r"^cpu(\d+) (.*)$", re.MULTILINE)
_THREADS = Path("/proc/self/task")
_SYSTEM = Path("/sys/devices/system/cpu")


class Choice:
    """Choose the core they are kept on, if any, from what the processors did since the last time."""

    def __init__(self, cores: frozenset[int]) -> None:
        self._cores = cores
        self._not_before = 0.0
        self._since = 0.0
        self.core: int | None = None

    def decide(self, now: float, share: float, taken: Mapping[int, float]) -> int | None:
        """Return the core; ``share`` is what this process took, ``taken`` what all took of each core (0 to 1)."""
        if self.core is None:
            if BUSY <= share < _PARALLEL and now >= self._not_before:
                self.core, self._since = min(self._cores, key=lambda core: taken[core]), now
        elif share < _IDLE or now - self._since >= KEPT_SECONDS:
            self.core = None
        elif taken[self.core] - share > _OTHERS:
            self.core, self._not_before = None, now + APART_SECONDS
        return self.core


class OneCore:
    """The threads of this process, on all its cores or on one of them."""

    def __init__(self, cores: frozenset[int]) -> None:
        self._cores = cores
        self._choice = Choice(fast_cores(cores))
        self._core: int | None = None
        self._at, self._used = time.monotonic(), time.process_time()
        self._taken: Mapping[int, float] = {}

    def look(self) -> None:
        """See what has happened since the last look, and act on it."""
        now, used = time.monotonic(), time.process_time()
        passed, share = now - self._at, (used - self._used) / (now - self._at)
        self._at, self._used = now, used
        before, self._taken = self._taken, {} if self._core is None and share < BUSY else taken_seconds()
        if before and self._taken:
            taken = {core: (self._taken[core] - before[core]) / passed for core in self._cores}
            self.keep_on(self._choice.decide(now, share, taken))

    def keep_on(self, core: int | None) -> None:
        """Have all threads on this core and no other, or on any."""
        if core == self._core:
            return
        self._core = core
        # twice, for a thread that another has started while this went through the list
        for _ in range(2):
            for thread in _THREADS.iterdir():
                with suppress(OSError):  # it has ended
                    os.sched_setaffinity(int(thread.name), self._cores if core is None else {core})

    @contextmanager
    def apart(self) -> Iterator[None]:
        """Within, this thread has all cores, and so has what it starts."""
        if self._core is None:
            yield
            return
        os.sched_setaffinity(0, self._cores)
        try:
            yield
        finally:
            os.sched_setaffinity(0, self._cores if self._core is None else {self._core})


def taken_seconds() -> dict[int, float]:
    """Return how long each core has worked since the machine started (``/proc/stat``, proc(5))."""
    seconds = {}
    for core, numbers in _CORE_LINE.findall(Path("/proc/stat").read_text(encoding="utf-8")):
        user, nice, system, _idle, _waiting, irq, softirq, steal, *_ = map(int, numbers.split())
        seconds[int(core)] = (user + nice + system + irq + softirq + steal) / _TICKS
    return seconds


def fast_cores(cores: frozenset[int], system: Path = _SYSTEM) -> frozenset[int]:
    """Those that are about as fast as the fastest: on some processors there are slow ones, too."""
    speeds = {core: _speed(system / f"cpu{core}") for core in cores}
    return frozenset(core for core, speed in speeds.items() if speed >= _FAST * max(speeds.values()))


def _speed(folder: Path) -> int:
    for name in ("cpu_capacity", "cpufreq/cpuinfo_max_freq"):
        try:
            return int((folder / name).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            continue
    return 0


def _start() -> None:
    """Look four times a second, from a thread of its own, where there are cores to choose from."""
    if not hasattr(os, "sched_setaffinity") or not _THREADS.is_dir():
        return
    cores = frozenset(os.sched_getaffinity(0))
    if len(cores) < 2 or not cores <= taken_seconds().keys():
        return
    one_core = OneCore(cores)
    _start_children_apart(one_core)
    threading.Thread(target=_look_on, args=(one_core,), name="one-core", daemon=True).start()


def _look_on(one_core: OneCore) -> None:
    while True:
        time.sleep(LOOK_SECONDS)
        one_core.look()


def _start_children_apart(one_core: OneCore) -> None:
    start = subprocess.Popen._execute_child  # type: ignore[attr-defined]

    def start_apart(self: subprocess.Popen[Any], *args: Any, **kwargs: Any) -> Any:
        with one_core.apart():
            return start(self, *args, **kwargs)

    subprocess.Popen._execute_child = start_apart  # type: ignore[attr-defined]


ADJUSTMENT = Adjustment("one-core", {}, begin=_start)
