"""REST APIs: flush the results of Lambda authorizers that a stage keeps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from localstack_corrections.correction import Correction

if TYPE_CHECKING:
    from types import ModuleType

_PROVIDER = "localstack.services.apigateway.next_gen.provider"


def _add_operation(module: ModuleType) -> None:
    from localstack.aws.api import handler

    provider = module.ApigatewayNextGenProvider

    @handler("FlushStageAuthorizersCache", expand=False)
    def flush_stage_authorizers_cache(_self: Any, context: Any, request: dict[str, Any]) -> None:
        from localstack_corrections.apigateway.rest_authorizers import RESULTS

        api = module.get_moto_rest_api(context, request["restApiId"])
        if request["stageName"] not in api.stages:
            raise module.NotFoundException("Invalid stage identifier specified")
        RESULTS.clear()

    provider.flush_stage_authorizers_cache = flush_stage_authorizers_cache


CORRECTION = Correction(
    name="authorizer-cache",
    localstack="Has no FlushStageAuthorizersCache.",
    aws="Forgets a stage's authorizer results, so that the next request asks its authorizer.",
    source="https://docs.aws.amazon.com/apigateway/latest/api/API_FlushStageAuthorizersCache.html",
    patches={_PROVIDER: _add_operation},
)
