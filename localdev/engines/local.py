"""Share what the engines on this machine have in common: a loopback endpoint, and dummy credentials."""

from __future__ import annotations

import json
from contextlib import closing
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from localdev.system.child_environment import tool_environment
from localdev.system.endpoints import loopback_endpoint
from localdev.system.errors import LocaldevError

if TYPE_CHECKING:
    from localdev.engines.clients import Clients

_REQUEST_SECONDS = 2.0
LOOK_SECONDS = 0.04
"""How often an emulator that starts is asked whether it is ready, the same for every engine."""


class PortTakenError(LocaldevError):
    """Somebody else listens on the port the emulator was to have."""


class LocalEngine:
    """An emulator at an endpoint of this machine."""

    def __init__(self, endpoint_url: str, stack_name: str | None = None) -> None:
        """Name the endpoint. :raises LocaldevError: it is not of this machine."""
        self.endpoint_url = loopback_endpoint(endpoint_url)
        self.stack_name = stack_name

    @property
    def where(self) -> str:
        """The endpoint."""
        return self.endpoint_url

    def tool_environment(self) -> dict[str, str]:
        """Return this endpoint, dummy credentials, and nothing of the person's."""
        return tool_environment(self.endpoint_url)

    def services(self) -> frozenset[str] | None:
        """Return ``None``: LocalStack as it is started here has all its services."""
        return None

    def remember(self) -> None:
        """Write nothing down: the stack's name is always the same."""

    def forget(self) -> None:
        """Do nothing: there was nothing to remember."""

    def clients(self) -> Clients:
        """Return boto3 clients with dummy credentials."""
        # half a second of every command, also of those that need none
        from localdev.engines.clients import Clients

        return Clients(self.endpoint_url)


def is_ready(endpoint_url: str) -> bool | None:
    """Return whether LocalStack serves requests and its init hooks have run: ``True``, or ``None`` while it does not.

    https://docs.localstack.cloud/aws/capabilities/config/initialization-hooks/

    :raises LocaldevError: a hook has failed, so that it never will.
    """
    # not urllib3, and not before it is needed: what starts an emulator would start it later by as long as this imports
    import http.client

    parts = urlsplit(endpoint_url)
    make = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    with closing(make(parts.netloc, timeout=_REQUEST_SECONDS)) as connection:
        try:
            connection.request("GET", "/_localstack/init/ready")
            status = json.load(connection.getresponse())
        except (OSError, http.client.HTTPException, ValueError):
            return None
    for script in status.get("scripts", []):
        if script["state"] == "ERROR":
            raise LocaldevError(f"LocalStack's init hook {script['name']} failed")
    return True if status.get("completed") else None
