"""Threads that are used again behave as new ones."""

from __future__ import annotations

import contextvars
import threading
from typing import TYPE_CHECKING

import pytest

from localdev.system.waiting import wait_until
from localstack_tuning.runtime.reused_threads import ThreadCache

if TYPE_CHECKING:
    from collections.abc import Callable

_SECONDS = 10.0
VARIABLE: contextvars.ContextVar[str] = contextvars.ContextVar("VARIABLE", default="unset")


@pytest.fixture
def cache() -> ThreadCache:
    return ThreadCache(idle_seconds=0.2)


def in_a_thread[T](cache: ThreadCache, work: Callable[[], T], name: str = "work") -> T:
    found: list[T] = []
    done = threading.Event()

    def run() -> None:
        found.append(work())
        done.set()

    cache.run(run, name)
    assert done.wait(_SECONDS)
    wait_until(lambda: True if cache._idle else None, what="the thread to wait", seconds=_SECONDS)
    return found[0]


def test_one_after_the_other_share_a_thread(cache: ThreadCache) -> None:
    assert in_a_thread(cache, threading.get_ident) == in_a_thread(cache, threading.get_ident)


def test_two_at_once_have_one_each_and_neither_waits_for_the_other(cache: ThreadCache) -> None:
    both = threading.Barrier(2, timeout=_SECONDS)
    cache.run(both.wait, "first")
    assert in_a_thread(cache, both.wait) in {0, 1}


def test_each_has_a_name_of_its_own_that_says_what_it_does(cache: ThreadCache) -> None:
    names = [in_a_thread(cache, lambda: threading.current_thread().name, "_eval") for _ in range(2)]
    assert names == ["Thread-1 (_eval)", "Thread-2 (_eval)"]


def test_each_begins_with_an_empty_context(cache: ThreadCache) -> None:
    in_a_thread(cache, lambda: VARIABLE.set("set"))
    assert in_a_thread(cache, VARIABLE.get) == "unset"


def test_one_that_raises_is_reported_and_harms_no_other(cache: ThreadCache, monkeypatch: pytest.MonkeyPatch) -> None:
    reported: list[object] = []
    monkeypatch.setattr(threading, "excepthook", lambda hook: reported.append(hook.exc_type))
    cache.run(lambda: 1 / 0, "wrong")
    wait_until(lambda: reported or None, what="the report", seconds=_SECONDS)
    assert in_a_thread(cache, lambda: "right") == "right"
    assert reported == [ZeroDivisionError]


def test_one_that_nobody_needs_ends(cache: ThreadCache) -> None:
    in_a_thread(cache, lambda: None)
    wait_until(lambda: True if not cache._idle else None, what="the thread to end", seconds=_SECONDS)
    assert in_a_thread(cache, lambda: "another") == "another"
