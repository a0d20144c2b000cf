"""What a task of Step Functions calls an error of Lambda itself, put right at run time for LocalStack 4.14.0.

A task whose resource is a function's ARN called each of them ``Exception``, so that no Retry or Catch could name it.
Any task called an error without a type that.
https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
"""

import json
import sys
from collections.abc import Callable
from functools import wraps
from typing import Any

from botocore.exceptions import ClientError

_TASKS = "localstack.services.stepfunctions.asl.component.state.state_execution.state_task"
_FUNCTION_TASK = f"{_TASKS}.state_task_lambda"
_done = False


def name_lambdas_own() -> None:
    """Make the change, once, as soon as Step Functions is there: who runs no state machine need not load it."""
    global _done  # noqa: PLW0603 - the patched class is global, too
    if _done or _FUNCTION_TASK not in sys.modules:
        return
    _done = True
    from localstack.aws.api.stepfunctions import (
        HistoryEventType,
        LambdaFunctionFailedEventDetails,
        TaskFailedEventDetails,
    )
    from localstack.services.stepfunctions.asl.component.state.state_execution.state_task import state_task_lambda
    from localstack.services.stepfunctions.asl.component.state.state_execution.state_task.service import (
        state_task_service_lambda,
    )

    def function_failed(_: Any, error: str, cause: str) -> tuple[Any, dict[str, Any]]:
        details = LambdaFunctionFailedEventDetails(error=error, cause=cause)
        return HistoryEventType.LambdaFunctionFailed, {"lambdaFunctionFailedEventDetails": details}

    def task_failed(task: Any, error: str, cause: str) -> tuple[Any, dict[str, Any]]:
        details = TaskFailedEventDetails(
            error=error,
            cause=cause,
            resource=task._get_sfn_resource(),  # noqa: SLF001 - nothing else tells
            resourceType=task._get_sfn_resource_type(),  # noqa: SLF001
        )
        return HistoryEventType.TaskFailed, {"taskFailedEventDetails": details}

    _name(state_task_lambda.StateTaskLambda, function_failed)
    _name(state_task_service_lambda.StateTaskServiceLambda, task_failed)


def _name(task: Any, event: Callable[[Any, str, str], tuple[Any, dict[str, Any]]]) -> None:
    """Have a kind of task name errors as AWS does; ``event`` makes the event of its history."""
    from localstack.services.stepfunctions.asl.component.common.error_name.custom_error_name import CustomErrorName
    from localstack.services.stepfunctions.asl.component.common.error_name.failure_event import FailureEvent
    from localstack.services.stepfunctions.asl.eval.event.event_detail import EventDetails

    from_error = task._from_error  # noqa: SLF001 - nothing else names them

    @wraps(from_error)
    def from_lambdas_error(self: Any, env: Any, ex: Exception) -> Any:
        named = error_and_cause(ex)
        if not named:
            return from_error(self, env, ex)
        kind, details = event(self, *named)
        return FailureEvent(
            env=env, error_name=CustomErrorName(named[0]), event_type=kind, event_details=EventDetails(**details)
        )

    task._from_error = from_lambdas_error  # noqa: SLF001


def error_and_cause(error: Exception) -> tuple[str, str] | None:
    """What AWS calls it; ``None`` for a function's own error, which has a name."""
    if isinstance(error, ClientError):
        return client_error(error.response)
    payload = getattr(error, "payload", None)
    if isinstance(payload, str) and not _has_a_type(payload):
        return unknown(payload)
    return None


def client_error(response: Any) -> tuple[str, str]:
    """Lambda refused the invocation, e.g. because there were too many."""
    code, about = response["Error"]["Code"], response["ResponseMetadata"]
    details = (
        "Service: AWSLambda",
        f"Status Code: {about['HTTPStatusCode']}",
        f"Error Code: {code}",
        f"Request ID: {about['RequestId']}",
        "Proxy: null",
    )
    return f"Lambda.{code}", f"{response['Error']['Message']} ({'; '.join(details)})"


def unknown(payload: str) -> tuple[str, str]:
    """The function's error has no type."""
    sentence = "The cause could not be determined because Lambda did not return an error type."
    return "Lambda.Unknown", f"{sentence} Returned payload: {payload}"


def _has_a_type(payload: str) -> bool:
    try:
        document = json.loads(payload)
    except ValueError:
        return False
    return isinstance(document, dict) and isinstance(document.get("errorType"), str)
