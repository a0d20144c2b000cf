"""A function's URL takes no TRACE: whoever asks with it whether the URL is there runs nothing."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any

from localstack_corrections.correction import Correction

if TYPE_CHECKING:
    from types import ModuleType


def _patch(module: ModuleType) -> None:
    router = module.FunctionUrlRouter
    invoke = router.handle_lambda_url_invocation

    @wraps(invoke)
    def handle_lambda_url_invocation(self: Any, request: Any, api_id: str, region: str, **url_params: str) -> Any:
        if request.method == "TRACE" and _is_there(module, api_id, region):
            return module.Response('{"Message":"Method Not Allowed"}', 405, mimetype="application/json")
        return invoke(self, request, api_id, region, **url_params)

    router.handle_lambda_url_invocation = handle_lambda_url_invocation


def _is_there(module: Any, api_id: str, region: str) -> bool:
    return any(
        url.url_id.lower() == api_id.lower()
        for store in module.lambda_stores.values()
        for function in store[region].functions.values()
        for url in function.function_url_configs.values()
    )


FUNCTION_URL_METHODS = Correction(
    name="function-url-methods",
    localstack="Invokes the function with TRACE.",
    aws="A function's URL takes the methods that its CORS settings can name; TRACE is none.",
    source="https://docs.aws.amazon.com/lambda/latest/api/API_Cors.html",
    patches={"localstack.services.lambda_.urlrouter": _patch},
)
