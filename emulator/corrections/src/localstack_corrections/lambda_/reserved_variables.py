"""Names of variables that no function may have.

https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
"""

from __future__ import annotations

import re
from functools import wraps
from typing import TYPE_CHECKING

from localstack_corrections.correction import Correction

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import ModuleType

_RESERVED = frozenset(
    {
        "AWS_ACCESS_KEY",
        "AWS_ACCESS_KEY_ID",
        "AWS_DEFAULT_REGION",
        "AWS_EXECUTION_ENV",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
        "AWS_LAMBDA_FUNCTION_NAME",
        "AWS_LAMBDA_FUNCTION_VERSION",
        "AWS_LAMBDA_INITIALIZATION_TYPE",
        "AWS_LAMBDA_LOG_GROUP_NAME",
        "AWS_LAMBDA_LOG_STREAM_NAME",
        "AWS_LAMBDA_RUNTIME_API",
        "AWS_REGION",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
        "LAMBDA_RUNTIME_DIR",
        "LAMBDA_TASK_ROOT",
        "_HANDLER",
        "_X_AMZN_TRACE_ID",
    }
)
_VARIABLE_NAME = re.compile("[a-zA-Z]([a-zA-Z0-9_])+")
"""As https://docs.aws.amazon.com/lambda/latest/api/API_Environment.html says, and a refusal in these very words."""


def _refuse_variables(module: ModuleType) -> None:
    """Check the names at creation and update of a function: both operations call this method."""
    provider = module.LambdaProvider
    verify: Callable[..., None] = provider._verify_env_variables

    @wraps(verify)
    def verify_and_check(env_vars: dict[str, str]) -> None:
        verify(env_vars)
        _check(env_vars)

    provider._verify_env_variables = staticmethod(verify_and_check)


def _check(variables: Mapping[str, str]) -> None:
    from localstack.aws.api.lambda_ import InvalidParameterValueException
    from localstack.services.lambda_.invocation.lambda_models import ValidationException

    if not all(_VARIABLE_NAME.fullmatch(name) for name in variables):
        raise ValidationException(
            "1 validation error detected: Value at 'environment.variables' failed to satisfy constraint: Map keys must "
            f"satisfy constraint: [Member must satisfy regular expression pattern: {_VARIABLE_NAME.pattern}]"
        )
    if reserved := [name for name in variables if name in _RESERVED]:
        raise InvalidParameterValueException(
            "Lambda was unable to configure your environment variables because the environment variables you have "
            "provided contains reserved keys that are currently not supported for modification. "
            f"Reserved keys used in this request: {', '.join(reserved)}",
            Type="User",
        )


RESERVED_VARIABLES = Correction(
    "reserved-variables",
    "Takes any name for a function's variable.",
    "Refuses the names that Lambda reserves, and those that are no names.",
    "https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html",
    {"localstack.services.lambda_.provider": _refuse_variables},
)
