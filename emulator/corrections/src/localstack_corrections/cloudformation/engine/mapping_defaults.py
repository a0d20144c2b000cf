"""``Fn::FindInMap`` takes a default value for a key that the mapping does not have.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-findinmap-enhancements.html
"""

from __future__ import annotations

from typing import Any

from localstack.services.cloudformation.engine.v2.change_set_model import ChangeSetModel, NodeArray
from localstack.services.cloudformation.engine.v2.change_set_model_preproc import (
    ChangeSetModelPreproc,
    PreprocEntityDelta,
)
from localstack.services.cloudformation.engine.validations import ValidationError

_DEFAULT = "DefaultValue"
_KEYS = 3


def take_defaults() -> None:
    """Let LocalStack's evaluation and its comparison of templates take the fourth argument."""
    evaluated = ChangeSetModelPreproc._resolve_mapping
    compared = ChangeSetModel._resolve_intrinsic_function_fn_find_in_map

    def resolve(self: Any, name: str, top: str, second: str, options: Any = None) -> Any:
        if not isinstance(options, dict) or _DEFAULT not in options:
            return evaluated(self, name, top, second)
        try:
            return evaluated(self, name, top, second)
        except (RuntimeError, ValidationError):  # no such mapping, no such key
            return PreprocEntityDelta(before=options[_DEFAULT], after=options[_DEFAULT])

    def compare(self: Any, arguments: Any) -> Any:
        if not isinstance(arguments, NodeArray) or len(arguments.array) <= _KEYS:
            return compared(self, arguments)
        try:
            return compared(self, arguments)
        except (AttributeError, RuntimeError):  # the same
            return arguments.change_type

    ChangeSetModelPreproc._resolve_mapping = resolve
    ChangeSetModel._resolve_intrinsic_function_fn_find_in_map = compare
