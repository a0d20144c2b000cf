"""LocalStack with our corrections, and LocalStack as released, each started by the first test that needs it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from localdev.engines import EmbeddedEngine
from localdev.system.processes import free_port
from localdev.testing.lifeline import LIFELINE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from localdev.engines.clients import Clients


def _started(**settings: str) -> Iterator[EmbeddedEngine]:
    engine = EmbeddedEngine(free_port(), ends_with_us=True, settings=settings)
    engine.start()
    try:
        with LIFELINE.held_to(engine):
            yield engine
    finally:
        engine.stop()


@pytest.fixture(scope="session")
def corrected_engine() -> Iterator[EmbeddedEngine]:
    """LocalStack as our users have it."""
    yield from _started()


@pytest.fixture(scope="session")
def released_engine() -> Iterator[EmbeddedEngine]:
    """LocalStack without corrections, which shows that a correction changes what it says it changes."""
    yield from _started(CORRECTIONS="0")


@pytest.fixture(scope="session")
def aws(corrected_engine: EmbeddedEngine) -> Clients:
    """Clients of the corrected LocalStack."""
    return corrected_engine.clients()


@pytest.fixture(scope="session")
def released(released_engine: EmbeddedEngine) -> Clients:
    """Clients of LocalStack as released."""
    return released_engine.clients()
