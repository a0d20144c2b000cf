"""Functions on LocalStack with our corrections, and on LocalStack as released."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

import pytest

from tests.emulator import deployed
from tests.emulator.deployed import Cloud

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from localdev.engines import EmbeddedEngine
    from tests.emulator.deployed import MakeDeployed


@pytest.fixture(scope="session")
def cloud(corrected_engine: EmbeddedEngine) -> Cloud:
    """The corrected LocalStack."""
    return Cloud(corrected_engine.endpoint_url)


@pytest.fixture
def deploy(cloud: Cloud) -> Iterator[MakeDeployed]:
    """Create functions on the corrected LocalStack; every one is deleted at the end of the test."""
    yield from _deploying(cloud)


@pytest.fixture
def deploy_as_released(released_engine: EmbeddedEngine) -> Iterator[MakeDeployed]:
    """Create functions on LocalStack as released."""
    yield from _deploying(Cloud(released_engine.endpoint_url))


def _deploying(cloud: Cloud) -> Iterator[MakeDeployed]:
    functions: list[deployed.Function] = []

    def make(source: str | Mapping[str, str | bytes] | None = None, **options: Any) -> deployed.Function:
        function = deployed.create(cloud, source, **options)
        functions.append(function)
        return function

    yield make
    for function in functions:
        with contextlib.suppress(function.client.exceptions.ResourceNotFoundException):
            function.client.delete_function(FunctionName=function.name)
