"""The machine's clock is set back by an hour while the emulator waits."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from localdev.system import project

_PROGRAM = Path(__file__).parent / "clock_set_back.py"


def _found(which: str) -> dict[str, Any]:
    result = subprocess.run(
        [project.EMULATOR_PYTHON, _PROGRAM, which], capture_output=True, text=True, check=True, timeout=120
    )
    found: dict[str, Any] = json.loads(result.stdout.splitlines()[-1])
    return found


@pytest.fixture(scope="module")
def corrected() -> dict[str, Any]:
    """What LocalStack does with the correction."""
    return _found("corrected")


@pytest.fixture(scope="module")
def released() -> dict[str, Any]:
    """What LocalStack does without it."""
    return _found("released")


def test_a_message_is_seen_again_after_its_time_and_comes_before_a_later_one(corrected: dict[str, Any]) -> None:
    assert corrected["messages"] == [True, True]


def test_a_long_poll_ends_in_its_time(corrected: dict[str, Any]) -> None:
    assert corrected["long_poll"] <= 0.05


def test_a_periodic_task_is_run_when_it_is_due(corrected: dict[str, Any]) -> None:
    assert corrected["periodic_task"] == 0


def test_a_wait_state_waits_once(corrected: dict[str, Any]) -> None:
    assert corrected["wait_state"] == [1]


def test_localstack_as_released_waits_an_hour_longer(released: dict[str, Any]) -> None:
    assert released["messages"] == [False, False]
    assert released["long_poll"] > 3000
    assert released["periodic_task"] > 3000
    assert released["wait_state"][1] > 3000
