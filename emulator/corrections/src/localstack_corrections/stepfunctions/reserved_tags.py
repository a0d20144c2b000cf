"""Tags whose keys begin with ``aws:``, which are AWS's own."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any, Final

from localstack_corrections.correction import Correction
from localstack_corrections.stepfunctions.asl import PROVIDER

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from types import ModuleType

_RESERVED: Final = "aws:"
_OPERATIONS: Final = ("create_activity", "create_state_machine", "tag_resource", "untag_resource")


def reserved(keys: Iterable[str]) -> list[str]:
    """Return the keys that nobody but AWS may set."""
    return [key for key in keys if key.lower().startswith(_RESERVED)]


def _refuse(module: ModuleType) -> None:
    provider = module.StepFunctionsProvider
    for name in _OPERATIONS:
        setattr(provider, name, _checked(module, getattr(provider, name)))


def _checked(module: ModuleType, operation: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(operation)
    def checked(self: Any, context: Any, *arguments: Any, **options: Any) -> Any:
        request = context.service_request or {}
        # a stack's own tags come from inside, where no client asks
        if not getattr(context, "is_internal_call", False):
            keys = [*(tag["key"] for tag in request.get("tags") or []), *(request.get("tagKeys") or [])]
            if reserved(keys):
                message = "aws: prefixed tag key names are not allowed for external use."
                raise module.CommonServiceException(code="ValidationException", message=message)
        return operation(self, context, *arguments, **options)

    return checked


CORRECTION = Correction(
    name="reserved-tags",
    localstack="Takes tags whose keys begin with `aws:`.",
    aws="Refuses them (`ValidationException`).",
    source="https://docs.aws.amazon.com/step-functions/latest/apireference/API_Tag.html",
    patches={PROVIDER: _refuse},
)
