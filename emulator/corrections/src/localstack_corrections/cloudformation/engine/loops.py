"""Expand ``Fn::ForEach`` wherever a template may have it; LocalStack does in resources alone.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-foreach.html
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from localstack_corrections.cloudformation.engine import json_strings

if TYPE_CHECKING:
    from collections.abc import Mapping

_LOOP = "Fn::ForEach::"
_EXTENSIONS = "AWS::LanguageExtensions"
_SECTIONS = ("Conditions", "Outputs", "Resources")
_WITH_ITEM, _WITH_NAME = "${%s}", "&{%s}"
_NOT_OF_NAMES = re.compile("[^a-zA-Z0-9]")


def expand(template: Any, given: Mapping[str, Any], region: str) -> Any:
    """Return a template without those loops whose items are known; functions put its JSON texts together."""
    transforms = template.get("Transform") or []
    if _EXTENSIONS not in (transforms if isinstance(transforms, list) else [transforms]):
        return template
    loops = _Loops(template, given, region)
    return {
        name: json_strings.evaluated(loops.expanded(part, {})) if name in _SECTIONS else part
        for name, part in template.items()
    }


class _Loops:
    """The loops of one template, and the values that their items may refer to."""

    def __init__(self, template: Mapping[str, Any], given: Mapping[str, Any], region: str) -> None:
        self._mappings = template.get("Mappings") or {}
        declared = template.get("Parameters") or {}
        self._values = {name: given.get(name, each.get("Default")) for name, each in declared.items()}
        self._values["AWS::Region"] = region

    def expanded(self, value: Any, variables: Mapping[str, str]) -> Any:
        """Return a part of the template with its loops expanded, and the variables of those around it replaced."""
        match value:
            case list():
                return [self.expanded(each, variables) for each in value]
            case str():
                return _replaced(value, variables)
            case {"Ref": str(name)} if name in variables:
                return variables[name]
            case {"Ref": {"Fn::Sub": str(text)}}:
                return {"Ref": _replaced(text, variables)}
            case dict():
                return self._expanded_members(value, variables)
        return value

    def _expanded_members(self, members: Mapping[str, Any], variables: Mapping[str, str]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, each in members.items():
            if key.startswith(_LOOP) and (items := self._items_of(each, variables)) is not None:
                name, _, body = each
                for item in items:
                    found.update(self.expanded(body, {**variables, name: item}))
            else:
                found[_replaced(key, variables)] = self.expanded(each, variables)
        return found

    def _items_of(self, loop: Any, variables: Mapping[str, str]) -> list[str] | None:
        match loop:
            case [str(), collection, dict()]:
                return self._items(self.expanded(collection, variables))
        return None

    def _items(self, collection: Any) -> list[str] | None:
        """Return the items of a collection, or None where they are not known beforehand."""
        match collection:
            case list():
                parts = [self._items(each) if isinstance(each, dict) else [str(each)] for each in collection]
                return None if None in parts else [item for part in parts if part for item in part]
            case {"Ref": str(name)}:
                value = self._values.get(name)
                return None if value is None else [each.strip() for each in str(value).split(",")]
            case {"Fn::FindInMap": [name, *keys]}:
                return self._mapped(name, keys)
        return None

    def _mapped(self, name: Any, keys: list[Any]) -> list[str] | None:
        found: Any = self._mappings
        for key in (name, *keys):
            word = self._values.get(key.get("Ref", "")) if isinstance(key, dict) else key
            found = found.get(word) if isinstance(found, dict) else None
        return [str(each) for each in found] if isinstance(found, list) else None


def _replaced(text: str, variables: Mapping[str, str]) -> str:
    for name, item in variables.items():
        text = text.replace(_WITH_ITEM % name, item).replace(_WITH_NAME % name, _NOT_OF_NAMES.sub("", item))
    return text
