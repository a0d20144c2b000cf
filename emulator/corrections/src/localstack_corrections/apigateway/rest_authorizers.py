"""The authorizers of REST APIs.

https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-use-lambda-authorizer.html
"""

from __future__ import annotations

import json
import logging
import re
from time import perf_counter
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError
from localstack.services.apigateway.next_gen.execute_api.gateway_response import (
    AccessDeniedError,
    AuthorizerConfigurationError,
    AuthorizerFailureError,
    BaseGatewayException,
    InvalidSignatureError,
    MissingAuthTokenError,
    UnauthorizedError,
)

from localstack_corrections.apigateway.handler_chain import method_arn
from localstack_corrections.apigateway.measured import measured_of
from localstack_corrections.apis.authorizer_context import MalformedContextError, as_strings, plain_values
from localstack_corrections.apis.authorizer_results import AuthorizerResults
from localstack_corrections.apis.functions import NoFunctionError, function_arn, invoke
from localstack_corrections.apis.policies import Decision, MalformedPolicyError, decide
from localstack_corrections.apis.signatures import SignatureError, caller
from localstack_corrections.apis.time_limit import TooLongError

if TYPE_CHECKING:
    from collections.abc import Callable

LOG = logging.getLogger(__name__)
_LIMIT = 29.0
_DEFAULT_TTL = 300
RESULTS = AuthorizerResults()
_SOURCE = re.compile(r"(method\.request\.(?P<kind>header|querystring)|stageVariables|context)\.(?P<name>.+)")


def authorize(context: Any) -> None:
    """Raise an error unless the method's authorization allows the request."""
    method = context.resource_method
    kind = method.get("authorizationType") or "NONE"
    if kind == "AWS_IAM":
        _measured(context, "authenticate", lambda: _check_signature(context))
    elif kind == "CUSTOM":
        _ask(context, _authorizer(context))
    elif kind == "COGNITO_USER_POOLS":
        _refuse_tokens(context, _authorizer(context))
    elif kind != "NONE":
        raise _failed(f"{kind} is not available in this emulator")


def _authorizer(context: Any) -> dict[str, Any]:
    authorizer: dict[str, Any] | None = context.deployment.rest_api.authorizers.get(
        context.resource_method.get("authorizerId")
    )
    if authorizer is None:
        raise _failed("the method's authorizer is gone")
    return authorizer


def _refuse_tokens(context: Any, authorizer: dict[str, Any]) -> None:
    """Refuse whoever calls: the emulator has no user pools, so no token can be checked."""
    if not _header(context, authorizer):
        raise UnauthorizedError("Unauthorized")
    raise _failed("COGNITO_USER_POOLS: this emulator has no user pools to check a token against")


def _failed(why: str) -> BaseGatewayException:
    LOG.warning("Execution failed due to configuration error: authorizer: %s", why)
    return AuthorizerConfigurationError()


def _check_signature(context: Any) -> None:
    request = context.request
    path, _, query = (request.environ.get("RAW_URI") or request.path).partition("?")
    try:
        found = caller(context.region, request.method, path, query, request.headers, context.invocation_request["body"])
    except SignatureError as error:
        missing = error.code == "MissingAuthenticationTokenException"
        refusal = (MissingAuthTokenError if missing else InvalidSignatureError)(error.message)
        refusal.code = error.code
        raise refusal from error
    context.context_variables["identity"].update(
        accessKey=found.access_key,
        accountId=found.account,
        caller=found.user_id,
        user=found.user_id,
        userArn=found.arn,
    )


def answer_of(context: Any, authorizer: dict[str, Any]) -> dict[str, Any]:
    """Return what an authorizer answers for a request, whatever the policy in it says.

    :raises BaseGatewayException: the request has no identity, or the authorizer fails.
    """
    return _called(context, authorizer, _identity(context, authorizer))


def _identity(context: Any, authorizer: dict[str, Any]) -> list[str]:
    return _token(context, authorizer) if authorizer["type"] == "TOKEN" else _sources(context, authorizer)


def _ask(context: Any, authorizer: dict[str, Any]) -> None:
    identity = _identity(context, authorizer)
    ttl = authorizer.get("authorizerResultTtlInSeconds")
    seconds = int(_DEFAULT_TTL if ttl is None else ttl) if identity else 0
    key = (context.api_id, context.stage, context.deployment_id, authorizer["id"], *identity)
    answer = RESULTS.get(key)
    latency = 0
    if answer is None:
        began = perf_counter()
        answer = _measured(context, "authorizer", lambda: _called(context, authorizer, identity))
        latency = int((perf_counter() - began) * 1000)
        RESULTS.put(key, answer, seconds)
    decision = decide(answer["policyDocument"], method_arn(context))
    if decision is Decision.DENIED:
        raise AccessDeniedError("User is not authorized to access this resource with an explicit deny")
    if decision is Decision.SILENT:
        raise AccessDeniedError("User is not authorized to access this resource")
    strings = as_strings(plain_values(answer.get("context")))
    context.context_variables["authorizer"] = {
        **strings,
        "principalId": answer["principalId"],
        "integrationLatency": latency,
    }
    if usage_key := answer.get("usageIdentifierKey"):
        context.context_variables["identity"]["apiKey"] = usage_key


def _measured(context: Any, step: str, call: Callable[[], Any]) -> Any:
    """Return a step's result, and keep its status, latency and error for access logs."""
    began, known = perf_counter(), measured_of(context)
    try:
        result = call()
        known[f"{step}.status"] = 200
    except BaseGatewayException as error:
        known[f"{step}.status"] = int(error.status_code)
        known[f"{step}.error"] = error.message
        raise
    finally:
        known[f"{step}.latency"] = int((perf_counter() - began) * 1000)
        known[f"{step}.integrationLatency"] = known[f"{step}.latency"]
        known[f"{step}.integrationStatus"] = known.get(f"{step}.status")
    return result


def _token(context: Any, authorizer: dict[str, Any]) -> list[str]:
    """Return the token of a TOKEN authorizer."""
    token = _header(context, authorizer)
    expression = authorizer.get("identityValidationExpression")
    if not token or (expression and not re.fullmatch(expression, token)):
        raise UnauthorizedError("Unauthorized")
    return [token]


def _header(context: Any, authorizer: dict[str, Any]) -> str | None:
    """Return what the header holds that the authorizer names."""
    name = str(authorizer.get("identitySource") or "method.request.header.Authorization").rsplit(".", 1)[1]
    value: str | None = context.invocation_request["headers"].get(name)
    return value


def _sources(context: Any, authorizer: dict[str, Any]) -> list[str]:
    """Return the values of the identity sources of a REQUEST authorizer."""
    values = []
    for source in filter(None, (part.strip() for part in str(authorizer.get("identitySource") or "").split(","))):
        value = _value(context, source)
        if not value:
            raise UnauthorizedError("Unauthorized")
        values.append(str(value))
    return values


def _value(context: Any, source: str) -> Any:
    match = _SOURCE.fullmatch(source)
    if match is None:
        return None
    request, name = context.invocation_request, match["name"]
    if match["kind"] == "header":
        return request["headers"].get(name)
    if match["kind"] == "querystring":
        return request["query_string_parameters"].get(name)
    if source.startswith("stageVariables."):
        return (context.stage_variables or {}).get(name)
    value: Any = context.context_variables
    for part in name.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    return value


def _called(context: Any, authorizer: dict[str, Any], identity: list[str]) -> dict[str, Any]:
    source = (
        f"arn:aws:execute-api:{context.region}:{context.account_id}:{context.api_id}/authorizers/{authorizer['id']}"
    )
    event = _token_event(context, identity) if authorizer["type"] == "TOKEN" else _request_event(context)
    try:
        arn = function_arn(authorizer.get("authorizerUri") or "", context.stage_variables or {})
        payload = json.dumps(event, separators=(",", ":"), default=str).encode()
        result, failed = invoke(arn, payload, source, _LIMIT)
    except (NoFunctionError, ClientError, TooLongError) as error:
        raise _failed(str(error)) from error
    answer = _read(result)
    if failed:
        if isinstance(answer, dict) and answer.get("errorMessage") == "Unauthorized":
            raise UnauthorizedError("Unauthorized")
        LOG.warning("The authorizer %s failed: %s", authorizer["id"], result[:1000])
        # its message is nothing, as AWS has it
        failure = AuthorizerFailureError()
        failure.message = None
        raise failure
    _check(answer)
    return dict(answer)


def _read(result: bytes) -> Any:
    try:
        return json.loads(result)
    except ValueError:
        return None


def _check(answer: Any) -> None:
    if not isinstance(answer, dict) or not isinstance(answer.get("principalId"), str):
        raise _failed("its answer has no principalId")
    try:
        decide(answer.get("policyDocument"), "arn:aws:execute-api:::")
        plain_values(answer.get("context"))
    except (MalformedPolicyError, MalformedContextError) as error:
        raise _failed(str(error)) from error


def _token_event(context: Any, identity: list[str]) -> dict[str, Any]:
    return {"type": "TOKEN", "methodArn": method_arn(context), "authorizationToken": identity[0]}


def _request_event(context: Any) -> dict[str, Any]:
    from localstack.services.apigateway.next_gen.execute_api.integrations.aws import build_multi_value_headers

    request = context.invocation_request
    headers = request["headers"]
    return {
        "type": "REQUEST",
        "methodArn": method_arn(context),
        "resource": context.resource["path"],
        "path": request["path"],
        "httpMethod": request["http_method"],
        "headers": dict(headers),
        "multiValueHeaders": build_multi_value_headers(headers),
        "queryStringParameters": request["query_string_parameters"],
        "multiValueQueryStringParameters": request["multi_value_query_string_parameters"],
        "pathParameters": request.get("path_parameters") or {},
        "stageVariables": context.stage_variables or {},
        "requestContext": {name: value for name, value in context.context_variables.items() if name != "authorizer"},
    }
