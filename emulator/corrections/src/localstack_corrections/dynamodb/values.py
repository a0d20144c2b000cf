"""Attribute values as DynamoDB takes, keeps and compares them.

Numbers have 38 digits and are kept without zeros that say nothing; sets have no duplicates; values nest 32 levels deep.
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html
"""

from __future__ import annotations

import base64
import re
from decimal import Context, Decimal
from typing import Any

type AttributeValue = dict[str, Any]

TYPES = ("B", "NULL", "SS", "BOOL", "L", "BS", "N", "NS", "S", "M")
SETS = {"SS": "S", "NS": "N", "BS": "B"}
EXACT = Context(prec=38)
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_DIGITS, _HIGHEST, _LOWEST = 38, 125, -130
_LEVELS = 32
_INVALID = "One or more parameter values were invalid: "
_DATA_TYPES = "must contain exactly one of the supported datatypes"


class RefusedError(Exception):
    """Why a value cannot be kept, in DynamoDB's words."""


def normalised(value: AttributeValue, level: int = 0) -> AttributeValue:
    """Return a value as it is kept.

    :raises RefusedError: DynamoDB takes no such value.
    """
    kinds = [kind for kind in value if kind in TYPES]
    if len(kinds) != 1:
        problem = "has more than one datatypes set" if kinds else "is empty"
        raise RefusedError(f"Supplied AttributeValue {problem}, {_DATA_TYPES}")
    if level > _LEVELS:
        raise RefusedError("Nesting Levels have exceeded supported limits")
    kind = kinds[0]
    content = value[kind]
    if kind == "N":
        return {kind: number(content)}
    if kind in SETS:
        return {kind: _set(kind, content)}
    if kind == "L":
        return {kind: [normalised(each, level + 1) for each in content]}
    if kind == "M":
        return {kind: {name: normalised(each, level + 1) for name, each in content.items()}}
    if kind == "NULL" and content is not True:
        raise RefusedError(f"{_INVALID}Null attribute value types must have the value of true")
    return {kind: content}


def number(text: str) -> str:
    """Return a number as DynamoDB writes it: ``1.50`` as ``1.5``, ``1e3`` as ``1000``.

    :raises RefusedError: it is none, or one that DynamoDB cannot keep.
    """
    if not _NUMBER.fullmatch(text):
        raise RefusedError(f"The parameter cannot be converted to a numeric value{f': {text}' if text else ''}")
    found = Decimal(text)
    if not found:
        return "0"
    if found.adjusted() > _HIGHEST:
        raise RefusedError("Number overflow. Attempting to store a number with magnitude larger than supported range")
    if found.adjusted() < _LOWEST:
        raise RefusedError("Number underflow. Attempting to store a number with magnitude smaller than supported range")
    if len("".join(map(str, found.as_tuple().digits)).strip("0")) > _DIGITS:
        raise RefusedError(f"Attempting to store more than {_DIGITS} significant digits in a Number")
    text = format(found, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _set(kind: str, content: list[str]) -> list[str]:
    if not content:
        empty = {"SS": "An string set  may not be empty", "NS": "An number set  may not be empty"}
        raise RefusedError(_INVALID + empty.get(kind, "Binary sets should not be empty"))
    kept = [number(each) for each in content] if kind == "NS" else content
    if len(set(kept)) < len(kept):
        raise RefusedError(
            f"{_INVALID}Input collection [{', '.join(content)}]{kind if kind == 'BS' else ''} contains duplicates."
        )
    return kept


def plain(value: Any) -> AttributeValue:
    """Return a value of moto's as JSON has it: all levels as dictionaries, bytes as Base64."""
    kind, content = (value.type, value.value) if hasattr(value, "type") else next(iter(value.items()))
    match kind:
        case "L":
            content = [plain(each) for each in content]
        case "M":
            content = {name: plain(each) for name, each in content.items()}
        case "B":
            content = _encoded(content)
        case "BS":
            content = [_encoded(each) for each in content]
    return {kind: content}


def attributes_of(item: Any) -> dict[str, AttributeValue]:
    """Return the attributes of an item of moto's."""
    return {name: plain(value) for name, value in item.attrs.items()}


def _encoded(content: str | bytes) -> str:
    return base64.b64encode(content).decode() if isinstance(content, bytes) else content


def equal(left: AttributeValue, right: AttributeValue) -> bool:
    """Return whether two values are the same, whatever the order of a set."""
    (kind, first), (other, second) = next(iter(left.items())), next(iter(right.items()))
    if kind != other:
        return False
    if kind == "N":
        return Decimal(first) == Decimal(second)
    if kind == "NS":
        return {Decimal(each) for each in first} == {Decimal(each) for each in second}
    if kind in SETS:
        return set(first) == set(second)
    if kind == "L":
        return len(first) == len(second) and all(map(equal, first, second))
    if kind == "M":
        return first.keys() == second.keys() and all(equal(first[name], second[name]) for name in first)
    return bool(first == second)


def ordered(value: AttributeValue) -> tuple[str, Any] | None:
    """Return what a value is sorted by, with its type; ``None`` for a type without an order."""
    kind, content = next(iter(value.items()))
    match kind:
        case "N":
            return kind, Decimal(content)
        case "S":
            return kind, content
        case "B":
            return kind, octets(content)
    return None


def octets(content: Any) -> bytes:
    """Return the bytes of a binary value, which a request has as Base64."""
    return content if isinstance(content, bytes) else base64.b64decode(content)
