"""Deployed resources as a stack remembers them."""

from __future__ import annotations

from typing import Any, TypedDict

type Properties = dict[str, Any]
NOT_EMULATED = "not-emulated"
"""The value of an attribute that nothing is known of, and the end of the physical id of what is not emulated."""


class Record(TypedDict, total=False):
    """One deployed resource; a superset of LocalStack's ``ResolvedResource``."""

    LogicalResourceId: str
    PhysicalResourceId: str
    Type: str
    Properties: Properties
    """What its provider returned: the specified properties and the read-only ones."""
    SpecifiedProperties: Properties
    """What the template said, with every reference resolved."""
    ChangedProperties: Properties
    """What they became by Cloud Control API, behind the stack's back."""
    ResourceStatus: str
    ResourceStatusReason: str
    LastUpdatedTimestamp: Any
    DeletionPolicy: str
    UpdateReplacePolicy: str


type Records = dict[str, Record]


def specified(record: Record) -> Properties:
    """Return what the template said of a resource when it was last created or updated."""
    return record.get("SpecifiedProperties", record.get("Properties", {}))


def current(record: Record) -> Properties:
    """Return the properties that a resource was given last, by its stack or behind its back."""
    return record.get("ChangedProperties", specified(record))


def carried(record: Record) -> Properties:
    """Return the properties that a resource has beside the specified ones: identifiers, attributes and defaults."""
    said = specified(record)
    return {name: value for name, value in record.get("Properties", {}).items() if name not in said}


def stand_in(stack_name: str, logical_id: str) -> str:
    """Return the physical id of a resource that is not emulated."""
    return f"{stack_name}-{logical_id}-{NOT_EMULATED}"


def is_custom(resource_type: str) -> bool:
    """Return whether a function or a topic of the template makes resources of this type."""
    return resource_type.startswith("Custom::") or resource_type == "AWS::CloudFormation::CustomResource"


def is_deployed(record: Record | None) -> bool:
    """Return whether a physical resource stands behind the record."""
    return bool(record and record.get("PhysicalResourceId"))
