"""Requests that a service's own model does not allow: choices, bounds and lengths of their members."""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

_BOUNDS = (("max", "less", operator.gt), ("min", "greater", operator.lt))


def check(context: Any, request: dict[str, Any]) -> None:
    """Refuse a request with members that the model does not allow.

    :raises CommonServiceException: there is one.
    """
    from localstack.aws.api import CommonServiceException

    wrong = list(_broken("", request, context.operation.input_shape))
    if wrong:
        detected = f"{len(wrong)} validation error{'s' if len(wrong) > 1 else ''} detected"
        raise CommonServiceException("ValidationException", f"{detected}: {'; '.join(wrong)}")


def _broken(path: str, value: Any, shape: Any) -> Iterator[str]:
    """List what is wrong with a member and with those inside it, in AWS's words."""
    rule = (path and _rule_of(value, shape)) or _rule_of_map(value, shape)
    if rule:
        yield f"Value '{_shown(value)}' at '{path}' failed to satisfy constraint: {rule}"
    elif shape.type_name == "structure" and isinstance(value, dict):
        for name, each in value.items():
            if name in shape.members and each is not None and shape.members[name].name != "AttributeValue":
                begin = f"{path}." if path else ""
                yield from _broken(f"{begin}{name[0].lower()}{name[1:]}", each, shape.members[name])
    elif shape.type_name == "list" and isinstance(value, list):
        for number, each in enumerate(value, 1):
            yield from _broken(f"{path}.{number}.member", each, shape.member)


def _rule_of_map(value: Any, shape: Any) -> str | None:
    """Return the rule that a list in a map breaks, such as the writes of a batch to a table."""
    if shape.type_name != "map" or not isinstance(value, dict) or shape.value.type_name != "list":
        return None
    if not any(_rule_of(each, shape.value) for each in value.values()):
        return None
    rules = [_bound("length", *bound) for bound in _bounds_of(shape.value)]
    return f"Map value must satisfy constraint: [{', '.join(rules)}]"


def _rule_of(value: Any, shape: Any) -> str | None:
    """Return the rule that a value breaks."""
    choices = shape.metadata.get("enum")
    if isinstance(value, str) and choices:
        return None if value in choices else f"Member must satisfy enum value set: [{', '.join(sorted(choices))}]"
    if isinstance(value, bool) or not isinstance(value, int | str | bytes | list | dict):
        return None
    size, what = (value, "value") if isinstance(value, int) else (len(value), "length")
    for name, than, is_beyond in _BOUNDS:
        if name in shape.metadata and is_beyond(size, shape.metadata[name]):
            return _bound(what, than, shape.metadata[name])
    return None


def _bounds_of(shape: Any) -> Iterator[tuple[str, int]]:
    return ((than, shape.metadata[name]) for name, than, _ in _BOUNDS if name in shape.metadata)


def _bound(what: str, than: str, bound: int) -> str:
    return f"Member must have {what} {than} than or equal to {bound}"


def _shown(value: Any) -> str:
    """Return a value as Java writes it, without the places in memory that it has for objects."""
    if isinstance(value, list):
        return f"[{', '.join(map(_shown, value))}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{name}={_shown(each)}' for name, each in value.items())}}}"
    return "java.nio.HeapByteBuffer" if isinstance(value, bytes) else str(value)
