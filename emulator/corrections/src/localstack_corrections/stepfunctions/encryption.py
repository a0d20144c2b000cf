"""Encryption and tracing of state machines and activities."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any, Final

from localstack_corrections.correction import Correction
from localstack_corrections.stepfunctions.asl import PROVIDER, SERVICE

if TYPE_CHECKING:
    from types import ModuleType

_CUSTOMER: Final = "CUSTOMER_MANAGED_KMS_KEY"
_OWNED: Final = {"type": "AWS_OWNED_KEY"}
_SHORTEST, _LONGEST = 60, 900
_OPERATIONS: Final = ("create_state_machine", "update_state_machine", "create_activity")


def why_invalid(configuration: dict[str, Any] | None) -> str | None:
    """Return what is wrong with an encryption configuration, if anything. The words are ours."""
    if not configuration or configuration.get("type") != _CUSTOMER:
        return None
    if not configuration.get("kmsKeyId"):
        return f"Invalid Encryption Configuration: kmsKeyId must not be null for type {_CUSTOMER}"
    seconds = configuration.get("kmsDataKeyReusePeriodSeconds")
    if seconds is not None and not _SHORTEST <= seconds <= _LONGEST:
        return (
            "Invalid Encryption Configuration: kmsDataKeyReusePeriodSeconds must be between"
            f" {_SHORTEST} and {_LONGEST}, and is {seconds}"
        )
    return None


def _refuse(module: ModuleType) -> None:
    from localstack.aws.api.stepfunctions import InvalidEncryptionConfiguration

    provider = module.StepFunctionsProvider
    for name in _OPERATIONS:
        setattr(provider, name, _checked(getattr(provider, name), InvalidEncryptionConfiguration))


def _checked(operation: Any, refusal: Any) -> Any:
    @wraps(operation)
    def checked(self: Any, context: Any, *arguments: Any, **options: Any) -> Any:
        request = context.service_request or {}
        configuration = request.get("encryptionConfiguration")
        if wrong := why_invalid(configuration):
            raise refusal(wrong)
        answer = operation(self, context, *arguments, **options)
        if configuration:
            store = self.get_store(context)
            found = store.state_machines.get(answer.get("stateMachineArn") or request.get("stateMachineArn"))
            for kept in (found, store.activities.get(answer.get("activityArn"))):
                if kept is not None:
                    kept.encryption_configuration = configuration
        return answer

    return checked


def _describe_machines(module: ModuleType) -> None:
    machine = module.StateMachineInstance
    describe = machine.describe
    machine.encryption_configuration = None

    @wraps(describe)
    def whole(self: Any) -> Any:
        output = describe(self)
        output["tracingConfiguration"] = self.tracing_config or {"enabled": False}
        output["encryptionConfiguration"] = self.encryption_configuration or _OWNED
        return output

    machine.describe = whole


def _describe_activities(module: ModuleType) -> None:
    activity = module.Activity
    describe = activity.to_describe_activity_output
    activity.encryption_configuration = None

    @wraps(describe)
    def whole(self: Any) -> Any:
        return describe(self) | {"encryptionConfiguration": self.encryption_configuration or _OWNED}

    activity.to_describe_activity_output = whole


CORRECTION = Correction(
    name="machine-configurations",
    localstack=(
        "Describes machines and activities without their encryption and tracing, and takes a customer's key without its"
        " id or with a time that is out of bounds."
    ),
    aws="Describes both, with their defaults, and refuses such a key (`InvalidEncryptionConfiguration`).",
    source="https://docs.aws.amazon.com/step-functions/latest/apireference/API_CreateStateMachine.html (Errors) and"
    " https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeStateMachine.html",
    patches={
        PROVIDER: _refuse,
        f"{SERVICE}.backend.state_machine": _describe_machines,
        f"{SERVICE}.backend.activity": _describe_activities,
    },
)
