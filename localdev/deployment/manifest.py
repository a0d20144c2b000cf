"""Read the manifest of a cloud assembly: the stacks of a synthesised app.

https://docs.aws.amazon.com/cdk/v2/guide/configure-synth.html
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from localdev.system.errors import LocaldevError
from localdev.system.project import DEFAULT_ACCOUNT, REGION
from localdev.system.suggestions import suggest

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path


@dataclass(frozen=True)
class Stack:
    """A stack of an assembly."""

    id: str
    """What the CDK's command line calls it."""
    name: str
    """What CloudFormation calls it."""
    template_file: Path
    account: str | None = None
    """The account that the app names for it; ``None``: whichever it is deployed to."""
    region: str | None = None

    @property
    def place(self) -> tuple[str, str]:
        """The account and region of an emulator that it is deployed to."""
        return self.account or DEFAULT_ACCOUNT, self.region or REGION

    @cached_property
    def template(self) -> dict[str, Any]:
        """The CloudFormation template."""
        document: dict[str, Any] = json.loads(self.template_file.read_text(encoding="utf-8"))
        return document


def stacks_of(assembly: Path, wanted: Sequence[str] = ()) -> list[Stack]:
    """Return an assembly's stacks, also those of its stages; ``wanted`` names some of them by id or name.

    :raises LocaldevError: there is no stack of a wanted name.
    """
    found = list(_stacks(assembly))
    for name in wanted:
        if not any(name in {stack.id, stack.name} for stack in found):
            there = ", ".join(stack.id for stack in found) or "none"
            meant = suggest(name, [stack.id for stack in found])
            raise LocaldevError(f"The app has no stack {name!r}.", f"{meant} There is {there}.".lstrip())
    return [stack for stack in found if not wanted or {stack.id, stack.name} & set(wanted)]


def _stacks(assembly: Path) -> Iterator[Stack]:
    artifacts = json.loads((assembly / "manifest.json").read_text(encoding="utf-8")).get("artifacts", {})
    for key, artifact in artifacts.items():
        if artifact["type"] == "aws:cloudformation:stack":
            properties = artifact["properties"]
            name = properties.get("stackName", key)
            account, region = _environment(artifact.get("environment", ""))
            yield Stack(artifact.get("displayName", key), name, assembly / properties["templateFile"], account, region)
        elif artifact["type"] == "cdk:cloud-assembly":
            # a stage of the app, with an assembly of its own
            yield from _stacks(assembly / artifact["properties"]["directoryName"])


def _environment(url: str) -> tuple[str | None, str | None]:
    """Return account and region of ``aws://ACCOUNT/REGION``, where the app names them."""
    account, _, region = url.removeprefix("aws://").partition("/")
    return (
        None if account in {"", "unknown-account"} else account,
        None if region in {"", "unknown-region"} else region,
    )
