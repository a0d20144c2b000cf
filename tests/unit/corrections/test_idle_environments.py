"""Test which idle environments are given back."""

from __future__ import annotations

from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

from localstack_corrections.lambda_.idle_environments import KEPT, spare

NOW = datetime(2026, 11, 28, 12)  # noqa: DTZ001 - as LocalStack's


def environment(seconds_idle: float | None, *, status: str = "READY", kind: str = "on-demand") -> Any:
    never = datetime.min  # noqa: DTZ901 - as LocalStack's
    returned = never if seconds_idle is None else NOW - timedelta(seconds=seconds_idle)
    return SimpleNamespace(status=SimpleNamespace(name=status), initialization_type=kind, last_returned=returned)


def test_all_but_the_newest_are_given_back_after_their_time() -> None:
    idle = [environment(seconds) for seconds in range(100, 110)]

    assert spare(idle, NOW, 60) == idle[KEPT:]
    assert spare(idle, NOW, 105) == idle[6:]


def test_those_that_work_start_or_were_provisioned_stay() -> None:
    others = [environment(None), environment(900, status="INVOKING"), environment(900, kind="provisioned-concurrency")]

    assert spare(others * 10, NOW, 60) == []
