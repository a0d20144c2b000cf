"""An update in place, as the module of a service sees it."""

from __future__ import annotations

import copy
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from localstack_corrections.cloudformation.records import Properties

if TYPE_CHECKING:
    from collections.abc import Callable

type Preparation = Callable[[Any], None]
"""Completes the desired state of a creation, given LocalStack's request, with what its provider forgets."""
type Update = Callable[[Change], Properties | None]
"""Changes a resource by its service's API, and returns the attributes that are new."""


@dataclass(frozen=True)
class Change:
    """One resource, before and after."""

    before: Properties
    """What the template said, and the carried attributes."""
    after: Properties
    """What the template says now, and the same carried attributes."""
    provider: Any
    """LocalStack's provider of the resource type."""
    request: Any
    """The request that LocalStack's provider would get."""

    def client(self, service: str) -> Any:
        """Return a client that accepts a template's spelling of parameters: upper case, numbers as strings."""
        return getattr(self.request.aws_client_factory, service)

    def changed(self, *names: str) -> bool:
        """Return whether any of these properties differs."""
        return any(self.before.get(name) != self.after.get(name) for name in names)

    def create_again(self) -> Properties:
        """Let the provider create the resource over itself, where creating is a put."""
        wanted = copy.deepcopy(self.after)
        request = replace(self.request, desired_state=wanted, action="Add", custom_context={})
        model: Properties = self.provider.create(request).resource_model
        return {
            **model,
            **{name: value for name, value in self.after.items() if name not in self.request.desired_state},
        }

    def delete(self) -> None:
        """Let the provider delete the resource as it was."""
        was = copy.deepcopy(self.before)
        self.provider.delete(replace(self.request, desired_state=was, previous_state=was, action="Remove"))

    def tags(self, name: str = "Tags") -> tuple[dict[str, str], list[str]]:
        """Return the tags to set and the keys of the tags to remove."""
        before, after = as_mapping(self.before.get(name)), as_mapping(self.after.get(name))
        added = {key: value for key, value in after.items() if before.get(key) != value}
        return added, [key for key in before if key not in after]

    def retag(self, tag: Callable[[dict[str, str]], object], untag: Callable[[list[str]], object]) -> None:
        """Let a service set the tags that are new or have another value, and remove those that are gone."""
        added, removed = self.tags()
        if added:
            tag(added)
        if removed:
            untag(removed)


def as_mapping(tags: Any) -> dict[str, str]:
    """Return tags as a mapping, whichever of CloudFormation's two spellings they have."""
    if isinstance(tags, dict):
        return {key: str(value) for key, value in tags.items()}
    return {tag["Key"]: str(tag["Value"]) for tag in tags or ()}


def as_list(tags: dict[str, str], key: str = "Key", value: str = "Value") -> list[dict[str, str]]:
    """Return tags as most services take them."""
    return [{key: name, value: content} for name, content in tags.items()]


def put_again(change: Change) -> Properties:
    """Update a resource whose creation is a put."""
    return change.create_again()


def create_anew(change: Change) -> Properties:
    """Update a resource that nothing but its specified properties makes: delete it, and create it again."""
    change.delete()
    return change.create_again()
