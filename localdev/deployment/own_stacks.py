"""Tell the stacks of this project from others that are on its emulator.

A project's own are the stacks of the assemblies that it keeps, and those of the templates that were deployed from it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from localdev.deployment import assemblies, template_records

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from localdev.deployment.deployed import DeployedStack


def own_stacks(there: Sequence[DeployedStack]) -> list[DeployedStack]:
    """Return those of the deployed stacks that are this project's; all where none is known to be."""
    own = assemblies.stack_names() | template_records.stack_names()
    return [each for each in there if each.name in own] or list(there)


def other_names(there: Sequence[DeployedStack], own: Collection[str]) -> list[str]:
    """Return the names of the deployed stacks that are not among ``own``, each once."""
    return list(dict.fromkeys(each.name for each in there if each.name not in own))
