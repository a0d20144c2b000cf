"""TestInvokeMethod with the time it took, and TestInvokeAuthorizer."""

from __future__ import annotations

import json
from functools import wraps
from time import perf_counter
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from localstack_corrections.correction import Correction

if TYPE_CHECKING:
    from types import ModuleType

_PROVIDER = "localstack.services.apigateway.next_gen.provider"
_STAGE = "test-invoke-stage"
_MADE_UP = "Integration latency: 150 ms"
"""LocalStack's words, whatever an integration takes."""


def _milliseconds(began: float) -> int:
    return int((perf_counter() - began) * 1000)


def _measure_methods(module: ModuleType) -> None:
    provider = module.ApigatewayNextGenProvider
    invoke = provider.test_invoke_method

    @wraps(invoke)
    def test_invoke_method(self: Any, context: Any, request: Any, **options: Any) -> Any:
        began = perf_counter()
        answer = invoke(self, context, request, **options)
        answer["latency"] = _milliseconds(began)
        answer["log"] = answer["log"].replace(_MADE_UP, f"Integration latency: {answer['latency']} ms")
        return answer

    provider.test_invoke_method = test_invoke_method


def _invoke_authorizers(module: ModuleType) -> None:
    from localstack.aws.api import handler

    @handler("TestInvokeAuthorizer", expand=False)
    def test_invoke_authorizer(  # LocalStack finds the operation by this name
        _self: Any,  # noqa: PT019 - it is no test
        context: Any,
        request: dict[str, Any],
    ) -> dict[str, Any]:
        from localstack.services.apigateway.next_gen.execute_api.gateway_response import BaseGatewayException

        from localstack_corrections.apigateway.rest_authorizers import answer_of

        container = module.get_rest_api_container(context, rest_api_id=request["restApiId"])
        authorizer = container.authorizers.get(request["authorizerId"])
        if authorizer is None:
            raise module.NotFoundException("Invalid Authorizer identifier specified")
        began = perf_counter()
        try:
            answer = answer_of(_invocation(context, request), authorizer)
        except BaseGatewayException as error:
            return {"clientStatus": int(error.status_code), "log": str(error.message), "latency": _milliseconds(began)}
        return {
            "clientStatus": 200,
            "log": "Successfully completed authorizer execution",
            "latency": _milliseconds(began),
            "principalId": answer["principalId"],
            "policy": json.dumps(answer["policyDocument"], separators=(",", ":")),
        }

    module.ApigatewayNextGenProvider.test_invoke_authorizer = test_invoke_authorizer


def _invocation(context: Any, request: dict[str, Any]) -> Any:
    """Return the context of an authorizer for a request that was not sent."""
    from werkzeug.datastructures import Headers

    path, _, query = str(request.get("pathWithQueryString") or "/").partition("?")
    several = parse_qs(query, keep_blank_values=True)
    headers = Headers(request.get("headers") or {})
    for name, values in (request.get("multiValueHeaders") or {}).items():
        headers.setlist(name, values)
    return SimpleNamespace(
        account_id=context.account_id,
        region=context.region,
        api_id=request["restApiId"],
        stage=_STAGE,
        resource={"path": path},
        stage_variables=request.get("stageVariables") or {},
        context_variables={
            "identity": {"sourceIp": _STAGE},
            "stage": _STAGE,
            **(request.get("additionalContext") or {}),
        },
        invocation_request={
            "http_method": "GET",
            "path": path,
            "headers": headers,
            "query_string_parameters": {name: values[-1] for name, values in several.items()},
            "multi_value_query_string_parameters": several,
        },
    )


def _patch(module: ModuleType) -> None:
    _measure_methods(module)
    _invoke_authorizers(module)


CORRECTION = Correction(
    name="test-invocations",
    localstack="Has no TestInvokeAuthorizer, and TestInvokeMethod gives seconds and a made-up time.",
    aws="TestInvokeAuthorizer asks the authorizer; both say how many milliseconds it took.",
    source="https://docs.aws.amazon.com/apigateway/latest/api/API_TestInvokeAuthorizer.html",
    patches={_PROVIDER: _patch},
)
