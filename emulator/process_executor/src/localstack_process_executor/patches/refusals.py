"""What Lambda itself refuses, before any function sees it: put right at run time for LocalStack 4.14.0, which takes it.

https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html and
https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
"""

import base64
import json
import re
from collections.abc import Callable, Mapping
from functools import wraps

from localstack.aws.api import CommonServiceException
from localstack.aws.api.lambda_ import InvalidParameterValueException, InvalidRequestContentException, InvocationType
from localstack.services.lambda_.invocation.lambda_models import ValidationException
from localstack.services.lambda_.provider import LambdaProvider

from localstack_process_executor.environments.variables import RESERVED

REQUEST_LIMIT_BYTES = 6 * 1024 * 1024
EVENT_LIMIT_BYTES = 1024 * 1024
"""Of an asynchronous invocation: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html"""
_VARIABLE_NAME = re.compile("[a-zA-Z]([a-zA-Z0-9_])+")
"""As https://docs.aws.amazon.com/lambda/latest/api/API_Environment.html says, and a refusal in these very words."""


def check_event(payload: bytes, invocation_type: str | None) -> None:
    """:raises ServiceException: this cannot be an event: it is too large, or not JSON."""
    size = len(payload)
    if size > REQUEST_LIMIT_BYTES:
        raise _too_large(f"Request must be smaller than {REQUEST_LIMIT_BYTES} bytes for the InvokeFunction operation")
    if size > EVENT_LIMIT_BYTES and invocation_type == InvocationType.Event:
        raise _too_large(
            f"{size} byte payload is too large for the Event invocation type (limit {EVENT_LIMIT_BYTES} bytes)"
        )
    try:
        json.loads(payload or b"{}", parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        from localstack_process_executor.patches.json_errors import why_not_json

        reason = why_not_json(payload) or error
        raise InvalidRequestContentException(
            f"Could not parse request body into json: Could not parse payload into json: {reason}", Type="User"
        ) from error


NO_CONTEXT = "{}"
"""What LocalStack's function URLs pass, which have none; nobody else's is like it, since it is no base64."""


def check_context(client_context: str | None) -> None:
    """:raises InvalidRequestContentException: it is not base64 of a JSON object."""
    if client_context and client_context != NO_CONTEXT and decoded_context(client_context) is None:
        raise InvalidRequestContentException("Client context must be a valid Base64-encoded JSON object.")


def decoded_context(client_context: str | None) -> str | None:
    """The JSON document that a ``ClientContext`` is base64 of; ``None`` where it is not."""
    try:
        document = base64.b64decode(client_context or "", validate=True).decode()
        return document if isinstance(json.loads(document), dict) else None
    except ValueError:
        return None


def _too_large(message: str) -> CommonServiceException:
    # the service's model has another name for it than its answers have
    return CommonServiceException("RequestEntityTooLargeException", message, status_code=413, sender_fault=True)


def _refuse_constant(name: str) -> None:
    """Python's parser takes these, and JSON has none."""
    raise ValueError(f"Non-standard token '{name}'")


def check_variables(variables: Mapping[str, str]) -> None:
    """:raises ServiceException: some have names that no function may have, or those of the runtime's own."""
    if not all(_VARIABLE_NAME.fullmatch(name) for name in variables):
        raise ValidationException(
            "1 validation error detected: Value at 'environment.variables' failed to satisfy constraint: Map keys must "
            f"satisfy constraint: [Member must satisfy regular expression pattern: {_VARIABLE_NAME.pattern}]"
        )
    if reserved := [name for name in variables if name in RESERVED]:
        raise InvalidParameterValueException(
            "Lambda was unable to configure your environment variables because the environment variables you have "
            "provided contains reserved keys that are currently not supported for modification. "
            f"Reserved keys used in this request: {', '.join(reserved)}",
            Type="User",
        )


def refuse_variables() -> None:
    """Refuse names of variables that Lambda reserves, at creation and update of a function."""
    verify: Callable[..., None] = LambdaProvider._verify_env_variables  # noqa: SLF001 - both operations call it

    @wraps(verify)
    def verify_and_check(env_vars: dict[str, str]) -> None:
        verify(env_vars)
        check_variables(env_vars)

    LambdaProvider._verify_env_variables = staticmethod(verify_and_check)  # noqa: SLF001
