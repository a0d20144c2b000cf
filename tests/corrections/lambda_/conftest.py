"""Functions on LocalStack with our corrections, and on LocalStack as released."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.emulator.deployed import Cloud, deploying

if TYPE_CHECKING:
    from collections.abc import Iterator

    from localdev.engines import EmbeddedEngine
    from tests.emulator.deployed import MakeDeployed


@pytest.fixture(scope="session")
def cloud(corrected_engine: EmbeddedEngine) -> Cloud:
    """Provide the corrected LocalStack."""
    return Cloud(corrected_engine.endpoint_url)


@pytest.fixture
def deploy(cloud: Cloud) -> Iterator[MakeDeployed]:
    """Create functions on the corrected LocalStack; every one is deleted at the end of the test."""
    yield from deploying(cloud)


@pytest.fixture
def deploy_as_released(released_engine: EmbeddedEngine) -> Iterator[MakeDeployed]:
    """Create functions on LocalStack as released."""
    yield from deploying(Cloud(released_engine.endpoint_url))
