"""Inputs and names that StartExecution refuses."""

from __future__ import annotations

import json
import re
from functools import wraps
from typing import TYPE_CHECKING, Any, Final

from localstack_corrections.correction import Correction
from localstack_corrections.stepfunctions.asl import PROVIDER

if TYPE_CHECKING:
    from types import ModuleType

_LONGEST_INPUT: Final = 262_144
FORBIDDEN: Final = re.compile(r"[\x00-\x20\x7f-\x9f<>{}\[\]?*\"#%\\^|~`$&,;:/]")
_LONGEST_NAME: Final = 80


def _refuse(module: ModuleType) -> None:
    provider = module.StepFunctionsProvider

    def checking(operation_name: str) -> None:
        operation = getattr(provider, operation_name)

        @wraps(operation)
        def checked(self: Any, context: Any, **options: Any) -> Any:
            _check_name(module, options.get("name"))
            _check_input(module, options.get("input"))
            return operation(self, context, **options)

        setattr(provider, operation_name, checked)

    checking("start_execution")
    checking("start_sync_execution")


def why_no_json(text: str, error: ValueError) -> str:
    """Return why a text is no JSON in the words of AWS's parser, Jackson, without the place.

    A report of an input that a pipe had made has such words; AWS says more of the place than is known here.
    """
    from localstack_corrections.lambda_.json_errors import why_not_json

    reason = why_not_json(text.encode(errors="surrogatepass"))
    return reason.partition("\n")[0] if reason else str(error)


def _check_name(module: ModuleType, name: str | None) -> None:
    if name is not None and (not name or len(name) > _LONGEST_NAME or FORBIDDEN.search(name)):
        raise module.InvalidName(f"Invalid Name: '{name}'")


def _check_input(module: ModuleType, document: str | None) -> None:
    if document is None:
        return
    if len(document.encode()) > _LONGEST_INPUT:
        raise module.CommonServiceException(
            code="ValidationException",
            message=(
                "1 validation error detected: Value at 'input' failed to satisfy constraint: "
                f"Member must have length less than or equal to {_LONGEST_INPUT}"
            ),
        )
    try:
        json.loads(document)
    except ValueError as error:
        message = f"Invalid State Machine Execution Input: '{why_no_json(document, error)}'"
        raise module.InvalidExecutionInput(message) from error


CORRECTION = Correction(
    name="execution-inputs",
    localstack="Starts executions with any name and with an input of any size.",
    aws="Refuses a name with characters that are not allowed (`InvalidName`) and an input of more than 256 KiB.",
    source="https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html",
    patches={PROVIDER: _refuse},
)
