"""``Fn::Sub`` takes literals, spaces around a name, and values that look like a variable or a number."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from localstack.services.cloudformation.engine.v2.change_set_model import Nothing, is_nothing
from localstack.services.cloudformation.engine.v2.change_set_model_preproc import (
    _PSEUDO_PARAMETERS,
    ChangeSetModelPreproc,
    PreprocEntityDelta,
    PreprocResource,
)
from localstack.services.cloudformation.engine.v2.change_set_model_validator import ChangeSetModelValidator

if TYPE_CHECKING:
    from collections.abc import Callable

_VARIABLE = re.compile(r"\$\{(?P<name>[^}]*)\}")
_INTEGER = re.compile(r"0|-?[1-9][0-9]*")
_FRACTION = re.compile(r"-?(0|[1-9][0-9]*)\.([0-9]*[1-9]|0)")
_ACCOUNT_DIGITS = 12


def replace_evaluation() -> None:
    """Replace LocalStack's ``Fn::Sub``.

    It takes ``${!Literal}`` for a variable, and a space for a part of the name. It replaces what looks like a variable
    inside a value, too. https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-sub.html
    names the literals; that spaces are taken is in https://github.com/aws-cloudformation/cfn-lint/issues/236.
    """
    ChangeSetModelPreproc.visit_node_intrinsic_function_fn_sub = _evaluation(_refuse_unknown)
    # a template is validated before there is anything to refer to
    ChangeSetModelValidator.visit_node_intrinsic_function_fn_sub = _evaluation(lambda _: "")


def _refuse_unknown(name: str) -> str:
    raise RuntimeError(f"Undefined variable name in Fn::Sub string template '{name}'")


def _evaluation(unknown: Callable[[str], str]) -> Any:
    def visit(self: Any, node_intrinsic_function: Any) -> Any:
        node = node_intrinsic_function
        arguments = self.visit(node.arguments)
        before = self._before_cache.get(node.scope, Nothing)
        if is_nothing(before) and not is_nothing(arguments.before):
            before = _substituted(self, arguments.before, unknown, before=True)
        after = self._after_cache.get(node.scope, Nothing)
        if is_nothing(after) and not is_nothing(arguments.after):
            after = _substituted(self, arguments.after, unknown, before=False)
        return PreprocEntityDelta(before=before, after=after)

    return visit


def _substituted(visitor: Any, arguments: Any, unknown: Callable[[str], str], *, before: bool) -> Any:
    """Return the text with its variables replaced, once: a value is never searched for variables."""
    text, variables = _text_and_variables(arguments)

    def replaced(match: re.Match[str]) -> str:
        name = match["name"].strip()
        if name.startswith("!"):
            return f"${{{name[1:].strip()}}}"
        value = variables[name] if name in variables else _resolved(visitor, name, before=before)
        return str(unknown(name) if is_nothing(value) else value)

    return _as_released(_VARIABLE.sub(replaced, text))


def _text_and_variables(arguments: Any) -> tuple[str, dict[str, Any]]:
    match arguments:
        case str():
            return arguments, {}
        case [str() as text, dict() as variables]:
            return text, {name.strip(): value for name, value in variables.items()}
    raise RuntimeError(
        f"Invalid arguments shape for Fn::Sub, expected a String or a Tuple of String and Map but got '{arguments}'"
    )


def _resolved(visitor: Any, name: str, *, before: bool) -> Any:
    """Return the value of a pseudo parameter, attribute, parameter or resource; ``Nothing`` where there is none."""
    if name in _PSEUDO_PARAMETERS:
        return visitor._resolve_pseudo_parameter(pseudo_parameter_name=name)
    try:
        if "." in name:
            return visitor._resolve_attribute(arguments=name, select_before=before)
        delta = visitor._resolve_reference(logical_id=name)
    except RuntimeError:
        return Nothing
    value = delta.before if before else delta.after
    return value.physical_resource_id if isinstance(value, PreprocResource) else value


def _as_released(text: str) -> Any:
    """Return a number where the text is exactly one, which LocalStack's providers rely on.

    LocalStack makes ``1.10`` a number as well, and so ``1.1``.
    """
    if _INTEGER.fullmatch(text) and len(text) != _ACCOUNT_DIGITS:
        return int(text)
    return float(text) if _FRACTION.fullmatch(text) and str(float(text)) == text else text
