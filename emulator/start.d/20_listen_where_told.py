"""Listen on the addresses of ``GATEWAY_LISTEN`` and on no other.

LocalStack 4.14 hands only the port of an IPv4 address to its server, which then listens on every interface of the
machine (``localstack.runtime.server.twisted``, "TODO: interface = host?"). The emulator takes any credentials: on an
open interface it would be anybody's on the network. Runs before the server is registered.
"""

from typing import TYPE_CHECKING, Any

from localstack import config
from localstack.runtime.server import twisted
from twisted.internet import endpoints

if TYPE_CHECKING:
    from collections.abc import Callable

HOSTS = {address.port: address.host for address in config.GATEWAY_LISTEN}


class BoundEndpoints:
    """The module ``twisted.internet.endpoints`` with an IPv4 endpoint that knows its interface."""

    TCP6ServerEndpoint = endpoints.TCP6ServerEndpoint

    @staticmethod
    def TCP4ServerEndpoint(reactor: Any, port: int) -> Any:  # noqa: N802 - the name it stands in for
        """Listen on the host that the port was configured with."""
        make: Callable[..., Any] = endpoints.TCP4ServerEndpoint
        return make(reactor, port, interface=HOSTS[port])


twisted.endpoints = BoundEndpoints
