"""Invocations that Lambda cannot make: of a function that is being deleted, with an event that is too large."""

from __future__ import annotations

import inspect
from functools import wraps
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from localstack_corrections.correction import Correction

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType


def _answer_404_for_what_is_gone(module: ModuleType) -> None:
    service = module.LambdaService
    invoke: Callable[..., Any] = service.invoke
    signature = inspect.signature(invoke)

    @wraps(invoke)
    def invoke_what_is_there(self: Any, *arguments: Any, **options: Any) -> Any:
        try:
            return invoke(self, *arguments, **options)
        except Exception as error:
            asked = signature.bind(self, *arguments, **options).arguments
            name, region, account = asked["function_name"], asked["region"], asked["account_id"]
            function = module.lambda_stores[account][region].functions.get(name)
            if _is_there(self, function) or getattr(error, "code", "") == "ResourceNotFoundException":
                raise
            from localstack.aws.api.lambda_ import ResourceNotFoundException

            arn = f"arn:aws:lambda:{region}:{account}:function:{name}"
            raise ResourceNotFoundException(f"Function not found: {arn}", Type="User") from error

    service.invoke = invoke_what_is_there


def _is_there(service: Any, function: Any) -> bool:
    """Return whether a function is not being deleted: its versions are stopped before it is removed."""
    if function is None:
        return False
    active = [version for version in list(function.versions.values()) if version.config.state.state == "Active"]
    return all(version.id.qualified_arn() in service.lambda_running_versions for version in active)


def _answer_as_api_gateway(module: ModuleType) -> None:
    """Tell apart why Lambda refused: an event that is too large, and a function that is gone."""
    integration = module.RestApiAwsProxyIntegration
    invoke: Callable[..., Any] = integration.invoke

    @wraps(invoke)
    def invoke_or_refuse(self: Any, context: Any) -> Any:
        from localstack.services.apigateway.next_gen.execute_api import gateway_response

        try:
            return invoke(self, context)
        except gateway_response.IntegrationFailureError as error:
            about = getattr(error.__cause__, "response", {}).get("ResponseMetadata", {})
            status = about.get("HTTPStatusCode")
            if status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
                raise gateway_response.RequestTooLargeError("Request Too Long") from error
            if status == HTTPStatus.NOT_FOUND:
                raise gateway_response.InternalServerError("Internal server error") from error
            raise

    integration.invoke = invoke_or_refuse


REFUSED_INVOCATIONS = Correction(
    "refused-invocations",
    "Answers 409 or 500 for a function that is being deleted; API Gateway answers 502 to whatever Lambda refuses.",
    "Answers 404 for a function that is gone, 413 for an event that is too large; API Gateway answers 500 and 413.",
    "https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html",
    {
        "localstack.services.lambda_.invocation.lambda_service": _answer_404_for_what_is_gone,
        "localstack.services.apigateway.next_gen.execute_api.integrations.aws": _answer_as_api_gateway,
    },
)
