"""Choose what a command is about: of this project's stacks, before those of others on the same emulator."""

from __future__ import annotations

from typing import TYPE_CHECKING

from localdev.commands.deploying import print_others
from localdev.commands.terminal import err

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from localdev.deployment.deployed import DeployedStack
    from localdev.deployment.resources import Resource
    from localdev.engines import Engine


def chosen_stacks(engine: Engine, wanted: Sequence[str]) -> tuple[list[DeployedStack], list[DeployedStack]]:
    """Return the wanted stacks, or the project's own, and the others where none is wanted.

    :raises LocaldevError: see :func:`~localdev.deployment.deployed.deployed_stacks`.
    """
    from localdev.deployment.deployed import deployed_stacks
    from localdev.deployment.own_stacks import own_stacks

    there = deployed_stacks(engine, wanted)
    own = there if wanted else own_stacks(there)
    return own, [each for each in there if each not in own]


def choose(engine: Engine, stacks: Sequence[str], name: str | None, types: Sequence[str], *, what: str) -> Resource:
    """Return the resource of these types that is meant: by its name, or else the only one.

    One of another project is meant where this project has none; one of the same name is named in a line.

    :raises LocaldevError: there is none, or more than one.
    """
    from localdev.deployment.deployed import resources_in
    from localdev.deployment.resources import called, find_resource, only_resource

    own, others = chosen_stacks(engine, stacks)
    there, foreign = resources_in(own), resources_in(others)
    if name is None:
        has_own = any(each.type in types for each in there)
        return only_resource(there if has_own else there + foreign, types, what=what)
    exactly = [each for each in foreign if each.type in types and each.physical_id == name]
    if exactly or not called(there, name, types):
        return find_resource(there + foreign, name, types, what=what)
    found = find_resource(there, name, types, what=what)
    _say_same_name(name, [each for each in foreign if called([each], name, types)])
    return found


def of_own_stacks(
    engine: Engine, stacks: Sequence[str], fitting: Callable[[Sequence[Resource]], list[Resource]]
) -> list[Resource]:
    """Return what fits of the project's own stacks, the others named in a line; where nothing does, of all stacks.

    :raises LocaldevError: ``fitting`` finds nothing in any of them, and says so.
    """
    from localdev.deployment.deployed import resources_in
    from localdev.system.errors import LocaldevError

    own, others = chosen_stacks(engine, stacks)
    there = resources_in(own)
    try:
        found = fitting(there)
    except LocaldevError:
        return fitting(there + resources_in(others))
    print_others([each.name for each in others])
    return found


def _say_same_name(name: str, others: Sequence[Resource]) -> None:
    if others:
        err.print(
            f"[dim]{name} is this project's; another's is {' or '.join(each.qualified for each in others)}[/]",
            highlight=False,
            soft_wrap=True,
        )
