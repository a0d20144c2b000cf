"""REST APIs: evaluate the API's resource policy."""

from __future__ import annotations

import ipaddress
import json
import logging
from typing import TYPE_CHECKING, Any

from localstack_corrections.apigateway.handler_chain import GATEWAY, method_arn, step_before
from localstack_corrections.apis.policies import Decision, MalformedPolicyError, decide, statements
from localstack_corrections.correction import Correction

if TYPE_CHECKING:
    from collections.abc import Callable

LOG = logging.getLogger(__name__)
_SHORT = "execute-api:/"


def evaluate(document: Any, arn: str, source: str) -> Decision:
    """Return what a resource policy says about a request of nobody in particular.

    :raises MalformedPolicyError: the document has not the form of a policy.
    """
    stage = arn.split("/", 1)[0]
    applicable = [
        {**statement, **_expanded(statement, stage)}
        for statement in statements(document)
        if _for_all(statement.get("Principal")) and _holds(statement.get("Condition") or {}, source)
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


def _holds(conditions: dict[str, Any], source: str) -> bool:
    """Return whether each condition holds; one that is not about the source's address does not."""
    for operator, keys in conditions.items():
        for key, values in keys.items():
            if operator not in {"IpAddress", "NotIpAddress"} or key.lower() not in {"aws:sourceip", "aws:vpcsourceip"}:
                return False
            listed = values if isinstance(values, list) else [values]
            inside = any(ipaddress.ip_address(source) in ipaddress.ip_network(value, strict=False) for value in listed)
            if inside != (operator == "IpAddress"):
                return False
    return True


def _load() -> Callable[[Any], None]:
    from localstack.services.apigateway.next_gen.execute_api.gateway_response import AccessDeniedError

    def check(context: Any) -> None:
        policy = context.deployment.rest_api.rest_api.get("policy")
        if not policy:
            return
        arn = method_arn(context)
        try:
            decision = evaluate(_document(policy), arn, context.request.remote_addr or "127.0.0.1")
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


def _document(policy: Any) -> Any:
    """Return the document, which API Gateway gives with escaped quotation marks."""
    return json.loads(policy.replace('\\"', '"')) if isinstance(policy, str) else policy


CORRECTION = Correction(
    name="resource-policies",
    localstack="Never reads an API's resource policy.",
    aws="Answers 403 to a request that the policy denies or does not allow.",
    source="https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-authorization-flow.html",
    patches={GATEWAY: step_before("api_key_validation_handler", _load)},
)
