"""Find the deployed stacks, and what is in them, on an engine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from localdev.deployment.resources import STATE_MACHINE, resources_of
from localdev.system.errors import LocaldevError
from localdev.system.project import typed
from localdev.system.suggestions import suggest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from localdev.deployment.resources import Resource
    from localdev.engines import Engine
    from localdev.engines.clients import Clients

_OF_THE_CDK: Final = "CDKToolkit"
_GONE: Final = frozenset({"DELETE_COMPLETE", "REVIEW_IN_PROGRESS", "ROLLBACK_COMPLETE"})
"""Of a stack with nothing in it: removed, not made yet, or its creation undone."""


def stack_names(engine: Engine, wanted: Sequence[str] = ()) -> list[str]:
    """Return what CloudFormation calls the stacks on an emulator, or the app's own in an account.

    ``wanted`` chooses some by their name; that of a stack within a stage may be written as ``Stage/Stack``, too.

    :raises LocaldevError: there is none, none of a wanted name, or the app cannot be synthesised.
    """
    there = _of_the_app(engine) if engine.kind.is_account else _on_the_emulator(engine.clients())
    if not there:
        raise LocaldevError(f"No stack is deployed at {engine.where}.", f"deploy the app with {typed('up')}.")
    return [_named(each, there) for each in wanted] or there


def resources(engine: Engine, wanted: Sequence[str] = ()) -> list[Resource]:
    """Return every resource of the deployed stacks; ``wanted`` chooses stacks.

    :raises LocaldevError: see :func:`stack_names`.
    """
    clients = engine.clients()
    return [each for name in stack_names(engine, wanted) for each in resources_of(clients, name)]


def state_machines(engine: Engine, wanted: Sequence[str] = ()) -> list[str]:
    """Return the ARNs of the state machines of the deployed stacks.

    :raises LocaldevError: see :func:`stack_names`.
    """
    return [each.physical_id for each in resources(engine, wanted) if each.type == STATE_MACHINE]


def _of_the_app(engine: Engine) -> list[str]:
    from localdev.deployment import assemblies, context
    from localdev.deployment.manifest import stacks_of

    assembly = assemblies.latest(engine.stack_name, context=context.remembered(engine))
    return [stack.name for stack in stacks_of(assembly)]


def _on_the_emulator(clients: Clients) -> list[str]:
    pages = clients.client("cloudformation").get_paginator("describe_stacks").paginate()
    found = [
        (stack["CreationTime"], stack["StackName"])
        for page in pages
        for stack in page["Stacks"]
        if stack["StackName"] != _OF_THE_CDK and stack["StackStatus"] not in _GONE and "ParentId" not in stack
    ]
    return [name for _, name in sorted(found)]


def _named(wanted: str, there: Sequence[str]) -> str:
    for name in (wanted, wanted.replace("/", "-")):
        if name in there:
            return name
    meant = suggest(wanted, there)
    raise LocaldevError(f"There is no stack {wanted!r}.", f"{meant} There is {', '.join(map(repr, there))}.".lstrip())
