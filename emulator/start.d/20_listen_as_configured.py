"""Listen on the addresses of ``GATEWAY_LISTEN`` and on no other.

LocalStack 4.14 hands only the port of an IPv4 address to its server, which then listens on every interface of the
machine (``localstack.runtime.server.twisted``, "TODO: interface = host?"). The emulator takes any credentials: on an
open interface it would be anybody's on the network. Runs before the server is registered. The server of
``emulator/tuning`` needs no telling, and importing Twisted for nothing takes half a second.
"""

from typing import TYPE_CHECKING, Any

from localstack import config

if TYPE_CHECKING:
    from collections.abc import Callable


def bind_twisted() -> None:
    """Give LocalStack's server an endpoint that knows its interface."""
    from localstack.runtime.server import twisted
    from twisted.internet import endpoints

    hosts = {address.port: address.host for address in config.GATEWAY_LISTEN}

    class BoundEndpoints:
        """The module ``twisted.internet.endpoints`` with an IPv4 endpoint that listens on its host."""

        TCP6ServerEndpoint = endpoints.TCP6ServerEndpoint

        @staticmethod
        def TCP4ServerEndpoint(reactor: Any, port: int) -> Any:  # noqa: N802 - the name it stands in for
            """Listen on the host that the port was configured with."""
            make: Callable[..., Any] = endpoints.TCP4ServerEndpoint
            return make(reactor, port, interface=hosts[port])

    twisted.endpoints = BoundEndpoints


if config.GATEWAY_SERVER == "twisted":
    bind_twisted()
