"""Encryption configurations that Step Functions refuses."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any, Final

from localstack_corrections.correction import Correction
from localstack_corrections.stepfunctions.asl import PROVIDER

if TYPE_CHECKING:
    from types import ModuleType

_CUSTOMER: Final = "CUSTOMER_MANAGED_KMS_KEY"
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
        if wrong := why_invalid((context.service_request or {}).get("encryptionConfiguration")):
            raise refusal(wrong)
        return operation(self, context, *arguments, **options)

    return checked


CORRECTION = Correction(
    name="encryption-configurations",
    localstack="Takes a customer's key without its id, and reuses data keys for any time.",
    aws="Refuses both (`InvalidEncryptionConfiguration`).",
    source="https://docs.aws.amazon.com/step-functions/latest/apireference/API_CreateStateMachine.html (Errors)",
    patches={PROVIDER: _refuse},
)
