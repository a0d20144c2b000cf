"""Check the values of fields. Each check returns AWS's message for a value that is refused."""

from __future__ import annotations

import datetime as dt
import json
import re
from typing import TYPE_CHECKING, Any, Final

from localstack_corrections.stepfunctions.intrinsic_calls import InvalidCallError, parsed
from localstack_corrections.stepfunctions.intrinsic_functions import FUNCTIONS
from localstack_corrections.stepfunctions.path_errors import InvalidPathError
from localstack_corrections.stepfunctions.paths import path

if TYPE_CHECKING:
    from collections.abc import Callable

Check = "Callable[[Any], str | None]"
_VARIABLE: Final = re.compile(r"\$[^\W\d]\w*")
_TIMESTAMP: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
_LARGEST: Final = 99_999_999
_JSONATA: Final = re.compile(r"\{%.*%\}", re.DOTALL)


def is_expression(value: Any) -> bool:
    """Return whether a value is a JSONata expression."""
    return isinstance(value, str) and _JSONATA.fullmatch(value) is not None


def _of(kind: Any, name: str) -> Callable[[Any], str | None]:
    def check(value: Any) -> str | None:
        right = isinstance(value, kind) and (kind is bool or not isinstance(value, bool))
        return None if right else f"Expected value of type {name}"

    return check


text = _of(str, "String")
boolean = _of(bool, "Boolean")
integer = _of(int, "Integer")
number = _of((int, float), "Number")
an_object = _of(dict, "Object")
an_array = _of(list, "Array")


def anything(_: Any) -> str | None:
    """Accept any value."""
    return None


def between(check: Callable[[Any], str | None], least: float, most: float = _LARGEST) -> Callable[[Any], str | None]:
    """Return a check of a number's bounds, both included."""

    def bounded(value: Any) -> str | None:
        wrong = check(value)
        if wrong:
            return wrong
        if value < least:
            return f"Minimum value is {least}"
        return f"Maximum value is {most}" if value > most else None

    return bounded


def one_of(name: str, *choices: str) -> Callable[[Any], str | None]:
    """Return a check of a field with a few values."""
    message = f"The field '{name}' should have one of these values: [{', '.join(choices)}]"

    def check(value: Any) -> str | None:
        return text(value) or (None if value in choices else message)

    return check


def or_expression(check: Callable[[Any], str | None]) -> Callable[[Any], str | None]:
    """Return a check that accepts a JSONata expression as well."""
    return lambda value: None if is_expression(value) else check(value)


def or_null(check: Callable[[Any], str | None]) -> Callable[[Any], str | None]:
    """Return a check that accepts null as well."""
    return lambda value: None if value is None else check(value)


def a_path(value: Any) -> str | None:
    """Check a path of the input, of the context object or of a variable."""
    wrong = text(value)
    if wrong:
        return wrong
    try:
        path(_plain(value))
    except InvalidPathError:
        return "Value is not a valid JSONPath"
    return None


def _plain(value: str) -> str:
    variable = _VARIABLE.match(value)
    if variable:
        return "$" + value[variable.end() :]
    return value[1:] if value.startswith("$$") else value


def single_path(value: Any) -> str | None:
    """Check a path that leads to one place, of the input or of the context object."""
    wrong = a_path(value)
    if wrong:
        return wrong
    return None if path(_plain(value)).is_reference else "Value is not a Reference Path"


def condition_path(value: Any) -> str | None:
    """Check the path of a rule of a Choice."""
    return _without_root(value) or a_path(value)


def _without_root(value: Any) -> str | None:
    rooted = not isinstance(value, str) or value.startswith("$")
    return None if rooted else "Value is not a Reference Path: Reference path didn't start with '$'"


def reference_path(value: Any) -> str | None:
    """Check a path that leads to one place of the input."""
    wrong = _without_root(value) or a_path(value)
    if wrong:
        return wrong
    return None if not value.startswith("$$") and path(_plain(value)).is_reference else "Value is not a Reference Path"


def is_call(value: str) -> bool:
    """Return whether a text is a call of an intrinsic function that exists."""
    try:
        return _exists(parsed(value))
    except InvalidCallError:
        return False


def _exists(call: Any) -> bool:
    nested = (argument for argument in call.arguments if hasattr(argument, "arguments"))
    return call.name in FUNCTIONS and all(map(_exists, nested))


def a_path_or_call(value: Any) -> str | None:
    """Check a path or a call of an intrinsic function."""
    return None if isinstance(value, str) and is_call(value) else a_path(value)


def pointer(value: Any) -> str | None:
    """Check a JSON Pointer (RFC 6901)."""
    wrong = text(value)
    if wrong or not value or value.startswith("/"):
        return wrong
    return f"Invalid input: JSON Pointer expression must start with '/': {json.dumps(value)}"


def timestamp(value: Any) -> str | None:
    """Check a time with a zone."""
    wrong = text(value)
    if wrong:
        return wrong
    message = "String does not match RFC3339 timestamp"
    if not _TIMESTAMP.fullmatch(value):
        return message
    try:
        dt.datetime.fromisoformat(value)
    except ValueError:
        return message
    return None
