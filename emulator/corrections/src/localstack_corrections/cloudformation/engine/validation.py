"""Refuse what CloudFormation refuses before it begins."""

from __future__ import annotations

import re
from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING, Any

from localstack.services.cloudformation.engine.validations import ValidationError

from localstack_corrections.cloudformation.engine import invalid

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_EVALUATED = ("Resources", "Outputs", "Conditions")
_ATTRIBUTE = re.compile(r"\$\{\s*([A-Za-z0-9]+)\.([^}!]+?)\s*\}")
_REFERENCE = re.compile(r"\$\{\s*([A-Za-z0-9]+)\s*(?:\.[^}!]+)?\}")


def dependencies(template: dict[str, Any]) -> dict[str, set[str]]:
    """Return which resources each resource of a template refers to."""
    resources = {
        name: resource
        for name, resource in (template.get("Resources") or {}).items()
        if isinstance(resource, dict) and not name.startswith("Fn::")
    }
    return {
        name: {found for found in _references(resource) if found in resources} for name, resource in resources.items()
    }


def refuse_cycles(template: dict[str, Any]) -> None:
    """Raise the error of a template whose resources wait for each other."""
    try:
        TopologicalSorter(dependencies(template)).prepare()
    except CycleError as error:
        names = ", ".join(sorted(set(error.args[1])))
        raise ValidationError(f"Circular dependency between resources: [{names}]") from None


def refuse_null_sections(template: dict[str, Any]) -> None:
    """Raise the error of a section without a value, such as ``Parameters:`` with comments alone under it."""
    for name, value in template.items():
        if value is None:
            raise ValidationError(f"[/{name}] 'null' values are not allowed in templates")


def refuse_unresolved(template: dict[str, Any]) -> None:
    """Raise the error of a resource or an output that refers to nothing of the template."""
    known = {*(template.get("Resources") or {}), *(template.get("Parameters") or {})}
    for block in ("Resources", "Outputs"):
        found = dict.fromkeys(_references(template.get(block) or {}))
        if names := [name for name in found if name not in known and "::" not in name]:
            raise ValidationError(
                f"Template format error: Unresolved resource dependencies [{', '.join(names)}] in the {block} block of "
                "the template"
            )


def refuse_unknown_conditions(template: dict[str, Any]) -> None:
    """Raise the error of a resource or an output under a condition that the template does not have."""
    known = template.get("Conditions") or {}
    for block in ("Resources", "Outputs"):
        for each in (template.get(block) or {}).values():
            name = each.get("Condition") if isinstance(each, dict) else None
            if isinstance(name, str) and name not in known:
                raise ValidationError(
                    f"Template format error: Unresolved condition dependency {name} in the {block} block of the "
                    "template"
                )


def refuse_unknown_mappings(template: dict[str, Any]) -> None:
    """Raise the error of an ``Fn::FindInMap`` of a mapping, or of keys, that the template does not have."""
    mappings = template.get("Mappings") or {}
    for arguments in _arguments("Fn::FindInMap", [template.get(block) for block in _EVALUATED]):
        names = arguments if isinstance(arguments, list) else []
        has_default = any(isinstance(each, dict) and "DefaultValue" in each for each in names)
        name, *keys = [each if isinstance(each, str) else None for each in names[:3]] or [None]
        if name is None or has_default:
            continue
        if name not in mappings:
            raise ValidationError(
                f"Template error: Mapping named '{name}' is not present in the 'Mappings' section of template."
            )
        found = mappings[name]
        for key in keys:
            if key is None or not isinstance(found, dict):
                break
            if key not in found:
                raise ValidationError(f"Template error: Unable to get mapping for {'::'.join(map(str, names[:3]))}")
            found = found[key]


def refuse_unknown_attributes(template: dict[str, Any]) -> None:
    """Raise the error of an attribute that a resource type does not have."""
    resources = template.get("Resources") or {}
    for name, attribute in _attributes([resources, template.get("Outputs")]):
        resource = resources.get(name)
        known = invalid.attributes(resource.get("Type", "")) if isinstance(resource, dict) else None
        if known is not None and not any(re.fullmatch(pattern, attribute) for pattern in known):
            raise ValidationError(
                f"Template error: resource {name} does not support attribute type {attribute} in Fn::GetAtt"
            )


def refuse_unknown_parameters(template: dict[str, Any], given: Mapping[str, Any]) -> None:
    """Raise the error of parameters that a template does not have."""
    if names := [name for name in given if name not in (template.get("Parameters") or {})]:
        raise ValidationError(f"Parameters: [{', '.join(names)}] do not exist in the template")


def refuse_other_types(before: dict[str, Any], after: dict[str, Any]) -> None:
    """Raise the error of a template that has another type under a logical id of the deployed one."""
    old, new = (
        {name: resource.get("Type") for name, resource in (template.get("Resources") or {}).items()}
        for template in (before, after)
    )
    if names := [name for name in old if name in new and old[name] != new[name]]:
        raise ValidationError(
            "Update of resource type is not permitted. The new template modifies resource type of the following "
            f"resources: [{', '.join(names)}]"
        )


def _arguments(function: str, value: Any) -> Iterator[Any]:
    """Return the arguments of every use of a function."""
    for item in value if isinstance(value, list) else value.values() if isinstance(value, dict) else ():
        yield from _arguments(function, item)
    if isinstance(value, dict) and function in value:
        yield value[function]


def _attributes(value: Any) -> Iterator[tuple[str, str]]:
    """Return each logical id and attribute that a template refers to by words alone."""
    for arguments in _arguments("Fn::GetAtt", value):
        parts = arguments.split(".", 1) if isinstance(arguments, str) else arguments
        if isinstance(parts, list) and len(parts) > 1 and all(isinstance(each, str) for each in parts):
            yield parts[0], ".".join(parts[1:])
    for arguments in _arguments("Fn::Sub", value):
        text = arguments if isinstance(arguments, str) else arguments[0] if arguments else None
        yield from _ATTRIBUTE.findall(text) if isinstance(text, str) else ()


def _references(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for item in value:
            yield from _references(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _named_by(key, item)
            yield from _references(item)


def _named_by(key: str, value: Any) -> Iterator[str]:
    if key in ("Ref", "DependsOn") and isinstance(value, str):
        yield value
    elif key == "DependsOn" and isinstance(value, list):
        yield from (name for name in value if isinstance(name, str))
    elif key == "Fn::GetAtt":
        name = value.split(".")[0] if isinstance(value, str) else value[0] if value else None
        if isinstance(name, str):
            yield name
    elif key == "Fn::Sub":
        text, variables = (value, {}) if isinstance(value, str) else (value[0], value[1])
        yield from (name for name in _REFERENCE.findall(text) if name not in variables)
