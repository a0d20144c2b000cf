"""Functions and APIs that several tests use; no test changes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.corrections import web
from tests.corrections.apigatewayv2.http_api import HttpApi

if TYPE_CHECKING:
    from localdev.engines import EmbeddedEngine
    from localdev.engines.clients import Clients


@pytest.fixture(scope="session")
def echo(aws: Clients) -> str:
    """Provide a function that answers with its event."""
    return web.function(aws, web.SAY_THE_EVENT)


@pytest.fixture(scope="session")
def scripted(aws: Clients) -> str:
    """Provide a function whose result the request's body says."""
    return web.function(aws, web.SAY_WHAT_IS_ASKED)


@pytest.fixture
def api(aws: Clients, corrected_engine: EmbeddedEngine) -> HttpApi:
    """Provide an API without routes."""
    return HttpApi(aws, corrected_engine.endpoint_url)
