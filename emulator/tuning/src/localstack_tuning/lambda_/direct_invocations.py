"""API Gateway, of both kinds, and Step Functions hand an invocation to Lambda as a function call.

Both make a boto3 client call, serialised, sent over HTTP through the gateway and parsed on both sides, to reach a
method in the same process: 10 to 20 ms each way under load. Errors are the same ones, from the same serialiser.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from localstack_tuning.adjustment import Adjustment

if TYPE_CHECKING:
    from types import ModuleType


def _from_step_functions(module: ModuleType) -> None:
    from localstack.utils.strings import to_bytes

    from localstack_tuning.gateway.service_calls import call_with_id, internal_calls_are_logged

    invoke_through_client = module._invoke_lambda_function

    def invoke(parameters: dict[str, Any], region: str, state_credentials: Any) -> dict[str, Any]:
        if internal_calls_are_logged():
            return invoke_through_client(parameters=parameters, region=region, state_credentials=state_credentials)  # type: ignore[no-any-return]
        request = {**parameters, "Payload": io.BytesIO(to_bytes(parameters.get("Payload") or b""))}
        account = state_credentials.role_arn.split(":")[4]
        response, request_id = call_with_id("lambda", "Invoke", request, account=account, region=region)
        payload = to_bytes(response.get("Payload") or b"")
        members = {name: response[name] for name in _MEMBERS if name in response}
        about = {"RequestId": request_id, "HTTPStatusCode": response.get("StatusCode", 200)}
        return {"ResponseMetadata": about, **members, "Payload": module._from_payload(io.BytesIO(payload))}

    module._invoke_lambda_function = invoke  # type: ignore[attr-defined]


def _from_api_gateway(module: ModuleType) -> None:
    from localstack.constants import DEFAULT_AWS_ACCOUNT_ID
    from localstack.utils.aws.arns import extract_region_from_arn
    from localstack.utils.aws.client_types import ServicePrincipal
    from localstack.utils.strings import to_bytes

    from localstack_tuning.gateway.service_calls import call, internal_calls_are_logged

    integration = module.RestApiAwsProxyIntegration
    call_through_client = integration.call_lambda

    def call_lambda(function_arn: str, event: bytes, source_arn: str, credentials: str | None = None) -> bytes:
        if credentials or internal_calls_are_logged():
            return call_through_client(function_arn, event, source_arn, credentials)  # type: ignore[no-any-return]
        response = call(
            "lambda",
            "Invoke",
            {"FunctionName": function_arn, "Payload": io.BytesIO(event), "InvocationType": "RequestResponse"},
            account=DEFAULT_AWS_ACCOUNT_ID,
            region=extract_region_from_arn(function_arn),
            service_principal=ServicePrincipal.apigateway,
            source_arn=source_arn,
        )
        payload: bytes = to_bytes(response.get("Payload") or b"")
        return payload

    integration.call_lambda = staticmethod(call_lambda)


def _from_http_apis(module: ModuleType) -> None:
    from localstack.utils.aws.client_types import ServicePrincipal

    from localstack_tuning.gateway.service_calls import call, internal_calls_are_logged

    call_through_client = module.call

    def call_directly(
        service: str, operation: str, parameters: dict[str, Any], *, account: str, region: str, source_arn: str
    ) -> dict[str, Any]:
        directly = service in _OWN_PROVIDERS and not internal_calls_are_logged()
        chosen = call if directly else call_through_client
        internal = {} if chosen is call_through_client else {"service_principal": ServicePrincipal.apigateway}
        response: dict[str, Any] = chosen(
            service, operation, parameters, account=account, region=region, source_arn=source_arn, **internal
        )
        return response

    module.call = call_directly  # type: ignore[attr-defined]


_MEMBERS = ("StatusCode", "FunctionError", "LogResult", "ExecutedVersion")
"""Of the response, in the order in which a client has them: a history shows them so."""
_OWN_PROVIDERS = frozenset({"events", "lambda", "sqs", "stepfunctions"})
"""Served by LocalStack itself: who hands a request on, as Kinesis does, needs one with headers."""
_STEP_FUNCTIONS = "localstack.services.stepfunctions.asl.component.state.state_execution.state_task.lambda_eval_utils"
_API_GATEWAY = "localstack.services.apigateway.next_gen.execute_api.integrations.aws"
_HTTP_APIS = "localstack_corrections.apis.service_calls"

ADJUSTMENT = Adjustment(
    "direct-invocations",
    {_STEP_FUNCTIONS: _from_step_functions, _API_GATEWAY: _from_api_gateway, _HTTP_APIS: _from_http_apis},
)
