"""Exports that other stacks import: they can neither change nor go.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-stack-exports.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from localstack.services.cloudformation.stores import get_cloudformation_store

if TYPE_CHECKING:
    from collections.abc import Iterable


def importing(stack: Any, name: str) -> list[str]:
    """Return the names of the other active stacks that import an export of this stack."""
    stacks = get_cloudformation_store(stack.account_id, stack.region_name).stacks_v2.values()
    return [
        other.stack_name
        for other in stacks
        if other is not stack and other.is_active() and name in getattr(other, "imports", ())
    ]


def refusal(stack: Any, outputs: Iterable[dict[str, Any]]) -> str | None:
    """Return why a stack cannot have these outputs, or None: another stack imports or exports the same name."""
    after = {output["ExportName"]: output["OutputValue"] for output in outputs if output.get("ExportName")}
    return _in_use(stack, after) or _taken(stack, after)


def _in_use(stack: Any, after: dict[str, str]) -> str | None:
    for name, value in stack.resolved_exports.items():
        if after.get(name) != value and (importers := importing(stack, name)):
            verb = "update" if name in after else "delete"
            return f"Cannot {verb} export {name} as it is in use by {', '.join(importers)}"
    return None


def _taken(stack: Any, after: dict[str, str]) -> str | None:
    for other in get_cloudformation_store(stack.account_id, stack.region_name).stacks_v2.values():
        if other is not stack and other.is_active() and (common := sorted(set(after) & set(other.resolved_exports))):
            return f"Export with name {common[0]} is already exported by stack {other.stack_name}."
    return None
