"""Read the manifest of a cloud assembly: the stacks of a synthesised app.

https://docs.aws.amazon.com/cdk/v2/guide/configure-synth.html
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from localdev.system.errors import LocaldevError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


@dataclass(frozen=True)
class Stack:
    """A stack of an assembly."""

    id: str
    """What the CDK's command line calls it."""
    name: str
    """What CloudFormation calls it."""
    template_file: Path

    @cached_property
    def template(self) -> dict[str, Any]:
        """Its CloudFormation template."""
        document: dict[str, Any] = json.loads(self.template_file.read_text())
        return document


def stacks_of(assembly: Path, wanted: Sequence[str] = ()) -> list[Stack]:
    """Return an assembly's stacks, in the order of their deployment; ``wanted`` names some of them by id or name.

    :raises LocaldevError: there is no stack of a wanted name.
    """
    artifacts = json.loads((assembly / "manifest.json").read_text()).get("artifacts", {})
    found = [
        Stack(
            artifact.get("displayName", key),
            artifact["properties"].get("stackName", key),
            assembly / artifact["properties"]["templateFile"],
        )
        for key, artifact in artifacts.items()
        if artifact["type"] == "aws:cloudformation:stack"
    ]
    for name in wanted:
        if not any(name in {stack.id, stack.name} for stack in found):
            there = ", ".join(stack.id for stack in found) or "none"
            raise LocaldevError(f"The app has no stack {name!r}.", f"its stacks: {there}.")
    return [stack for stack in found if not wanted or {stack.id, stack.name} & set(wanted)]
