"""Put a step into the chain of handlers that answers a request to a REST API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

GATEWAY = "localstack.services.apigateway.next_gen.execute_api.gateway"
"""The module with the chain."""


def step_before(place: str, load: Callable[[], Callable[[Any], None]]) -> Callable[[ModuleType], None]:
    """Return a patch that runs a step before the handler ``place``; several come in the order of their corrections.

    ``load`` imports the step when the first REST API is served. The step takes the context of the invocation, and
    raises one of LocalStack's gateway exceptions to refuse it.
    """

    def patch(gateway: ModuleType) -> None:
        init = gateway.RestApiGateway.__init__

        def with_step(self: Any) -> None:
            init(self)
            step = load()

            def handler(_chain: Any, context: Any, _response: Any) -> None:
                step(context)

            self.request_handlers.insert(self.request_handlers.index(getattr(gateway.handlers, place)), handler)

        gateway.RestApiGateway.__init__ = with_step

    return patch


def method_arn(context: Any) -> str:
    """Return the ARN of a request, which policies are evaluated on."""
    path = context.invocation_request["path"]
    method = context.invocation_request["http_method"]
    place = f"{context.region}:{context.account_id}:{context.api_id}/{context.stage}"
    return f"arn:aws:execute-api:{place}/{method}{path if path.startswith('/') else f'/{path}'}"
