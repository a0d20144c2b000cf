"""Refuse values of parameters that a template does not allow, in the words of CloudFormation.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/parameters-section-structure.html
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from localstack.services.cloudformation.engine.validations import ValidationError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_NOT_FETCHED = re.compile(r"Parameter (?P<name>\w+) should either have input value or default value")


def refuse(template: Mapping[str, Any], given: Mapping[str, Any]) -> None:
    """Raise the error of parameters without a value, or with one that the template does not allow."""
    declared = template.get("Parameters") or {}
    values = {name: given.get(name, parameter.get("Default")) for name, parameter in declared.items()}
    if missing := [name for name, value in values.items() if value is None]:
        raise ValidationError(f"Parameters: [{', '.join(missing)}] must have values")
    for name, parameter in declared.items():
        if fault := next(_faults(parameter, values[name]), None):
            described = parameter.get("ConstraintDescription")
            raise ValidationError(
                f"Parameter {name} failed to satisfy constraint: {described}"
                if described
                else f"Parameter '{name}' {fault}"
            )


def in_words_of_cloudformation(error: Exception, template: Mapping[str, Any], given: Mapping[str, Any]) -> Exception:
    """Return LocalStack's error of a parameter that Systems Manager does not have as CloudFormation gives it."""
    found = _NOT_FETCHED.search(str(error))
    if found is None:
        return error
    name = found["name"]
    value = given.get(name, template["Parameters"][name].get("Default"))
    said: Exception = ValidationError(f"Unable to fetch parameters [{value}] from parameter store for this account.")
    return said


def _faults(parameter: Mapping[str, Any], value: Any) -> Iterator[str]:
    kind = parameter.get("Type", "")
    is_list = kind == "CommaDelimitedList" or kind.startswith("List<")
    for text in (each.strip() for each in _text(value).split(",")) if is_list else (_text(value),):
        allowed = parameter.get("AllowedValues")
        if allowed and text not in {_text(each) for each in allowed}:
            yield "must be one of AllowedValues"
        pattern = parameter.get("AllowedPattern")
        if pattern and not re.fullmatch(pattern, text):
            yield f"must match pattern {pattern}"
        yield from _of_number(parameter, text) if "Number" in kind else _of_text(parameter, text)


def _of_number(parameter: Mapping[str, Any], text: str) -> Iterator[str]:
    try:
        number = float(text)
    except ValueError:
        yield "must be a number."
        return
    least, most = parameter.get("MinValue"), parameter.get("MaxValue")
    if least is not None and number < float(least):
        yield f"must be a number not less than {least}"
    if most is not None and number > float(most):
        yield f"must be a number not greater than {most}"


def _of_text(parameter: Mapping[str, Any], text: str) -> Iterator[str]:
    least, most = parameter.get("MinLength"), parameter.get("MaxLength")
    if least is not None and len(text) < int(least):
        yield f"must contain at least {least} characters"
    if most is not None and len(text) > int(most):
        yield f"must contain at most {most} characters"


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
