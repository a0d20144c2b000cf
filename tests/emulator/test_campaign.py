"""The short version of ``python -m benchmarks.campaign``: nothing is lost, doubled, wrong or left behind."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from benchmarks.campaign.full_disk import may_mount
from benchmarks.campaign.parts import PARTS
from benchmarks.campaign.workload import Target, target

if TYPE_CHECKING:
    from collections.abc import Iterator

_SECONDS = 4.0


@pytest.fixture(scope="module")
def emulator() -> Iterator[Target]:
    """Provide an emulator with a workflow on it, which is to be disturbed."""
    with target() as emulator:
        yield emulator


@pytest.mark.timeout(120)
@pytest.mark.parametrize("part", PARTS)
def test_no_execution_is_lost_doubled_or_wrong_and_nothing_is_left(emulator: Target, part: str) -> None:
    if part == "full-disk" and not may_mount():
        pytest.skip("this user may not mount a file system")

    outcome = PARTS[part](emulator, _SECONDS)

    assert outcome.is_clean, outcome
    assert outcome.started > 0
    assert part == "soak" or outcome.notes.get("disturbed", 0) > 0, outcome
