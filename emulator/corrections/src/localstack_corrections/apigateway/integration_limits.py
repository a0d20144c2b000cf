"""REST APIs: refuse payloads beyond 10 MB, and end waiting for an integration after its time-out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from localstack_corrections.apigateway.handler_chain import GATEWAY, step_before
from localstack_corrections.correction import Correction

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

_INTEGRATION = "localstack.services.apigateway.next_gen.execute_api.handlers.integration"
_LARGEST = 10 * 1024 * 1024
_LONGEST = 29_000
"""Milliseconds, for an integration that says no time-out."""


def _load() -> Callable[[Any], None]:
    from localstack.services.apigateway.next_gen.execute_api.gateway_response import RequestTooLargeError

    def check(context: Any) -> None:
        if len(context.invocation_request["body"] or b"") > _LARGEST:
            raise RequestTooLargeError("Request Too Long")

    return check


def _limit_time(module: ModuleType) -> None:
    handler = module.IntegrationHandler
    call = handler.__call__

    def within_time(self: Any, chain: Any, context: Any, response: Any) -> None:
        from localstack.services.apigateway.next_gen.execute_api.gateway_response import IntegrationTimeoutError

        from localstack_corrections.apis.time_limit import TooLongError, at_most

        seconds = int(context.integration.get("timeoutInMillis") or _LONGEST) / 1000
        if _ends_by_itself(context, seconds):
            call(self, chain, context, response)
            return
        try:
            at_most(seconds, lambda: call(self, chain, context, response))
        except TooLongError as error:
            raise IntegrationTimeoutError("Endpoint request timed out") from error

    handler.__call__ = within_time


def _ends_by_itself(context: Any, seconds: float) -> bool:
    """Return whether no watch is needed: a thread for each request costs time."""
    from localstack_corrections.apis.functions import NoFunctionError, ends_before, function_arn

    kind = context.integration["type"]
    uri = str(context.integration_request.get("uri") or "") if kind == "AWS_PROXY" else ""
    if kind == "MOCK":
        return True
    try:
        return bool(uri) and ends_before(function_arn(uri, context.stage_variables or {}), seconds)
    except NoFunctionError:
        # LocalStack refuses it
        return False


CORRECTION = Correction(
    name="integration-limits",
    localstack="Takes payloads of any size, and waits for an integration as long as it takes.",
    aws="Answers 413 to a payload beyond 10 MB, and 504 after an integration's time-out.",
    source="https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html",
    patches={GATEWAY: step_before("api_key_validation_handler", _load), _INTEGRATION: _limit_time},
)
