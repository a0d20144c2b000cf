"""Names of Lambda's own errors in Step Functions."""

from __future__ import annotations

import json
from functools import wraps
from typing import TYPE_CHECKING, Any

from localstack_corrections.correction import Correction
from localstack_corrections.stepfunctions.asl import TASK, TASK_SERVICE

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType


def error_and_cause(error: Exception) -> tuple[str, str] | None:
    """Return what AWS calls an error of Lambda itself, or ``None`` for a function's own error, which has a name."""
    from botocore.exceptions import BotoCoreError, ClientError

    if isinstance(error, ClientError):
        code, about = error.response["Error"]["Code"], error.response["ResponseMetadata"]
        details = (
            "Service: AWSLambda",
            f"Status Code: {about['HTTPStatusCode']}",
            f"Error Code: {code}",
            f"Request ID: {about['RequestId']}",
            "Proxy: null",
        )
        return f"Lambda.{code}", f"{error.response['Error']['Message']} ({'; '.join(details)})"
    if isinstance(error, BotoCoreError):
        return "Lambda.SdkClientException", str(error)
    payload = getattr(error, "payload", None)
    if isinstance(payload, str) and not _has_a_type(payload):
        sentence = "The cause could not be determined because Lambda did not return an error type."
        return "Lambda.Unknown", f"{sentence} Returned payload: {payload}"
    return None


def _has_a_type(payload: str) -> bool:
    try:
        document = json.loads(payload)
    except ValueError:
        return False
    return isinstance(document, dict) and isinstance(document.get("errorType"), str)


def _name_errors(class_name: str, event: Callable[[Any, str, str], tuple[str, dict[str, Any]]]) -> Any:
    def patch(module: ModuleType) -> None:
        task = getattr(module, class_name)
        from_error = task._from_error

        @wraps(from_error)
        def from_lambdas_error(self: Any, env: Any, ex: Exception) -> Any:
            named = error_and_cause(ex)
            if named is None:
                return from_error(self, env, ex)
            kind, details = event(self, *named)
            return module.FailureEvent(
                env=env,
                error_name=module.CustomErrorName(named[0]),
                event_type=module.HistoryEventType(kind),
                event_details=module.EventDetails(**details),
            )

        task._from_error = from_lambdas_error

    return patch


def _function_failed(_: Any, error: str, cause: str) -> tuple[str, dict[str, Any]]:
    return "LambdaFunctionFailed", {"lambdaFunctionFailedEventDetails": {"error": error, "cause": cause}}


def _task_failed(task: Any, error: str, cause: str) -> tuple[str, dict[str, Any]]:
    about = {"resource": task._get_sfn_resource(), "resourceType": task._get_sfn_resource_type()}
    return "TaskFailed", {"taskFailedEventDetails": {"error": error, "cause": cause} | about}


CORRECTION = Correction(
    name="lambda-errors",
    localstack="Calls Lambda's own errors `Exception` where a task's resource is a function's ARN.",
    aws=(
        "They are `Lambda.` and the code, such as `Lambda.TooManyRequestsException`, `Lambda.ServiceException` and "
        "`Lambda.SdkClientException`; an error without a type is `Lambda.Unknown`."
    ),
    source="https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html",
    patches={
        f"{TASK}.state_task_lambda": _name_errors("StateTaskLambda", _function_failed),
        f"{TASK_SERVICE}.state_task_service_lambda": _name_errors("StateTaskServiceLambda", _task_failed),
    },
)
