"""The construct of a CDK app that has made a function."""

import sys
from collections.abc import Iterator
from typing import Any

_STORES = "localstack.services.cloudformation.stores"
_PATH = "aws:cdk:path"
"""The metadata of a resource that names its construct."""
_FUNCTION = "AWS::Lambda::Function"


def path_of(function: str) -> str | None:
    """Return the construct's path of the function with this name; ``None`` where no stack of the CDK has made it."""
    return next((path for name, path in _functions() if name == function), None)


def _functions() -> Iterator[tuple[str, str]]:
    """Yield the name and the construct's path of each function of a stack; who has no stack need not load them."""
    module = sys.modules.get(_STORES)
    for account in list(module.cloudformation_stores.values()) if module else ():
        for store in list(account.values()):
            for stack in list(store.stacks_v2.values()):
                yield from _of_stack(stack)


def _of_stack(stack: Any) -> Iterator[tuple[str, str]]:
    described = (stack.processed_template or stack.template or {}).get("Resources") or {}
    for logical, resource in list((stack.resolved_resources or {}).items()):
        path = ((described.get(logical) or {}).get("Metadata") or {}).get(_PATH)
        if resource.get("Type") == _FUNCTION and path:
            yield str(resource.get("PhysicalResourceId")), str(path).removesuffix("/Resource")
