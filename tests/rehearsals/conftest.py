"""An emulator of these tests' own, and its control API."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from localdev.engines import EmbeddedEngine
from localdev.system.processes import free_port
from tests.rehearsals.rehearsing import Rehearsing

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def rehearsing() -> Iterator[Rehearsing]:
    """Provide what starts rehearsed executions on a LocalStack as our users have it."""
    engine = EmbeddedEngine(free_port(), ends_with_us=True)
    engine.start()
    try:
        yield Rehearsing(engine)
    finally:
        engine.stop()
