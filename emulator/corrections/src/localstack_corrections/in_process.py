"""Backends of moto, called in LocalStack's own process in place of a server that would be downloaded."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

PROTOCOL = "json"
"""What moto understands; some SDKs send CBOR to Kinesis."""


class InProcessBackend:
    """A request handler of LocalStack that hands each request to moto, one at a time.

    moto changes its state without locks. One request at a time makes conditional writes and transactions atomic.
    """

    def __init__(
        self,
        before: Callable[[Any, dict[str, Any]], None] | None = None,
        after: Callable[[Any], None] | None = None,
    ) -> None:
        """Create a backend.

        :param before: is called with each request's context and content, and may refuse it
        :param after: is called with its context when moto has answered it
        """
        self._lock = threading.RLock()
        self._before = before
        self._after = after

    def __call__(self, context: Any, service_request: Any = None) -> Any:
        """Return moto's response to a request, which may be given in place of the one that came in."""
        from localstack.services.moto import call_moto, call_moto_with_request

        if self._before:
            self._before(context, service_request or context.service_request or {})
        if service_request is None and context.protocol != PROTOCOL:
            service_request = context.service_request
        with self._lock:
            if service_request is None:
                response = call_moto(context)
            else:
                response = call_moto_with_request(_as_json(context), service_request)
        if self._after:
            self._after(context)
        return response

    def exclusive(self) -> threading.RLock:
        """Return the lock that requests hold, for work on moto's state that is no request."""
        return self._lock


def _as_json(context: Any) -> Any:
    if context.protocol == PROTOCOL:
        return context
    import copy

    translated = copy.copy(context)
    translated.protocol = PROTOCOL
    return translated


def dispatch_in_process(module: Any, service: str, backend_of: Callable[[Any], Any]) -> None:
    """Give one service's provider a backend in this process, instead of the HTTP server it forwards to.

    :param module: ``localstack.services.providers``
    :param backend_of: returns the request handler for a provider, or ``None`` to leave it as it is
    """
    from localstack.aws.forwarder import ForwardingFallbackDispatcher

    original = module.HttpFallbackDispatcher

    def dispatcher(provider: Any, forward_url: Any) -> Any:
        backend = backend_of(provider) if provider.service == service else None
        return ForwardingFallbackDispatcher(provider, backend) if backend else original(provider, forward_url)

    module.HttpFallbackDispatcher = dispatcher
