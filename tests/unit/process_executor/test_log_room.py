"""Room for what waits to be stored of a function's log."""

from __future__ import annotations

import threading
from queue import Queue
from types import SimpleNamespace
from typing import Any

from localstack_process_executor.patches.log_room import LogRoom

SECONDS = 10.0


def log(characters: int) -> Any:
    return SimpleNamespace(logs=SimpleNamespace(characters=characters))


def test_there_is_room_until_the_logs_are_too_long_together() -> None:
    queue: Queue[Any] = Queue()
    room = LogRoom(queue, most=10)
    queue.put(log(6))
    assert room.is_left()
    queue.put(log(6))
    assert not room.is_left()
    queue.get()
    assert room.is_left()


def test_who_waits_goes_on_when_a_log_is_taken() -> None:
    queue: Queue[Any] = Queue()
    room = LogRoom(queue, most=10)
    queue.put(log(20))
    waiter = threading.Thread(target=room.wait, args=(lambda: True,), daemon=True)
    waiter.start()
    waiter.join(0.05)
    assert waiter.is_alive()

    queue.get()

    waiter.join(SECONDS)
    assert not waiter.is_alive()


def test_nobody_waits_for_a_queue_that_nobody_serves() -> None:
    queue: Queue[Any] = Queue()
    room = LogRoom(queue, most=10)
    queue.put(log(20))
    room.wait(lambda: False)
    assert not room.is_left()


def test_what_ends_a_queue_takes_no_room() -> None:
    queue: Queue[Any] = Queue()
    room = LogRoom(queue, most=10)
    queue.put(object())
    assert room.is_left()
    queue.get()
    assert room.is_left()
