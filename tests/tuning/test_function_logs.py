"""Test whether a function's log thread has lines to write, by which the order of the lines is kept."""

from queue import Empty

import pytest

from localstack_tuning.lambda_.function_logs import _Items


def test_a_queue_that_nothing_was_put_into_is_idle() -> None:
    assert _Items().is_idle


def test_a_queue_is_busy_from_putting_an_item_until_its_thread_comes_back_for_the_next() -> None:
    items = _Items()

    items.put("lines")
    waiting = items.is_idle
    items.get()
    being_written = items.is_idle
    items.put("more lines")
    items.get()

    assert (waiting, being_written, items.is_idle) == (False, False, False)


def test_a_queue_whose_thread_waits_for_more_is_idle() -> None:
    items = _Items()
    items.put("lines")
    items.get()

    with pytest.raises(Empty):
        items.get(block=False)

    assert items.is_idle
