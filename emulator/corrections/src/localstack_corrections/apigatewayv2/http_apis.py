"""HTTP APIs: their requests come through the same routes as those to REST APIs."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from localstack_corrections.apigatewayv2 import plugins, registry
from localstack_corrections.apis import domain_names
from localstack_corrections.correction import Correction

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType


def _serve_http_apis(router: ModuleType) -> None:
    serve_rest_api = router.ApiGatewayEndpoint.__call__

    def serve(self: Any, request: Any, **arguments: Any) -> Any:
        api = registry.find(arguments.get("api_id") or "")
        if api is None:
            return serve_rest_api(self, request, **arguments)
        from localstack_corrections.apigatewayv2.gateway import answer

        return answer(api, request)

    router.ApiGatewayEndpoint.__call__ = serve
    domain_names.add_kind(_answerer)


def _answerer(api_id: str) -> Callable[[Any, domain_names.Mapped], Any] | None:
    api = registry.find(api_id)
    if api is None:
        return None
    from localstack_corrections.apigatewayv2.gateway import answer

    return partial(answer, api)


CORRECTION = Correction(
    name="http-apis",
    localstack="Refuses every operation of apigatewayv2, and every AWS::ApiGatewayV2 resource.",
    aws="Makes, deploys and serves HTTP APIs.",
    source="https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api.html",
    patches={
        "localstack.services.plugins": plugins.add_service,
        "localstack.services.cloudformation.resource_provider": plugins.add_resource_types,
        "localstack.services.apigateway.next_gen.execute_api.router": _serve_http_apis,
    },
)
