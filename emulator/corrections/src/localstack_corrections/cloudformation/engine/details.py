"""The details of a change set: ``cdk diff`` takes a property that has none for one that does not change."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from localstack.services.cloudformation.resource_provider import ResourceProviderExecutor

from localstack_corrections.cloudformation.engine import replacement

if TYPE_CHECKING:
    from collections.abc import Iterable

    from localstack_corrections.cloudformation.engine.imports import Imported


def complete(changes: Iterable[Any], *, with_values: bool, imported: Imported) -> None:
    """Add to each modification which properties it changes, and whether each needs a new resource."""
    for change in changes:
        resource = change.get("ResourceChange") or {}
        if resource.get("Action") == "Modify":
            _complete(resource)
        elif found := imported.get(resource.get("LogicalResourceId", "")):
            resource["Action"], resource["PhysicalResourceId"] = "Import", found[0]
        if not with_values:
            resource.pop("BeforeContext", None)
            resource.pop("AfterContext", None)


def _complete(resource: Any) -> None:
    before, after = (
        json.loads(resource.get(name) or "{}").get("Properties") or {} for name in ("BeforeContext", "AfterContext")
    )
    changed = sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))
    provider = ResourceProviderExecutor.try_load_resource_provider(resource["ResourceType"])
    paths = replacement.replaced_by(resource["ResourceType"], provider.SCHEMA, before, after) if provider else []
    replaced = {path.split(".")[0] for path in paths}
    resource["Scope"] = ["Properties"]
    resource["Replacement"] = "True" if replaced else "False"
    resource["Details"] = [_detail(name, recreates=name in replaced) for name in changed]


def _detail(name: str, *, recreates: bool) -> dict[str, Any]:
    target = {"Attribute": "Properties", "Name": name, "RequiresRecreation": "Always" if recreates else "Never"}
    return {"Target": target, "Evaluation": "Static", "ChangeSource": "DirectModification"}
