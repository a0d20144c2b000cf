"""What the value of a property may be: its range, its length, its pattern, or one of some words.

AWS names the constraint and neither the value, which may be secret, nor what is allowed; the hint says the latter.
https://repost.aws/knowledge-center/cloudformation-resolve-model-val-failed and
https://github.com/aws-cloudformation/cloudformation-resource-schema/issues/127
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_MOST_WORDS = 12


def faults(schema: Mapping[str, Any], value: Any, path: str) -> Iterator[str]:
    """Return what is wrong with a value of the right type."""
    if isinstance(value, list):
        yield from _of_list(schema, value, path)
    elif not isinstance(value, dict):
        yield from _of_scalar(schema, value, path)


def _of_list(schema: Mapping[str, Any], value: list[Any], path: str) -> Iterator[str]:
    if len(value) < schema.get("minItems", 0):
        yield f"{path}: expected minimum item count: {schema['minItems']}, found: {len(value)}"
    if len(value) > schema.get("maxItems", len(value)):
        yield f"{path}: expected maximum item count: {schema['maxItems']}, found: {len(value)}"


def _of_scalar(schema: Mapping[str, Any], value: Any, path: str) -> Iterator[str]:
    text = str(value).lower() if isinstance(value, bool) else str(value)
    words = schema.get("enum")
    if words and text not in {str(word).lower() if isinstance(word, bool) else str(word) for word in words}:
        allowed = ", ".join(map(str, words[:_MOST_WORDS])) + (", …" if len(words) > _MOST_WORDS else "")
        yield f"{_failed(path, 'enum')}. Hint: it may be {allowed}."
    if schema.get("type") in ("integer", "number"):
        yield from _of_number(schema, float(value), path)
    elif schema.get("type") == "string":
        yield from _of_text(schema, text, path)


def _of_number(schema: Mapping[str, Any], value: float, path: str) -> Iterator[str]:
    if value < schema.get("minimum", value):
        yield f"{_failed(path, 'minimum')}. Hint: it is at least {schema['minimum']}."
    if value > schema.get("maximum", value):
        yield f"{_failed(path, 'maximum')}. Hint: it is at most {schema['maximum']}."


def _of_text(schema: Mapping[str, Any], value: str, path: str) -> Iterator[str]:
    if len(value) < schema.get("minLength", 0):
        yield f"{path}: expected minLength: {schema['minLength']}, actual: {len(value)}"
    if len(value) > schema.get("maxLength", len(value)):
        yield f"{path}: expected maxLength: {schema['maxLength']}, actual: {len(value)}"
    pattern = schema.get("pattern")
    if pattern and not re.search(pattern, value):
        yield f"{_failed(path, 'pattern')}. Hint: it matches {pattern}"


def _failed(path: str, keyword: str) -> str:
    return f"{path}: failed validation constraint for keyword [{keyword}]"
