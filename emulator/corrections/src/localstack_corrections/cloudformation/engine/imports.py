"""Imports: resources that are there already become those of a stack.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/import-resources.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError
from localstack.aws.connect import connect_to
from localstack.services.cloudformation.engine.validations import ValidationError
from localstack.services.cloudformation.stores import get_cloudformation_store

from localstack_corrections.cloudformation.resources.readers import READERS

if TYPE_CHECKING:
    from localstack_corrections.cloudformation.records import Properties

type Imported = dict[str, tuple[str, Properties]]
"""The physical id and the properties of each resource that is imported, by its logical id."""


def find(context: Any, request: Any, stack: Any, template: Properties) -> Imported:
    """Return the resources that a change set imports.

    :raises ValidationError: one is not there, cannot be imported, or the template changes something else.
    """
    wanted = request.get("ResourcesToImport") or []
    if not wanted:
        raise ValidationError("ResourcesToImport must be specified for a change set of type IMPORT")
    deployed = (stack.processed_template or {}).get("Resources", {}) if stack else {}
    resources = template.get("Resources") or {}
    clients = connect_to(aws_access_key_id=context.account_id, region_name=context.region)
    found = {each["LogicalResourceId"]: _read(clients, each, resources, deployed) for each in wanted}
    others = {name for name in resources.keys() ^ deployed.keys() if name not in found}
    if others:
        raise ValidationError(
            f"As part of the import operation, you cannot create or delete resources: [{', '.join(sorted(others))}]"
        )
    for name, (physical_id, _) in found.items():
        _refuse_taken(context, resources[name]["Type"], physical_id)
    return found


def _read(clients: Any, wanted: Any, resources: Properties, deployed: Properties) -> tuple[str, Properties]:
    name, kind = wanted["LogicalResourceId"], wanted["ResourceType"]
    resource = resources.get(name) or {}
    if resource.get("Type") != kind:
        raise ValidationError(f"Resource [{name}] of type {kind} is not in the template")
    if name in deployed:
        raise ValidationError(f"Resource [{name}] is in the stack already")
    if not resource.get("DeletionPolicy"):
        raise ValidationError(f"Resources to import must have a DeletionPolicy attribute: [{name}]")
    if kind not in READERS:
        raise ValidationError(
            f"Resource [{name}] cannot be imported: imports of {kind} are not emulated. "
            f"Hint: these are: {', '.join(sorted(READERS))}."
        )
    physical_id = "|".join(wanted["ResourceIdentifier"].values())
    try:
        return physical_id, READERS[kind](clients, _rule_id(physical_id) if kind.endswith("::Rule") else physical_id)
    except (ClientError, LookupError) as error:
        raise ValidationError(
            f"Resource [{name}] does not exist: no {kind} is called {physical_id} ({error})"
        ) from None


def _rule_id(identifier: str) -> str:
    """Return how LocalStack knows a rule, which AWS knows by its ARN."""
    return identifier.partition(":rule/")[2].replace("/", "|") if ":rule/" in identifier else identifier


def _refuse_taken(context: Any, kind: str, physical_id: str) -> None:
    for stack in get_cloudformation_store(context.account_id, context.region).stacks_v2.values():
        records = stack.resolved_resources.values() if stack.is_active() else ()
        if any((each["Type"], each.get("PhysicalResourceId")) == (kind, physical_id) for each in records):
            raise ValidationError(f"Resource {physical_id} of type {kind} is in stack {stack.stack_name} already")
