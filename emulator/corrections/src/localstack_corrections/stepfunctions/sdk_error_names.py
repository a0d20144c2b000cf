"""Names of errors of ``aws-sdk`` tasks: those of the Java SDK's classes, such as ``Sqs.QueueDoesNotExistException``."""

from __future__ import annotations

import re
from functools import wraps
from typing import TYPE_CHECKING, Any, Final

from localstack_corrections.correction import Correction
from localstack_corrections.stepfunctions.asl import TASK_SERVICE
from localstack_corrections.stepfunctions.sdk_services import boto_name

if TYPE_CHECKING:
    from types import ModuleType

_WORD: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_EXCEPTIONS: Final = {"IoT": "Iot"}


def class_prefix(service_id: str) -> str:
    """Return how the Java SDK begins the names of a service's classes."""
    return _EXCEPTIONS.get(service_id) or "".join(word.capitalize() for word in _WORD.findall(service_id))


def _name_as_java(module: ModuleType) -> None:
    task = module.StateTaskServiceAwsSdk
    original = task._normalise_service_error_name

    @wraps(original)
    def normalise_service_error_name(service_name: str) -> Any:
        return class_prefix(original(boto_name(service_name)))

    task._normalise_service_error_name = staticmethod(normalise_service_error_name)


CORRECTION = Correction(
    name="sdk-error-names",
    localstack="Errors of `aws-sdk` tasks begin with the id of the service: `SQS.QueueDoesNotExistException`.",
    aws="They begin like the classes of the Java SDK: `Sqs.QueueDoesNotExistException`,"
    " `Ssm.ParameterNotFoundException` and `Ec2.Ec2Exception`.",
    source="Developer guide, Learning to use AWS service SDK integrations (names of exceptions); an execution's output"
    " in aws-samples' tests of Step Functions (`Ssm.ParameterNotFoundException`)",
    patches={f"{TASK_SERVICE}.state_task_service_aws_sdk": _name_as_java},
)
