"""Lambda integrations."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from botocore.exceptions import ClientError

from localstack_corrections.apigatewayv2.events import event
from localstack_corrections.apigatewayv2.invocation import HttpApiError
from localstack_corrections.apigatewayv2.mappings import changed, changes
from localstack_corrections.apigatewayv2.results import answer_from
from localstack_corrections.apis.functions import NoFunctionError, function_arn, invoke
from localstack_corrections.apis.time_limit import TooLongError

if TYPE_CHECKING:
    from localstack_corrections.apigatewayv2.invocation import Answer, Invocation

_THROTTLED = frozenset({"TooManyRequestsException", "ThrottlingException"})


def call(invocation: Invocation, integration: dict[str, Any]) -> Answer:
    """Return the answer that the function's result describes.

    :raises HttpApiError: it failed, took too long, is throttled or gone, or its result is malformed.
    """
    version = str(integration.get("payloadFormatVersion") or "1.0")
    try:
        arn = function_arn(integration.get("integrationUri") or "", invocation.serving.variables)
    except NoFunctionError as error:
        raise HttpApiError(500, "Internal Server Error", reason=str(error)) from error
    said = event(_mapped(invocation, integration), version)
    payload = json.dumps(said, separators=(",", ":"), ensure_ascii=False).encode()
    limit = int(integration.get("timeoutInMillis") or 30_000) / 1000
    try:
        result, failed = invoke(arn, payload, invocation.source_arn(), limit)
    except TooLongError as error:
        # 503 is what functions' callers report of HTTP APIs, REST APIs answer 504:
        # https://github.com/serverless/serverless/issues/11222 and https://github.com/anomalyco/sst/issues/2232
        raise HttpApiError(503, "Service Unavailable", reason="The integration timed out") from error
    except ClientError as error:
        raise _refused(error) from error
    invocation.said["integration.integrationStatus"] = 200
    if failed:
        raise HttpApiError(500, "Internal Server Error", reason=f"The function failed: {result.decode()[:1000]}")
    return answer_from(result, version)


def _mapped(invocation: Invocation, integration: dict[str, Any]) -> Invocation:
    """Return the request as the integration's parameter mapping changes it."""
    mapping = integration.get("requestParameters")
    if not mapping:
        return invocation
    path = None
    query, headers = invocation.query_pairs, list(invocation.headers)
    for action, kind, name, value in changes(invocation, mapping):
        if kind == "path":
            path = value
        elif kind == "querystring":
            query = changed(query, action, name, value, str)
        else:
            headers = changed(headers, action, name, value, str.lower)
    sent = invocation.query if query == invocation.query_pairs else urlencode(query)
    return replace(invocation, query=sent, headers=type(invocation.headers)(headers), mapped_path=path)


def _refused(error: ClientError) -> HttpApiError:
    code, message = error.response["Error"].get("Code", ""), error.response["Error"].get("Message", "")
    if code in _THROTTLED:
        return HttpApiError(503, "Service Unavailable", reason=message)
    return HttpApiError(500, "Internal Server Error", reason=message)
