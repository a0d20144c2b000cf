"""Functions and APIs that several tests use."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.corrections import web
from tests.corrections.apigateway.rest_api import RestApi

if TYPE_CHECKING:
    from localdev.engines import EmbeddedEngine
    from localdev.engines.clients import Clients


@pytest.fixture(scope="session")
def echo(aws: Clients) -> str:
    """Provide a function that answers with its event."""
    return web.function(aws, web.SAY_THE_EVENT)


@pytest.fixture
def api(aws: Clients, corrected_engine: EmbeddedEngine) -> RestApi:
    """Provide an API without methods."""
    return RestApi(aws, corrected_engine.endpoint_url)


@pytest.fixture
def released_api(released: Clients, released_engine: EmbeddedEngine) -> RestApi:
    """Provide an API of LocalStack as released."""
    return RestApi(released, released_engine.endpoint_url)
