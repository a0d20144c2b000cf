"""Errors of the optimised integrations of SQS and DynamoDB, which are those of the first Java SDK's classes."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any

from localstack_corrections.correction import Correction
from localstack_corrections.stepfunctions.asl import TASK_SERVICE

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType


def _named(error: Any, prefix: str, other: str) -> str:
    """Return the name of an error: that of its class, if the service's model has one."""
    name = type(error).__name__
    if name == "ClientError":
        return f"{prefix}.{other}"
    return f"{prefix}.{name.removesuffix('Exception')}Exception"


def _cause(error: Any, service: str) -> str:
    about, answer = error.response["Error"], error.response["ResponseMetadata"]
    return (
        f"{about['Message']} (Service: {service}; Status Code: {answer['HTTPStatusCode']}; Error Code: {about['Code']};"
        f" Request ID: {answer['RequestId']}; Proxy: null)"
    )


def _name_by_class(class_name: str, prefix: str, service: str, other: str) -> Callable[[ModuleType], None]:
    def patch(module: ModuleType) -> None:
        task = getattr(module, class_name)
        from_error, eval_task = task._from_error, task._eval_service_task

        @wraps(eval_task)
        def evaluate(self: Any, env: Any, normalised_parameters: Any, **options: Any) -> None:
            try:
                eval_task(self, env=env, normalised_parameters=normalised_parameters, **options)
            except module.ClientError as error:
                # a queue's URL that is none fails before anything is sent
                error.sent = "://" in normalised_parameters.get("QueueUrl", "://")
                raise

        @wraps(from_error)
        def named(self: Any, env: Any, ex: Exception) -> Any:
            event = from_error(self, env, ex)
            if isinstance(ex, module.ClientError) and getattr(ex, "sent", False):
                name = _named(ex, prefix, other)
                event.error_name = module.CustomErrorName(name)
                event.event_details["taskFailedEventDetails"] |= {"error": name, "cause": _cause(ex, service)}
            return event

        task._eval_service_task, task._from_error = evaluate, named

    return patch


CORRECTION = Correction(
    name="optimised-errors",
    localstack=(
        "Calls every error of `sqs:sendMessage` `SQS.SdkClientException`, and errors that DynamoDB's model does not"
        " have by their code."
    ),
    aws=(
        "`SQS.QueueDoesNotExistException` and its kin; `SQS.AmazonSQSException` and `DynamoDB.AmazonDynamoDBException`"
        " where the model has no class, such as for a `ValidationException`."
    ),
    source="AWS SDK for Java 1: classes of exceptions; AWS's examples of TestState with a Catch for"
    " `SQS.QueueDoesNotExistException`",
    patches={
        f"{TASK_SERVICE}.state_task_service_sqs": _name_by_class(
            "StateTaskServiceSqs", "SQS", "AmazonSQS", "AmazonSQSException"
        ),
        f"{TASK_SERVICE}.state_task_service_dynamodb": _name_by_class(
            "StateTaskServiceDynamoDB", "DynamoDB", "AmazonDynamoDBv2", "AmazonDynamoDBException"
        ),
    },
)
