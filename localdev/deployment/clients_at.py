"""Make clients of an account and region of an engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from localdev.system.project import DEFAULT_ACCOUNT, REGION

if TYPE_CHECKING:
    from localdev.engines import Engine
    from localdev.engines.clients import Clients


def clients_at(engine: Engine, account: str, region: str) -> Clients:
    """Return the engine's own clients for its default place and in a person's account, which is one place; else new."""
    endpoint = engine.endpoint_url
    if (account, region) == (DEFAULT_ACCOUNT, REGION) or endpoint is None or engine.kind.is_account:
        return engine.clients()
    from localdev.engines.clients import Clients  # boto3 is half a second

    return Clients(endpoint, account, region)
