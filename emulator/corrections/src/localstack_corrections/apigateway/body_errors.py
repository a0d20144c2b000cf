"""Errors of a request's body, in the words of the validator that API Gateway runs (java-json-tools).

Its messages are those of the library's bundle ``validation.properties``.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_KINDS = {"number": ["integer", "number"]}
"""A number may be an integer, too."""


def _kind(value: Any) -> str:
    for kind, name in ((bool, "boolean"), (int, "integer"), (float, "number"), (str, "string"), (list, "array")):
        if isinstance(value, kind):
            return name
    return "null" if value is None else "object"


def _listed(values: Iterable[Any]) -> str:
    return json.dumps(list(values), separators=(",", ":"), ensure_ascii=False)


def _wrong_type(error: Any) -> str:
    wanted = error.validator_value if isinstance(error.validator_value, list) else [error.validator_value]
    allowed = sorted({name for kind in wanted for name in _KINDS.get(kind, [kind])})
    found = _kind(error.instance)
    return f"instance type ({found}) does not match any allowed primitive type (allowed: {_listed(allowed)})"


def _unknown_properties(error: Any) -> str:
    known = set(error.schema.get("properties") or {})
    return "object instance has properties which are not allowed by the schema: " + _listed(
        sorted(set(error.instance) - known)
    )


_WORDS: dict[str, Callable[[Any], str]] = {
    "type": _wrong_type,
    "additionalProperties": _unknown_properties,
    "required": lambda error: (
        "object has missing required properties "
        f"({_listed(sorted(name for name in error.validator_value if name not in error.instance))})"
    ),
    "enum": lambda error: (
        f"instance value ({json.dumps(error.instance, ensure_ascii=False)}) not found in enum "
        f"(possible values: {_listed(error.validator_value)})"
    ),
    "minimum": lambda error: (
        "numeric instance is lower than the required minimum "
        f"(minimum: {error.validator_value}, found: {error.instance})"
    ),
    "maximum": lambda error: (
        "numeric instance is greater than the required maximum "
        f"(maximum: {error.validator_value}, found: {error.instance})"
    ),
    "minLength": lambda error: (
        f"string {json.dumps(error.instance, ensure_ascii=False)} is too short "
        f"(length: {len(error.instance)}, required minimum: {error.validator_value})"
    ),
    "maxLength": lambda error: (
        f"string {json.dumps(error.instance, ensure_ascii=False)} is too long "
        f"(length: {len(error.instance)}, maximum allowed: {error.validator_value})"
    ),
    "pattern": lambda error: (
        f"ECMA 262 regex {json.dumps(error.validator_value)} does not match input string "
        f"{json.dumps(error.instance, ensure_ascii=False)}"
    ),
    "minItems": lambda error: (
        f"array is too short: must have at least {error.validator_value} elements but instance "
        f"has {len(error.instance)} elements"
    ),
    "maxItems": lambda error: (
        f"array is too long: must have at most {error.validator_value} elements but instance "
        f"has {len(error.instance)} elements"
    ),
    "uniqueItems": lambda _error: "array must not contain duplicate elements",
    "anyOf": lambda error: f"instance failed to match at least one required schema among {len(error.validator_value)}",
}


def body_errors(body: Any, schema: dict[str, Any]) -> list[str]:
    """Return what is wrong with a body, each once; nothing where it fits the schema."""
    from jsonschema import validators  # type: ignore[import-untyped,unused-ignore]

    validator = validators.validator_for(schema)(schema)
    found = sorted(validator.iter_errors(body), key=lambda error: list(map(str, error.absolute_path)))
    words = [_WORDS.get(error.validator, lambda error: str(error.message))(error) for error in found]
    return list(dict.fromkeys(words))
