"""Set the clock back by an hour in LocalStack's environment, and say as JSON for how long it waits then.

:param argv: ``corrected``, or ``released``
"""

from __future__ import annotations

import json
import sys
import threading
import time
from importlib import import_module
from types import SimpleNamespace
from typing import Any

from localstack_corrections.process.steady_clock import STEADY_CLOCK

if sys.argv[1] == "corrected":
    STEADY_CLOCK.apply()

_HOUR = 3600
_clock = time.time
_WAIT_FUNCTION = "localstack.services.stepfunctions.asl.component.state.state_wait.wait_function.wait_function"


def _set_back() -> None:
    time.time = lambda: _clock() - _HOUR


def _set_right() -> None:
    time.time = _clock


class _LongError(Exception):
    """A wait that is far too long."""


def _messages() -> tuple[bool, bool]:
    """Return whether a message is seen again after its time, and whether a FIFO queue keeps its order."""
    models = import_module("localstack.services.sqs.models")
    first = models.SqsMessage(models.time.time(), {"MessageId": "first"})
    first.update_visibility_timeout(0)
    _set_back()
    second = models.SqsMessage(models.time.time(), {"MessageId": "second"})
    return first.is_visible, first < second


def _long_poll() -> float:
    """Return for how long a poll of 50 ms waits at most."""
    queue = import_module("localstack.services.sqs.queue").InterruptibleQueue()
    waits = []

    def wait(seconds: float) -> None:
        _set_back()
        waits.append(seconds)
        if seconds > 1:
            raise _LongError

    queue.not_empty.wait = wait
    try:
        queue.get(timeout=0.05)
    except _LongError:
        pass
    except import_module("queue").Empty:
        assert waits
    return max(waits)


def _periodic_task() -> float:
    """Return in how many seconds a task that is due now is run."""
    module = import_module("localstack.utils.scheduler")
    task = module.Scheduler().schedule(print, period=60)
    _set_back()
    return float(max(0, task.deadline - module.time.time()))


def _wait_state() -> list[float]:
    """Return the seconds that a Wait state of one second waits for, one time after the other."""
    waits: list[float] = []

    def wait(seconds: float) -> None:
        _set_back()
        waits.append(seconds)
        if len(waits) == 1:
            threading.Event().wait(seconds)

    env: Any = SimpleNamespace(program_state_event=SimpleNamespace(wait=wait), is_running=lambda: len(waits) < 2)
    import_module(_WAIT_FUNCTION).WaitFunction._wait_interval(_Anything(), env=env, wait_seconds=1)
    return waits


class _Anything:
    def _wait_interval(self, env: Any, wait_seconds: float) -> None:
        import_module(_WAIT_FUNCTION).WaitFunction._wait_interval(self, env=env, wait_seconds=wait_seconds)


_found = {}
for _measure in (_messages, _long_poll, _periodic_task, _wait_state):
    _set_right()
    _found[_measure.__name__.strip("_")] = _measure()
print(json.dumps(_found))
