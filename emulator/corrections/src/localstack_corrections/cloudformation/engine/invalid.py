"""Refuses properties that a resource type does not have, that are missing, or that have another type or value.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/troubleshooting.html
"""

from __future__ import annotations

import json
import re
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from localstack_corrections.cloudformation.engine import constraints

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_NUMBER = re.compile(r"\s*[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d+)?\s*\Z")
_WORDS: Mapping[str, str] = {
    "array": "JSONArray", "boolean": "Boolean", "integer": "Integer", "number": "Number", "object": "JSONObject",
    "string": "String",
}  # fmt: skip


def refusal(name: str, resource_type: str, properties: Mapping[str, Any]) -> str | None:
    """Return why a resource cannot have these properties, or None."""
    schema = _schema(resource_type)
    fault = next(_Check(schema).faults(schema, properties, "#"), None) if schema else None
    if fault is None or not fault.startswith("#"):
        return fault
    return f"Properties validation failed for resource {name} with message: {fault}"


def attributes(resource_type: str) -> list[str] | None:
    """Return patterns of the attributes that ``Fn::GetAtt`` returns of a type; None where they are not known."""
    schema = _schema(resource_type)
    return schema["attributes"] if schema else None


@cache
def _lines() -> Mapping[str, str]:
    text = files(__package__.rpartition(".")[0]).joinpath("schemas.jsonl").read_text(encoding="utf-8")
    return dict(line.split("\t", 1) for line in text.splitlines())


@cache
def _schema(resource_type: str) -> Any:
    line = _lines().get(resource_type)
    return json.loads(line) if line else None


class _Check:
    """A search for what is wrong, in the words of AWS."""

    def __init__(self, schema: Any) -> None:
        self._definitions = schema.get("definitions") or {}

    def faults(self, schema: Any, value: Any, path: str) -> Iterator[str]:
        """Return what is wrong with a value, the first fault first."""
        schema = self._resolved(schema)
        if value is None or not schema:
            return
        types = schema.get("type") or ()
        types = [types] if isinstance(types, str) else types
        if types and not any(_is(each, value) for each in types):
            expected = " or ".join(_WORDS.get(each, each) for each in types)
            yield f"{path}: expected type: {expected}, found: {_word(value)}"
            return
        yield from constraints.faults(schema, value, path)
        if isinstance(value, dict):
            yield from self._of_object(schema, value, path)
        elif isinstance(value, list) and "items" in schema:
            for number, each in enumerate(value):
                yield from self.faults(schema["items"], each, f"{path}/{number}")

    def _of_object(self, schema: Any, value: Mapping[str, Any], path: str) -> Iterator[str]:
        known = schema.get("properties") or {}
        patterns = schema.get("patternProperties") or {}
        if known and schema.get("additionalProperties") is False:
            yield from (
                _unsupported(name, path, known)
                for name in value
                if name not in known and not any(re.search(pattern, name) for pattern in patterns)
            )
        if known:
            for name in schema.get("required") or ():
                if value.get(name) is None:
                    yield f"{path}: required key [{name}] not found"
        for name, each in value.items():
            if name in known:
                yield from self.faults(known[name], each, f"{path}/{name}")

    def _resolved(self, schema: Any) -> Any:
        while isinstance(schema, dict) and "$ref" in schema:
            schema = self._definitions.get(schema["$ref"].rpartition("/")[2])
        return schema if isinstance(schema, dict) else None


def _unsupported(name: str, path: str, known: Mapping[str, Any]) -> str:
    where = "" if path == "#" else f" in {path}"
    lower = {each.lower(): each for each in known}
    near = get_close_matches(name.lower(), lower, 1)
    hint = f". Hint: did you mean {lower[near[0]]}?" if near else ""
    return f"Encountered unsupported property {name}{where}{hint}"


def _is(kind: str, value: Any) -> bool:
    """Return whether a value is of a type, or a text that CloudFormation takes for it."""
    match kind:
        case "object":
            return isinstance(value, dict) or _is_json_object(value)
        case "array":
            return isinstance(value, list)
        case "boolean":
            return isinstance(value, bool) or (isinstance(value, str) and value.lower() in ("true", "false"))
        case "integer" | "number":
            is_number = isinstance(value, int | float) and not isinstance(value, bool)
            return is_number or (isinstance(value, str) and bool(_NUMBER.match(value)))
        case "string":
            return not isinstance(value, dict | list)
        case _:
            return True


def _is_json_object(value: Any) -> bool:
    if not isinstance(value, str) or not value.lstrip().startswith("{"):
        return False
    try:
        return isinstance(json.loads(value), dict)
    except ValueError:
        return False


def _word(value: Any) -> str:
    if isinstance(value, bool):
        return "Boolean"
    if isinstance(value, dict):
        return "JSONObject"
    if isinstance(value, list):
        return "JSONArray"
    return "String" if isinstance(value, str) else "Number"
