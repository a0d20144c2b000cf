"""Shapes of the responses that a mocked task may answer with, from botocore's models.

The modes are those of TestState's ``fieldValidationMode``: https://docs.aws.amazon.com/step-functions/latest/dg/
test-state-isolation.html
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from localdev.system.errors import LocaldevError
from localdev.system.suggestions import suggest

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from botocore.model import StructureShape

type _Problem = tuple[str, str | None]
_RESOURCE: Final = re.compile(r"arn:[^:]+:states:::(aws-sdk:)?(?P<service>[^:]+):(?P<action>[^.:]+)(?P<pattern>\..+)?$")
_BOTO_NAMES: Final = {"states": "stepfunctions", "sfn": "stepfunctions"}
_SDK_MEMBERS: Final = frozenset({"SdkHttpMetadata", "SdkResponseMetadata"})
"""What results of optimised integrations have besides the response."""
_TYPES: Final[dict[str, tuple[type, ...]]] = {
    "string": (str,), "character": (str,), "boolean": (bool,), "list": (list,), "map": (dict,), "structure": (dict,),
    "integer": (int,), "long": (int,), "float": (int, float), "double": (int, float), "timestamp": (str, int, float),
}  # fmt: skip
_WORDS: Final[dict[type, str]] = {
    dict: "an object", list: "an array", str: "a string", bool: "a boolean", int: "a number", float: "a number",
    type(None): "null",
}  # fmt: skip


def check_result(state: str, document: Mapping[str, Any], result: Any, *, mode: str) -> None:
    """Check a result against what the state's service responds.

    What a function, an activity, a task token or ``.sync`` gives may be anything.

    :raises LocaldevError: the service cannot respond so.
    """
    shape = None if mode == "NONE" else _shape_of(str(document.get("Resource", "")))
    if shape is None:
        return
    problem = _problem(result, shape, "$", is_strict=mode == "STRICT", also=_SDK_MEMBERS)
    if problem:
        raise LocaldevError(
            f"The mock of {state!r} is no response of {document['Resource']}: {problem[0]}",
            problem[1] or "validation='NONE' takes anything.",
        )


@cache
def _shape_of(resource: str) -> StructureShape | None:
    """Return the response's shape, where a task's result is the response of an API."""
    found = _RESOURCE.match(resource)
    if found is None or found["pattern"]:
        return None
    from botocore.exceptions import UnknownServiceError
    from botocore.loaders import Loader
    from botocore.model import ServiceModel

    service = _BOTO_NAMES.get(found["service"], found["service"])
    try:
        model = ServiceModel(Loader().load_service_model(service, "service-2"), service)
    except UnknownServiceError:
        return None
    operations = {name.lower(): name for name in model.operation_names}
    operation = operations.get(found["action"].lower())
    return model.operation_model(operation).output_shape if operation else None


def _problem(
    value: Any, shape: Any, place: str, *, is_strict: bool, also: frozenset[str] = frozenset()
) -> _Problem | None:
    """Return what is wrong with a value and what to do, or ``None``."""
    kind = shape.type_name
    if kind == "blob" or getattr(shape, "is_document_type", False):
        return None
    if not _is_a(value, kind):
        return f"{place} is {_WORDS.get(type(value), type(value).__name__)}, expected a {kind}.", None
    if kind == "structure":
        return _structure_problem(value, shape, place, is_strict=is_strict, also=also)
    inner: Iterable[tuple[Any, Any, str]] = ()
    if kind == "list":
        inner = ((each, shape.member, f"{place}[{number}]") for number, each in enumerate(value))
    elif kind == "map":
        inner = ((each, shape.value, f"{place}.{name}") for name, each in value.items())
    found = (_problem(each, member, at, is_strict=is_strict) for each, member, at in inner)
    return next(filter(None, found), None) or _enum_problem(value, getattr(shape, "enum", []), place)


def _is_a(value: object, kind: str) -> bool:
    return isinstance(value, _TYPES[kind]) and (kind == "boolean" or not isinstance(value, bool))


def _enum_problem(value: Any, enum: Sequence[str], place: str) -> _Problem | None:
    if not enum or value in enum:
        return None
    return f"{place} is {value!r}, expected one of {', '.join(enum)}.", suggest(value, enum) or None


def _structure_problem(
    value: dict[str, Any], shape: Any, place: str, *, is_strict: bool, also: frozenset[str]
) -> _Problem | None:
    members = {_as_step_functions_writes(name): member for name, member in shape.members.items()}
    for name, each in value.items():
        if name in also:
            continue
        if name not in members:
            hint = suggest(name, members, f"it has {', '.join(members) or 'no members'}.")
            return f"{place} has no member {name!r}.", hint
        if found := _problem(each, members[name], f"{place}.{name}", is_strict=is_strict):
            return found
    required = [_as_step_functions_writes(name) for name in shape.required_members]
    if is_strict and (missing := [name for name in required if name not in value]):
        return f"{place} lacks {', '.join(missing)}.", "validation='PRESENT' checks only the members that are there."
    return None


def _as_step_functions_writes(name: str) -> str:
    """Return the name of a member in a state's result: it begins with a capital letter."""
    return name[:1].upper() + name[1:]
