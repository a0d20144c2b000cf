"""REST APIs: evaluate the API's resource policy."""

from __future__ import annotations

import json
import logging
import re
from functools import wraps
from typing import TYPE_CHECKING, Any

from localstack_corrections.apigateway.handler_chain import GATEWAY, method_arn, step_before
from localstack_corrections.apis.conditions import conditions_hold
from localstack_corrections.apis.policies import Decision, MalformedPolicyError, decide, statements
from localstack_corrections.correction import Correction

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

LOG = logging.getLogger(__name__)
_SHORT = "execute-api:/"
_VPC_ENDPOINT = re.compile(r"(?:^|-)(vpce-\w+)(?:-[\w-]+)?\.execute-api\.")
_MALFORMED = "Invalid policy document. Please check the policy syntax and ensure that Principals are valid."
"""The words of https://github.com/aws/chalice/issues/2065."""


def evaluate(document: Any, arn: str, source: str, endpoint: str | None = None) -> Decision:
    """Return what a resource policy says about a request of nobody in particular.

    ``endpoint`` is the id of the VPC endpoint that the request came through.

    :raises MalformedPolicyError: the document has not the form of a policy.
    """
    stage = arn.split("/", 1)[0]
    known = {"aws:sourceip": source, "aws:vpcsourceip": source} | ({"aws:sourcevpce": endpoint} if endpoint else {})
    applicable = [
        {**statement, **_expanded(statement, stage)}
        for statement in statements(document)
        if _for_all(statement.get("Principal")) and conditions_hold(statement.get("Condition") or {}, known)
    ]
    return decide({"Statement": applicable}, arn)


def _expanded(statement: dict[str, Any], prefix: str) -> dict[str, Any]:
    """Return the resources with the short form ``execute-api:/stage/…`` written out."""
    made: dict[str, Any] = {}
    for name in ("Resource", "NotResource"):
        if name in statement:
            listed = statement[name] if isinstance(statement[name], list) else [statement[name]]
            made[name] = [
                f"{prefix}/{text.removeprefix(_SHORT)}" if text.startswith(_SHORT) else text for text in listed
            ]
    return made


def _for_all(principal: Any) -> bool:
    if isinstance(principal, dict):
        return any("*" in (names if isinstance(names, list) else [names]) for names in principal.values())
    return bool(principal == "*")


def _load() -> Callable[[Any], None]:
    from localstack.services.apigateway.next_gen.execute_api.gateway_response import AccessDeniedError

    def check(context: Any) -> None:
        policy = context.deployment.rest_api.rest_api.get("policy")
        if not policy:
            return
        arn = method_arn(context)
        try:
            source = context.request.remote_addr or "127.0.0.1"
            decision = evaluate(_document(policy), arn, source, _vpc_endpoint(context.request))
        except (MalformedPolicyError, ValueError) as error:
            LOG.warning("The resource policy of the API %s cannot be read: %s", context.api_id, error)
            return
        signed = context.resource_method.get("authorizationType") == "AWS_IAM"
        if decision is Decision.ALLOWED or (signed and decision is Decision.SILENT):
            return
        parts = arn.split(":")
        parts[4] = f"********{parts[4][-4:]}"
        message = f"User: anonymous is not authorized to perform: execute-api:Invoke on resource: {':'.join(parts)}"
        explicit = " with an explicit deny" if decision is Decision.DENIED else ""
        raise AccessDeniedError(f"{message}{explicit}")

    return check


def _vpc_endpoint(request: Any) -> str | None:
    """Return the VPC endpoint in the host name.

    Such as ``API-vpce-1.execute-api.REGION.amazonaws.com`` or ``vpce-1-a.execute-api.REGION.vpce.amazonaws.com``.
    """
    match = _VPC_ENDPOINT.search(str(request.host or ""))
    return match[1] if match else None


def _document(policy: Any) -> Any:
    """Return the document, which API Gateway gives with escaped quotation marks."""
    return json.loads(policy.replace('\\"', '"')) if isinstance(policy, str) else policy


def _is_policy(policy: Any) -> bool:
    try:
        listed = statements(_document(policy))
    except (MalformedPolicyError, ValueError):
        return False
    return all("Principal" in statement or "NotPrincipal" in statement for statement in listed)


def _patched(operations: list[dict[str, Any]]) -> list[str]:
    """Return the policies that an update sets."""
    return [each["value"] for each in operations if each.get("path") == "/policy" and each.get("value")]


def _refuse_malformed(provider: ModuleType) -> None:
    kind = provider.ApigatewayProvider
    create, update = kind.create_rest_api, kind.update_rest_api

    @wraps(create)
    def create_rest_api(self: Any, context: Any, request: Any) -> Any:
        if request.get("policy") and not _is_policy(request["policy"]):
            raise provider.BadRequestException(_MALFORMED)
        return create(self, context, request)

    @wraps(update)
    def update_rest_api(self: Any, context: Any, rest_api_id: str, patch_operations: Any = None, **rest: Any) -> Any:
        if not all(_is_policy(policy) for policy in _patched(patch_operations or [])):
            raise provider.BadRequestException(_MALFORMED)
        return update(self, context, rest_api_id, patch_operations, **rest)

    kind.create_rest_api, kind.update_rest_api = create_rest_api, update_rest_api


CORRECTION = Correction(
    name="resource-policies",
    localstack="Never reads an API's resource policy.",
    aws="Answers 403 to a request that the policy denies or does not allow, and takes no malformed policy.",
    source="https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-authorization-flow.html",
    patches={
        GATEWAY: step_before("api_key_validation_handler", _load),
        "localstack.services.apigateway.legacy.provider": _refuse_malformed,
    },
)
