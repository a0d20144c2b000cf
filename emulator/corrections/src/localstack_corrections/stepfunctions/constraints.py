"""What every request of Step Functions is checked for: lengths, bounds and choices of its members, names and ARNs."""

from __future__ import annotations

import re
from functools import wraps
from typing import TYPE_CHECKING, Any, Final

from localstack_corrections.correction import Correction
from localstack_corrections.stepfunctions.arns import wrong_arn
from localstack_corrections.stepfunctions.asl import PROVIDER
from localstack_corrections.stepfunctions.inputs import FORBIDDEN

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

_ROLE: Final = re.compile(r"arn:aws[a-z-]*:iam::\d{12}:role/.+")


def broken(name: str, value: Any, shape: Any) -> Iterator[str]:
    """Return what is wrong with a member of a request, by its shape, in AWS's words."""
    wanted, said = shape.metadata, "" if shape.metadata.get("sensitive") else f" '{value}'"
    begin = f"Value{said} at '{name}' failed to satisfy constraint: Member must"
    if isinstance(value, str) and wanted.get("enum") and value not in wanted["enum"]:
        yield f"{begin} satisfy enum value set: [{', '.join(sorted(wanted['enum']))}]"
    elif isinstance(value, str | int) and not isinstance(value, bool):
        size, what = (len(value), "length") if isinstance(value, str) else (value, "value")
        if size < wanted.get("min", size):
            yield f"{begin} have {what} greater than or equal to {wanted['min']}"
        if size > wanted.get("max", size):
            yield f"{begin} have {what} less than or equal to {wanted['max']}"


def _check(module: ModuleType, context: Any) -> None:
    request: dict[str, Any] = context.service_request or {}
    members = context.operation.input_shape.members
    wrong = [line for name, value in request.items() if name in members for line in broken(name, value, members[name])]
    if wrong:
        detected = f"{len(wrong)} validation error{'s' if len(wrong) > 1 else ''} detected"
        raise module.CommonServiceException(code="ValidationException", message=f"{detected}: {'; '.join(wrong)}")
    _check_arns(module, request)
    if context.operation.name == "CreateStateMachine" and FORBIDDEN.search(request.get("name", "")):
        raise module.InvalidName(f"Invalid Name: '{request['name']}'")


def _check_arns(module: ModuleType, request: dict[str, Any]) -> None:
    role = request.get("roleArn")
    if role is not None and not _ROLE.fullmatch(role):
        raise module.InvalidArn(f"Invalid Role Arn: '{role}'")
    if wrong := wrong_arn(request):
        raise module.InvalidArn(wrong)


def _check_requests(module: ModuleType) -> None:
    provider = module.StepFunctionsProvider
    for name in dir(provider):
        # the interface marks what is an operation
        if any(hasattr(vars(base).get(name), "operation") for base in provider.__mro__):
            setattr(provider, name, _checked(module, getattr(provider, name)))


def _checked(module: ModuleType, operation: Any) -> Any:
    @wraps(operation)
    def checked(self: Any, context: Any, *arguments: Any, **options: Any) -> Any:
        _check(module, context)
        return operation(self, context, *arguments, **options)

    return checked


CORRECTION = Correction(
    name="request-constraints",
    localstack="Takes state machines of any name, role and type, and members of any length.",
    aws=(
        "Refuses what its model does not allow (`ValidationException`), a machine's name with characters that are not"
        " allowed (`InvalidName`), and the ARN of something else (`InvalidArn`)."
    ),
    source="https://docs.aws.amazon.com/step-functions/latest/apireference/API_CreateStateMachine.html",
    patches={PROVIDER: _check_requests},
)
