"""Time that passes evenly, for what LocalStack waits for: a clock that is set is no reason to wait longer."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final

from localstack_corrections.correction import Correction

if TYPE_CHECKING:
    from types import ModuleType

_CLOCK: Final = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
"""It also passes while a laptop sleeps; CLOCK_MONOTONIC does so on macOS."""


class SteadyTime:
    """The module ``time``, whose time of day nobody sets: it is the machine's when this is made, and goes on evenly."""

    def __init__(self) -> None:
        self._behind = time.time() - time.clock_gettime(_CLOCK)

    def time(self) -> float:
        """Return the seconds since the epoch."""
        return time.clock_gettime(_CLOCK) + self._behind

    def __getattr__(self, name: str) -> Any:
        return getattr(time, name)


STEADY: Final = SteadyTime()
"""One for all: what one module has written down, another compares."""


def _count_evenly(module: ModuleType) -> None:
    module.time = STEADY  # type: ignore[attr-defined]


STEADY_CLOCK = Correction(
    "steady-clock",
    "Measures by the time of day: with a clock that is set back by an hour, a Wait state, an invisible message, a long"
    " poll of a queue and every periodic task last an hour longer, and a FIFO queue hands out new messages first.",
    "Measures the time that passes, whatever the clock is set to.",
    "https://docs.python.org/3/library/time.html#time.monotonic; tests set the clock back",
    {
        "localstack.utils.scheduler": _count_evenly,
        "localstack.services.sqs.models": _count_evenly,
        "localstack.services.sqs.provider": _count_evenly,
        "localstack.services.sqs.queue": _count_evenly,
        "localstack.services.stepfunctions.asl.component.state.state_wait.wait_function.wait_function": _count_evenly,
    },
)
