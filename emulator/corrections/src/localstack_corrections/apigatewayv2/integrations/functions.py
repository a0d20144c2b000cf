"""Lambda integrations."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from localstack_corrections.apigatewayv2 import service_calls
from localstack_corrections.apigatewayv2.events import event
from localstack_corrections.apigatewayv2.integrations import with_stage_variables
from localstack_corrections.apigatewayv2.integrations.time_limit import TooLongError, at_most
from localstack_corrections.apigatewayv2.invocation import HttpApiError
from localstack_corrections.apigatewayv2.results import answer_from

if TYPE_CHECKING:
    from localstack_corrections.apigatewayv2.invocation import Answer, Invocation

_THROTTLED = frozenset({"TooManyRequestsException", "ThrottlingException"})


def function_arn(uri: str, variables: dict[str, str]) -> str:
    """Return the function's ARN of an integration's or authorizer's URI, which may be the ARN itself.

    :raises HttpApiError: there is none in it.
    """
    arn = with_stage_variables(uri, variables)
    if "/functions/" in arn:
        arn = arn.split("/functions/", 1)[1].removesuffix("/invocations")
    if arn.count(":") < 6 or ":lambda:" not in arn:
        raise HttpApiError(500, "Internal Server Error", reason=f"{uri} is no function's ARN")
    return arn


def call(invocation: Invocation, integration: dict[str, Any]) -> Answer:
    """Return the answer that the function's result describes.

    :raises HttpApiError: it failed, took too long, is throttled or gone, or its result is malformed.
    """
    version = str(integration.get("payloadFormatVersion") or "1.0")
    arn = function_arn(integration.get("integrationUri") or "", invocation.serving.variables)
    payload = json.dumps(event(invocation, version), separators=(",", ":"), ensure_ascii=False).encode()
    limit = int(integration.get("timeoutInMillis") or 30_000) / 1000
    try:
        result, failed = invoke(arn, payload, invocation.source_arn(), limit)
    except TooLongError as error:
        raise HttpApiError(503, "Service Unavailable", reason="The integration timed out") from error
    except ClientError as error:
        raise _refused(error) from error
    invocation.said["integration.integrationStatus"] = 200
    if failed:
        raise HttpApiError(500, "Internal Server Error", reason=f"The function failed: {result.decode()[:1000]}")
    return answer_from(result, version)


def _refused(error: ClientError) -> HttpApiError:
    code, message = error.response["Error"].get("Code", ""), error.response["Error"].get("Message", "")
    if code in _THROTTLED:
        return HttpApiError(503, "Service Unavailable", reason=message)
    return HttpApiError(500, "Internal Server Error", reason=message)


def invoke(arn: str, payload: bytes, source_arn: str, limit: float) -> tuple[bytes, bool]:
    """Return the function's result, and whether it failed; ``limit`` is in seconds.

    :raises TooLongError: the function goes on for longer than the limit.
    :raises ClientError: Lambda did not invoke it.
    """

    def invoke_now() -> tuple[bytes, bool]:
        _, _, _, region, account, *_ = arn.split(":")
        response = service_calls.call(
            "lambda",
            "Invoke",
            {"FunctionName": arn, "Payload": io.BytesIO(payload), "InvocationType": "RequestResponse"},
            account=account,
            region=region,
            source_arn=source_arn,
        )
        return _read(response.get("Payload")), bool(response.get("FunctionError"))

    # a thread of its own only for a function that may outlast the limit: it costs time
    return invoke_now() if ends_before(arn, limit) else at_most(limit, invoke_now)


def _read(payload: Any) -> bytes:
    if payload is None:
        return b""
    if hasattr(payload, "read"):
        return bytes(payload.read())
    if isinstance(payload, str):
        return payload.encode()
    return payload if isinstance(payload, bytes) else b"".join(payload)


def ends_before(arn: str, limit: float) -> bool:
    """Return whether Lambda ends the function before the limit by itself."""
    from localstack.services.lambda_.invocation.models import lambda_stores

    _, _, _, region, account, _, name, *qualifier = arn.split(":")
    try:
        function = lambda_stores[account][region].functions[name]
        version = function.versions.get(qualifier[0] if qualifier else "$LATEST") or function.versions["$LATEST"]
        return bool(version.config.timeout < limit)
    except (KeyError, AttributeError):
        return False
