"""Refuse templates that lack what CloudFormation needs, or say what it does not know.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-anatomy.html and
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-product-attribute-reference.html
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from localstack.services.cloudformation.engine.validations import ValidationError

if TYPE_CHECKING:
    from collections.abc import Mapping

_MOST = {"Resources": 500, "Outputs": 200, "Parameters": 200}
"""https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html"""
_SECTIONS = frozenset(
    {
        "AWSTemplateFormatVersion", "Conditions", "Description", "Fn::Transform", "Hooks", "Mappings", "Metadata",
        "Outputs", "Parameters", "Resources", "Rules", "Transform",
    }
)  # fmt: skip
_ATTRIBUTES = frozenset(
    {
        "Condition", "CreationPolicy", "DeletionPolicy", "DependsOn", "Fn::Transform", "Metadata", "Properties", "Type",
        "UpdatePolicy", "UpdateReplacePolicy", "Version",
    }
)  # fmt: skip
_POLICIES = {
    "DeletionPolicy": frozenset({"Delete", "Retain", "RetainExceptOnCreate", "Snapshot"}),
    "UpdateReplacePolicy": frozenset({"Delete", "Retain", "Snapshot"}),
}
_NAME = "[a-zA-Z][-a-zA-Z0-9]*"
_LONGEST_NAME = 128


def refuse_stack_name(name: str) -> None:
    """Raise the error of a name that a stack cannot have."""
    faults = {
        f"Member must satisfy regular expression pattern: {_NAME}": not re.fullmatch(_NAME, name),
        f"Member must have length less than or equal to {_LONGEST_NAME}": len(name) > _LONGEST_NAME,
    }
    if found := [fault for fault, is_there in faults.items() if is_there]:
        said = "; ".join(f"Value '{name}' at 'stackName' failed to satisfy constraint: {fault}" for fault in found)
        raise ValidationError(f"{len(found)} validation error{'s' * (len(found) > 1)} detected: {said}")


def refuse_malformed(template: Mapping[str, Any]) -> None:
    """Raise the error of a template whose macros have been expanded."""
    if unknown := [name for name in template if name not in _SECTIONS]:
        raise ValidationError(f"Invalid template property or properties [{', '.join(unknown)}]")
    if not template.get("Resources"):
        raise ValidationError("Template format error: At least one Resources member must be defined.")
    _refuse_too_many(template)
    for name, resource in template["Resources"].items():
        if not name.startswith("Fn::"):
            _refuse_resource(name, resource)


def _refuse_too_many(template: Mapping[str, Any]) -> None:
    for section, most in _MOST.items():
        number = len(template.get(section) or {})
        if number > most:
            raise ValidationError(
                f"Template format error: Number of {section.lower()}, {number}, is greater than maximum allowed, {most}"
            )


def _refuse_resource(name: str, resource: Any) -> None:
    if not isinstance(resource, dict) or not resource.get("Type"):
        raise ValidationError(
            f"Template format error: [/Resources/{name}] Every Resources object must contain a Type member."
        )
    if unknown := [each for each in resource if each not in _ATTRIBUTES]:
        raise ValidationError(f"Invalid template resource property '{unknown[0]}'")
    for attribute, known in _POLICIES.items():
        policy = resource.get(attribute)
        if isinstance(policy, str) and policy not in known:
            raise ValidationError(f"Template format error: Unrecognized {attribute} {policy} for resource {name}")
