"""End in time: ``docker stop`` waits ten seconds, people do not.

Nothing outlives the emulator, yet LocalStack 4.14 takes four seconds to stop, most of them waiting for threads that
poll empty queues (``localstack.services.lambda_.invocation.event_manager``). What it has not done when the time is up
does not matter to anybody. Runs in the main thread, after LocalStack has set its own handlers.
"""

import os
import signal
import threading
import time
from types import FrameType

SECONDS = 0.2


def end_in_time(number: int) -> None:
    """Let LocalStack handle the signal, but not for longer than it takes."""
    handle = signal.getsignal(number)

    def limited(number: int, frame: FrameType | None) -> None:
        threading.Thread(target=_end, name="end-in-time", daemon=True).start()
        if callable(handle):
            handle(number, frame)

    signal.signal(number, limited)


def _end() -> None:
    time.sleep(SECONDS)
    os._exit(0)


for ending in (signal.SIGTERM, signal.SIGINT):
    end_in_time(ending)
