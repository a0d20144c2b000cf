"""Events that Lambda refuses before a function sees them: too large, not JSON, or with a context that is none."""

from __future__ import annotations

import base64
import json
from functools import wraps
from typing import TYPE_CHECKING, Any

from localstack_corrections.correction import Correction

if TYPE_CHECKING:
    from types import ModuleType

REQUEST_LIMIT_BYTES = 6 * 1024 * 1024
EVENT_LIMIT_BYTES = 1024 * 1024
"""Of an asynchronous invocation: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html"""
NO_CONTEXT = "{}"
"""What LocalStack's function URLs pass, which have none; nobody else's is like it, since it is no base64."""


def _refuse_what_is_no_event(module: ModuleType) -> None:
    service = module.LambdaService
    invoke = service.invoke

    @wraps(invoke)
    def check_and_invoke(self: Any, *arguments: Any, payload: bytes | None = None, **options: Any) -> Any:
        check_event(payload or b"", options.get("invocation_type"))
        check_context(options.get("client_context"))
        return invoke(self, *arguments, payload=payload, **options)

    service.invoke = check_and_invoke


def check_event(payload: bytes, invocation_type: str | None) -> None:
    """Check the size and the syntax of an event.

    :raises ServiceException: it is too large, or not JSON.
    """
    size = len(payload)
    if size > REQUEST_LIMIT_BYTES:
        raise _too_large(f"Request must be smaller than {REQUEST_LIMIT_BYTES} bytes for the InvokeFunction operation")
    if size > EVENT_LIMIT_BYTES and invocation_type == "Event":
        raise _too_large(
            f"{size} byte payload is too large for the Event invocation type (limit {EVENT_LIMIT_BYTES} bytes)"
        )
    try:
        json.loads(payload or b"{}", parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        from localstack.aws.api.lambda_ import InvalidRequestContentException

        from localstack_corrections.lambda_.json_errors import why_not_json

        reason = why_not_json(payload) or error
        raise InvalidRequestContentException(
            f"Could not parse request body into json: Could not parse payload into json: {reason}", Type="User"
        ) from error


def check_context(client_context: str | None) -> None:
    """Check a ``ClientContext``.

    :raises InvalidRequestContentException: it is not base64 of a JSON object.
    """
    if client_context and client_context != NO_CONTEXT and not _is_context(client_context):
        from localstack.aws.api.lambda_ import InvalidRequestContentException

        raise InvalidRequestContentException("Client context must be a valid Base64-encoded JSON object.")


def _is_context(client_context: str) -> bool:
    try:
        return isinstance(json.loads(base64.b64decode(client_context, validate=True).decode()), dict)
    except ValueError:
        return False


def _too_large(message: str) -> Exception:
    from localstack.aws.api import CommonServiceException

    # the service's model has another name for it than its answers have
    refusal: Exception = CommonServiceException(
        "RequestEntityTooLargeException", message, status_code=413, sender_fault=True
    )
    return refusal


def _refuse_constant(name: str) -> None:
    """Refuse what Python's parser takes, and JSON has not."""
    raise ValueError(f"Non-standard token '{name}'")


REFUSED_EVENTS = Correction(
    "refused-events",
    "Invokes functions with events that are too large or not JSON, and with any client context.",
    "Refuses them in the words of its parser.",
    "https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html#API_Invoke_Errors",
    {"localstack.services.lambda_.invocation.lambda_service": _refuse_what_is_no_event},
)
