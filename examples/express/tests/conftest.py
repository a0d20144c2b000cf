"""An emulator with the example's stack."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from examples.express.app import STACK, make_app
from localdev.deployment import cdk
from localdev.deployment.stack import reachable_api_url
from localdev.engines import EmbeddedEngine
from localdev.system.processes import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="session")
def engine() -> Iterator[EmbeddedEngine]:
    """An emulator of these tests' own."""
    engine = EmbeddedEngine(free_port(), ends_with_us=True)
    engine.start()
    yield engine
    engine.stop()


@pytest.fixture(scope="session")
def outputs(engine: EmbeddedEngine, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The outputs of the deployed stack."""
    assembly: Path = tmp_path_factory.mktemp("cdk.out")
    make_app(str(assembly)).synth()
    return cdk.deploy(engine, assembly, STACK)[STACK]


@pytest.fixture(scope="session")
def url(engine: EmbeddedEngine, outputs: dict[str, str]) -> str:
    """The address to which orders are posted."""
    return f"{reachable_api_url(outputs['ApiUrl'], engine.endpoint_url)}/orders"
