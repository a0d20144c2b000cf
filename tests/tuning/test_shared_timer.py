"""One thread for the timers of all execution environments."""

from __future__ import annotations

import threading
import time

from localstack_tuning.lambda_.shared_timer import SharedTimer

_SECONDS = 5.0


def test_a_timer_fires_once_after_its_interval() -> None:
    fired = threading.Event()
    started = time.monotonic()
    SharedTimer(0.05, fired.set).start()
    assert fired.wait(_SECONDS)
    assert time.monotonic() - started >= 0.05


def test_timers_fire_in_the_order_in_which_they_are_due() -> None:
    order: list[int] = []
    done = threading.Event()
    SharedTimer(0.3, done.set).start()
    SharedTimer(0.2, lambda: order.append(2)).start()
    SharedTimer(0.1, lambda: order.append(1)).start()
    assert done.wait(_SECONDS)
    assert order == [1, 2]


def test_a_cancelled_timer_never_fires() -> None:
    fired, later = threading.Event(), threading.Event()
    timer = SharedTimer(0.05, fired.set)
    timer.start()
    timer.cancel()
    timer.cancel()
    SharedTimer(0.15, later.set).start()
    assert later.wait(_SECONDS)
    assert not fired.is_set()


def test_one_that_was_not_started_can_be_cancelled() -> None:
    SharedTimer(0, lambda: None).cancel()


def test_one_that_takes_long_holds_up_no_other() -> None:
    blocked, other = threading.Event(), threading.Event()
    SharedTimer(0.01, lambda: blocked.wait(_SECONDS) and None).start()
    SharedTimer(0.02, other.set).start()
    assert other.wait(_SECONDS)
    blocked.set()


def test_a_hundred_thousand_cancelled_timers_are_not_kept() -> None:
    from localstack_tuning.lambda_ import shared_timer

    for _ in range(100_000):
        timer = SharedTimer(600, lambda: None)
        timer.start()
        timer.cancel()
    assert len(shared_timer._CLOCK._due) < 1000
