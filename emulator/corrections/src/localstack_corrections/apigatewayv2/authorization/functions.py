"""Lambda authorizers of HTTP APIs, with simple and with IAM policy responses.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-lambda-authorizer.html
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from localstack_corrections.apigatewayv2.authorization import identity
from localstack_corrections.apigatewayv2.events import context_1, event, event_2
from localstack_corrections.apigatewayv2.invocation import HttpApiError
from localstack_corrections.apis.authorizer_context import MalformedContextError, any_values
from localstack_corrections.apis.functions import NoFunctionError, function_arn, invoke
from localstack_corrections.apis.policies import Decision, MalformedPolicyError, decide
from localstack_corrections.apis.time_limit import TooLongError

if TYPE_CHECKING:
    from localstack_corrections.apigatewayv2.invocation import Invocation

_LIMIT = 10.0
"""Seconds an authorizer has: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html."""


def context(invocation: Invocation, authorizer: dict[str, Any]) -> dict[str, Any]:
    """Return the context that the authorizer's answer has, which allows the request.

    :raises HttpApiError: 401 without the identity, 403 where it is denied, 500 where the function fails.
    """
    found = identity.values(invocation, authorizer)
    if found is None:
        raise HttpApiError(401, "Unauthorized")
    seconds = int(authorizer.get("authorizerResultTtlInSeconds") or 0) if found else 0
    key = (authorizer["authorizerId"], *found)
    results = invocation.serving.authorizer_results
    answer = results.get(key)
    if answer is None:
        answer = _ask(invocation, authorizer, found)
        _check(answer, authorizer)
        results.put(key, answer, seconds)
    if not _allows(answer, authorizer, invocation.method_arn()):
        raise HttpApiError(403, "Forbidden")
    made = any_values(answer.get("context"))
    return made if _is_simple(authorizer) else {**made, "principalId": answer.get("principalId")}


def _is_simple(authorizer: dict[str, Any]) -> bool:
    return bool(authorizer.get("enableSimpleResponses")) and _version(authorizer) == "2.0"


def _version(authorizer: dict[str, Any]) -> str:
    return str(authorizer.get("authorizerPayloadFormatVersion") or "2.0")


def _failed(reason: str) -> HttpApiError:
    return HttpApiError(500, "Internal Server Error", reason=f"The authorizer failed: {reason}")


def _ask(invocation: Invocation, authorizer: dict[str, Any], found: list[str]) -> Any:
    payload = json.dumps(_event(invocation, _version(authorizer), found), separators=(",", ":")).encode()
    api = invocation.serving.api
    source = f"arn:aws:execute-api:{api.region}:{api.account}:{api.id}/authorizers/{authorizer['authorizerId']}"
    try:
        arn = function_arn(authorizer.get("authorizerUri") or "", invocation.serving.variables)
        result, failed = invoke(arn, payload, source, _LIMIT)
    except (NoFunctionError, TooLongError) as error:
        raise _failed(str(error)) from error
    except ClientError as error:
        raise _failed(error.response["Error"].get("Message", "")) from error
    if failed:
        raise _failed(result.decode(errors="replace")[:1000])
    try:
        return json.loads(result)
    except ValueError as error:
        raise _failed("its result is not JSON") from error


def _event(invocation: Invocation, version: str, found: list[str]) -> dict[str, Any]:
    if version == "2.0":
        made = event_2(invocation)
        return {
            "version": "2.0",
            "type": "REQUEST",
            "routeArn": invocation.method_arn(),
            "identitySource": found,
            **made,
        }
    whole = event(invocation, "1.0")
    listed = ",".join(found)
    for name in ("body", "isBase64Encoded"):
        whole.pop(name)
    whole["requestContext"] = context_1(invocation)
    return {
        **whole,
        "type": "REQUEST",
        "methodArn": invocation.method_arn(),
        "identitySource": listed,
        "authorizationToken": listed,
    }


def _check(answer: Any, authorizer: dict[str, Any]) -> None:
    """Raise an error unless the answer has the authorizer's format."""
    if not isinstance(answer, dict):
        raise _failed("its result is no object")
    if _is_simple(authorizer):
        if not isinstance(answer.get("isAuthorized"), bool):
            raise _failed("its result has no isAuthorized of true or false")
    elif not isinstance(answer.get("principalId"), str):
        raise _failed("its result has no principalId")
    try:
        any_values(answer.get("context"))
        if not _is_simple(authorizer):
            decide(answer.get("policyDocument"), "arn:aws:execute-api:::")
    except (MalformedContextError, MalformedPolicyError) as error:
        raise _failed(str(error)) from error


def _allows(answer: dict[str, Any], authorizer: dict[str, Any], arn: str) -> bool:
    if _is_simple(authorizer):
        return answer["isAuthorized"] is True
    return decide(answer["policyDocument"], arn) is Decision.ALLOWED
