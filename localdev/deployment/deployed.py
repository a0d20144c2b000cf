"""Find the deployed stacks, and what is in them, on an engine."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from localdev.deployment.places import Places
from localdev.deployment.resources import NESTED_STACK, STATE_MACHINE, resources_of
from localdev.deployment.stack import resource_ids
from localdev.engines.naming import typed_for
from localdev.system import project
from localdev.system.errors import LocaldevError
from localdev.system.suggestions import suggest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from localdev.deployment.resources import Resource
    from localdev.engines import Engine
    from localdev.engines.clients import Clients

_OF_THE_CDK: Final = "CDKToolkit"
_GONE: Final = frozenset({"DELETE_COMPLETE", "REVIEW_IN_PROGRESS", "ROLLBACK_COMPLETE"})
"""Of a stack with nothing in it: removed, not made yet, or its creation undone."""


@dataclass(frozen=True)
class DeployedStack:
    """A deployed stack, and clients of the account and region that it is in."""

    name: str
    clients: Clients


def deployed_stacks(engine: Engine, wanted: Sequence[str] = ()) -> list[DeployedStack]:
    """Return the stacks on an emulator, of every account and region that the app names, or the app's in an account.

    ``wanted`` chooses some by their name; that of a stack within a stage may be written as ``Stage/Stack``, too.

    :raises LocaldevError: there is none, none of a wanted name, or the app cannot be synthesised.
    """
    there = stacks_on(engine)
    if not there:
        has_app = (project.ROOT / "cdk.json").is_file()
        what, template = ("the app", "") if has_app else ("a template", " --template FILE")
        raise LocaldevError(
            f"No stack is deployed at {engine.where}.", f"deploy {what} with {typed_for(engine, 'up')}{template}."
        )
    if not wanted:
        return there
    names = list(dict.fromkeys(each.name for each in there))
    chosen = [_named(each, names) for each in wanted]
    return [stack for name in chosen for stack in there if stack.name == name]


def stacks_on(engine: Engine) -> list[DeployedStack]:
    """Return what :func:`deployed_stacks` does, or nothing where no stack is deployed."""
    if engine.kind.is_account:
        clients = engine.clients()
        return [DeployedStack(name, clients) for name in _of_the_app(engine)]
    return [DeployedStack(name, clients) for clients in places(engine) for name in _on_the_emulator(clients)]


def places(engine: Engine) -> list[Clients]:
    """Return clients of every account and region that stacks of the app may be in, the default's first."""
    return Places(engine).all()


def resources(engine: Engine, wanted: Sequence[str] = ()) -> list[Resource]:
    """Return every resource of the deployed stacks; ``wanted`` chooses stacks.

    :raises LocaldevError: see :func:`deployed_stacks`.
    """
    return resources_in(deployed_stacks(engine, wanted))


def resources_in(stacks: Sequence[DeployedStack]) -> list[Resource]:
    """Return every resource of deployed stacks. :raises LocaldevError: one has been removed."""
    return [each for stack in stacks for each in resources_of(stack.clients, stack.name)]


def clients_of(engine: Engine, resource: Resource) -> Clients:
    """Return clients of the account and region that a resource is in."""
    return resource.clients or engine.clients()


def clients_for(engine: Engine, arn: str) -> Clients:
    """Return clients of the account and region that an ARN names."""
    _, _, _, region, account, *_ = arn.split(":")
    return Places(engine).at(account, region)


def state_machines(engine: Engine, wanted: Sequence[str] = ()) -> list[Resource]:
    """Return the state machines of the deployed stacks.

    :raises LocaldevError: see :func:`deployed_stacks`.
    """
    return [each for each in resources(engine, wanted) if each.type == STATE_MACHINE]


def _of_the_app(engine: Engine) -> list[str]:
    from localdev.deployment import assemblies, context
    from localdev.deployment.manifest import stacks_of

    assembly = assemblies.latest(engine, context=context.remembered(engine))
    return [stack.name for stack in stacks_of(assembly)]


def _on_the_emulator(clients: Clients) -> list[str]:
    api = clients.client("cloudformation")
    found = sorted(
        (stack["CreationTime"], stack["StackName"], stack["StackId"])
        for page in api.get_paginator("describe_stacks").paginate()
        for stack in page["Stacks"]
        if stack["StackName"] != _OF_THE_CDK and stack["StackStatus"] not in _GONE and "ParentId" not in stack
    )
    # LocalStack names no parent: a nested stack is a resource of its parent
    nested = _nested_in(clients, [name for _, name, _ in found]) if len(found) > 1 else set()
    return [name for _, name, stack_id in found if not {name, stack_id} & nested]


def _nested_in(clients: Clients, names: Sequence[str]) -> set[str]:
    """Return the ids of the stacks that are resources of others; a stack that is removed meanwhile has none."""
    nested: set[str] = set()
    for name in names:
        with suppress(LocaldevError):
            nested |= set(resource_ids(clients, name, NESTED_STACK).values())
    return nested


def _named(wanted: str, there: Sequence[str]) -> str:
    for name in (wanted, wanted.replace("/", "-")):
        if name in there:
            return name
    meant = suggest(wanted, there)
    raise LocaldevError(f"There is no stack {wanted!r}.", f"{meant} There is {', '.join(map(repr, there))}.".lstrip())
