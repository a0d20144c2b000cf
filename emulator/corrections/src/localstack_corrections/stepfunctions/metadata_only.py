"""``includedData=METADATA_ONLY``: descriptions without definitions, inputs and outputs."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any, Final

from localstack_corrections.correction import Correction
from localstack_corrections.stepfunctions.asl import PROVIDER

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

_METADATA_ONLY: Final = "METADATA_ONLY"
_DATA: Final = ("input", "output")
_OPERATIONS: Final = (
    "describe_execution",
    "describe_state_machine",
    "describe_state_machine_for_execution",
    "start_sync_execution",
)


def without_data(answer: dict[str, Any]) -> dict[str, Any]:
    """Return a description without what a customer's key would have encrypted."""
    made = {name: value for name, value in answer.items() if name not in _DATA}
    if "definition" in made:
        made["definition"] = "{}"
    made.update({f"{name}Details": {"included": False} for name in _DATA if answer.get(f"{name}Details")})
    return made


def _leave_out(module: ModuleType) -> None:
    provider = module.StepFunctionsProvider
    for name in _OPERATIONS:
        setattr(provider, name, _filtered(getattr(provider, name)))


def _filtered(operation: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(operation)
    def described(self: Any, context: Any, *arguments: Any, **options: Any) -> Any:
        answer = operation(self, context, *arguments, **options)
        is_short = (context.service_request or {}).get("includedData") == _METADATA_ONLY
        return without_data(answer) if is_short and answer else answer

    return described


CORRECTION = Correction(
    name="metadata-only",
    localstack="Gives definitions, inputs and outputs when only metadata is asked for.",
    aws="`includedData=METADATA_ONLY` leaves out input and output, and the definition is `{}`.",
    source="https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeStateMachine.html",
    patches={PROVIDER: _leave_out},
)
