"""Make clients of an account and region of an engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from localdev.system.project import DEFAULT_ACCOUNT, REGION

if TYPE_CHECKING:
    from localdev.engines import Engine
    from localdev.engines.clients import Clients


def is_default(engine: Engine, account: str, region: str) -> bool:
    """Return whether that is where the engine's own clients are; a person's account is one place."""
    return (account, region) == (DEFAULT_ACCOUNT, REGION) or engine.kind.is_account


def clients_at(engine: Engine, account: str, region: str) -> Clients:
    """Return the engine's own clients for its default place, and new ones for any other."""
    endpoint = engine.endpoint_url
    if endpoint is None or is_default(engine, account, region):
        return engine.clients()
    from localdev.engines.clients import Clients  # boto3 is half a second

    return Clients(endpoint, account, region)
