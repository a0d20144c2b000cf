"""Waiting is on a condition, with a deadline."""

from __future__ import annotations

import pytest

from localdev.system.errors import LocaldevError
from localdev.system.waiting import WaitTimeoutError, wait_until


def test_the_first_value_that_is_not_none_ends_the_wait() -> None:
    answers = iter([None, None, 0])

    assert wait_until(lambda: next(answers), what="an answer", seconds=5) == 0


def test_a_deadline_that_passes_names_what_was_waited_for() -> None:
    with pytest.raises(WaitTimeoutError) as failure:
        wait_until(lambda: None, what="the oven to be hot", seconds=0.02, hint="switch it on.")

    assert str(failure.value) == "Timed out after 0.02 s waiting for the oven to be hot.\nHint: switch it on."


def test_a_probe_that_knows_better_ends_the_wait_with_its_own_error() -> None:
    def probe() -> None:
        raise LocaldevError("the oven has exploded")

    with pytest.raises(LocaldevError, match="exploded"):
        wait_until(probe, what="the oven to be hot", seconds=5)
