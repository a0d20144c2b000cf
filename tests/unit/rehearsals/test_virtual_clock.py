"""The clock of an execution, without one."""

from __future__ import annotations

import threading
import time
from functools import partial
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from localdev.system.waiting import wait_until
from localstack_rehearsals.clock import VirtualClock, current

if TYPE_CHECKING:
    from collections.abc import Callable

START = 1_000_000.0
DAY = 86_400.0


def run(clock: VirtualClock, *works: Callable[[], object]) -> list[threading.Thread]:
    workers = [clock.spawn() for _ in works]

    def be(worker: object, work: Callable[[], object]) -> None:
        with clock.working(worker):  # type: ignore[arg-type]
            work()

    pairs = zip(workers, works, strict=True)
    threads = [threading.Thread(target=be, args=pair, daemon=True) for pair in pairs]
    for thread in threads:
        thread.start()
    return threads


def waits(clock: VirtualClock, ended: list[float], *lengths: float) -> list[Callable[[], object]]:
    """Return a work for each length, which notes that it has waited so long."""

    def wait(seconds: float) -> None:
        clock.wait(seconds)
        ended.append(seconds)

    return [partial(wait, seconds) for seconds in lengths]


def join(threads: list[threading.Thread]) -> None:
    for thread in threads:
        thread.join(10)
        assert not thread.is_alive()


def test_time_passes_as_ever_while_nobody_skips_it() -> None:
    clock = VirtualClock(START)
    before = time.monotonic()
    join(run(clock, lambda: clock.wait(0.05)))
    assert time.monotonic() - before >= 0.05
    assert clock.skipped == 0


def test_a_wait_is_skipped_while_nothing_runs() -> None:
    clock = VirtualClock(START, skips_waits=True)
    join(run(clock, lambda: clock.wait(30 * DAY)))
    assert START + 30 * DAY <= clock.now() < START + 30 * DAY + 5


def test_waits_end_in_the_order_of_their_times() -> None:
    ended: list[float] = []
    clock = VirtualClock(START, skips_waits=True)
    join(run(clock, *waits(clock, ended, 300.0, 100.0, 200.0)))
    assert ended == [100.0, 200.0, 300.0]


def test_nothing_is_skipped_while_something_runs() -> None:
    clock = VirtualClock(START, skips_waits=True)
    go = threading.Event()
    threads = run(clock, lambda: go.wait(10), lambda: clock.wait(DAY))
    waiting = threads[1]
    waiting.join(0.05)
    assert waiting.is_alive()
    go.set()
    join(threads)


def test_a_thread_that_waits_for_another_does_not_run() -> None:
    clock, ended = VirtualClock(START, skips_waits=True), threading.Event()

    def work() -> None:
        clock.wait(DAY)
        ended.set()

    join(run(clock, lambda: clock.wait(None, ended), work))
    assert clock.now() >= START + DAY


def test_an_event_ends_a_wait_before_its_time() -> None:
    clock, event, found = VirtualClock(START), threading.Event(), []
    threads = run(clock, lambda: found.append(clock.wait(DAY, event)))
    event.set()
    join(threads)
    assert found == [True]
    assert clock.skipped == 0


def test_an_answer_from_outside_is_waited_for() -> None:
    clock, event = VirtualClock(START, skips_waits=True), threading.Event()
    threads = run(clock, lambda: clock.wait(DAY, event, outside=True))
    threads[0].join(0.05)
    assert threads[0].is_alive()
    event.set()
    join(threads)
    assert clock.skipped == 0


def test_a_time_out_is_skipped_to_where_that_is_wanted() -> None:
    clock, event, found = VirtualClock(START, skips_time_outs=True), threading.Event(), []
    join(run(clock, lambda: found.append(clock.wait(DAY, event, outside=True))))
    assert found == [False]


def test_advancing_ends_what_is_due_and_nothing_else() -> None:
    ended: list[float] = []
    clock = VirtualClock(START)
    threads = run(clock, *waits(clock, ended, 3600.0, 7200.0))
    assert clock.advance(5400, timeout=10)
    assert ended == [3600.0]
    assert clock.advance(1800, timeout=10)
    join(threads)
    assert ended == [3600.0, 7200.0]


def test_advancing_waits_until_what_runs_has_come_to_rest() -> None:
    clock, go = VirtualClock(START), threading.Event()
    threads = run(clock, lambda: go.wait(10))
    assert not clock.advance(10, timeout=0.05)
    go.set()
    join(threads)
    assert clock.advance(10, timeout=10)


def test_a_clock_does_not_go_back() -> None:
    with pytest.raises(ValueError, match="cannot go back"):
        VirtualClock(START).advance(-1, timeout=1)


def test_a_worker_that_was_left_alone_keeps_nobody_waiting() -> None:
    clock, go = VirtualClock(START, skips_waits=True), threading.Event()
    worker = clock.spawn()
    threading.Thread(target=lambda: go.wait(10), daemon=True).start()
    clock.leave(worker)
    join(run(clock, lambda: clock.wait(DAY)))
    go.set()


def test_a_worker_whose_environment_was_stopped_keeps_nobody_waiting() -> None:
    stopped = SimpleNamespace(stopped=True)
    clock = VirtualClock(START, skips_waits=True, is_stopped=lambda env: env.stopped)
    clock.spawn(stopped)
    join(run(clock, lambda: clock.wait(DAY)))


def test_an_alarm_rings_at_its_time_unless_it_is_cancelled() -> None:
    rung: list[float] = []
    clock, event = VirtualClock(START, skips_waits=True), threading.Event()

    def ring() -> None:
        rung.append(clock.now())
        event.set()

    clock.alarm(60, ring)
    cancelled = clock.alarm(DAY, lambda: rung.append(0))
    event.wait(10)
    cancelled.set()
    wait_until(lambda: not clock._workers or None, what="the alarms to end", seconds=10)
    assert START + 60 <= rung[0] < START + 65


def test_a_pause_ends_when_its_environment_does() -> None:
    event = threading.Event()
    env = SimpleNamespace(is_running=lambda: not event.is_set(), program_state_event=event)
    clock = VirtualClock(START)
    threads = run(clock, lambda: clock.pause(DAY, env))
    event.set()
    join(threads)


def test_a_thread_knows_its_worker_only_while_it_is_one() -> None:
    clock = VirtualClock(START)
    worker = clock.spawn()
    with clock.working(worker):
        assert current() is worker
    assert current() is None
    assert not worker.is_counted
