"""Test which idle environments are given back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from localstack_corrections.lambda_.idle_environments import KEPT, Idle

NOW = datetime(2026, 11, 28, 12)  # noqa: DTZ001 - as LocalStack's


@dataclass(eq=False)
class Environment:
    """What LocalStack knows of an execution environment."""

    status: Any
    initialization_type: str
    last_returned: datetime


class Clock:
    """A clock that a test turns."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    """Provide the steady clock."""
    return Clock()


@pytest.fixture
def idle(clock: Clock) -> Idle:
    """Provide what looks for spare environments."""
    return Idle(clock)


def environment(returned: datetime | None = NOW, *, status: str = "READY", kind: str = "on-demand") -> Any:
    never = datetime.min  # noqa: DTZ901 - as LocalStack's
    return Environment(SimpleNamespace(name=status), kind, returned or never)


def test_all_but_the_newest_are_given_back_after_their_time(clock: Clock, idle: Idle) -> None:
    environments: list[Any] = []
    for _ in range(10):
        environments.append(environment())
        idle.spare(environments, 60)
        clock.now += 1

    clock.now = 1000.0 + 62
    assert idle.spare(environments, 60) == environments[2::-1]
    clock.now += 60
    assert idle.spare(environments, 60) == environments[:-KEPT][::-1]


@pytest.mark.parametrize("hours", [-1, 1])
def test_a_clock_that_is_set_is_no_time_that_passes(clock: Clock, idle: Idle, hours: int) -> None:
    environments = [environment(NOW + timedelta(hours=hours * (number > 5))) for number in range(10)]
    assert idle.spare(environments, 60) == []

    clock.now += 59
    assert idle.spare(environments, 60) == []
    clock.now += 1
    assert len(idle.spare(environments, 60)) == len(environments) - KEPT


def test_one_that_has_worked_meanwhile_begins_again(clock: Clock, idle: Idle) -> None:
    environments = [environment() for _ in range(KEPT + 1)]
    idle.spare(environments, 60)
    for each in environments:
        each.last_returned = NOW + timedelta(seconds=1)

    clock.now += 60
    assert idle.spare(environments, 60) == []


def test_those_that_work_start_or_were_provisioned_stay(clock: Clock, idle: Idle) -> None:
    others = [
        each
        for _ in range(10)
        for each in (environment(None), environment(status="INVOKING"), environment(kind="provisioned-concurrency"))
    ]
    idle.spare(others, 60)

    clock.now += 900
    assert idle.spare(others, 60) == []
