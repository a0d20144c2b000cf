"""Find a deployed resource by whatever a person calls it: logical id, construct id or path, physical name, ARN."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from localdev.deployment.stack import not_deployed
from localdev.system.errors import LocaldevError
from localdev.system.suggestions import suggest

if TYPE_CHECKING:
    from localdev.engines.clients import Clients

STATE_MACHINE: Final = "AWS::StepFunctions::StateMachine"
FUNCTION: Final = "AWS::Lambda::Function"
QUEUE: Final = "AWS::SQS::Queue"
REST_API: Final = "AWS::ApiGateway::RestApi"
HTTP_API: Final = "AWS::ApiGatewayV2::Api"
NESTED_STACK: Final = "AWS::CloudFormation::Stack"

_HASH: Final = re.compile(r"[0-9A-F]{8}$")
"""What the CDK puts at the end of a logical id."""
_OF_L1: Final = {"Resource", "Default"}
"""Ids that the CDK gives the one resource of a construct; no part of the construct's own path."""
_MOST_SUGGESTED: Final = 8
_NOT_EMULATED: Final = "-not-emulated"
"""End of the physical id of a resource that the emulator could not make, and left out."""


@dataclass(frozen=True)
class Resource:
    """A resource of a deployed stack."""

    stack: str
    logical_id: str
    physical_id: str
    type: str
    path: str | None = None
    """Of its construct, from the stack's id on; ``None`` where the template does not say."""
    clients: Clients | None = field(default=None, compare=False, repr=False)
    """Clients of the account and region that it is in."""

    @property
    def name(self) -> str:
        """The physical name: the last part of an ARN, of a URL."""
        return re.split(r"[:/]", self.physical_id)[-1]

    @property
    def is_emulated(self) -> bool:
        """Whether it was made; the emulator leaves out what it has not, such as a WebSocket API."""
        return not self.physical_id.endswith(_NOT_EMULATED)

    def names(self) -> Iterator[str]:
        """Yield every name it can be called by, the most exact first."""
        yield self.logical_id
        yield self.physical_id
        yield self.name
        yield _HASH.sub("", self.logical_id)
        parts = self._path_parts()
        for start in range(len(parts)):
            yield "/".join(parts[start:])
        if not parts:
            yield self.qualified

    @property
    def qualified(self) -> str:
        """The name that tells it from those of other stacks: the construct's whole path, or stack and logical id."""
        # a nested stack is known by its ARN: arn:…:stack/NAME/ID
        stack = self.stack.split("/")[1] if self.stack.startswith("arn:") else self.stack
        return "/".join(self._path_parts()) or f"{stack}/{self.logical_id}"

    def is_in(self, wanted: str) -> bool:
        """Return whether ``wanted`` is the id or the path of a construct around it."""
        return f"/{wanted}/" in f"/{'/'.join(self._path_parts())}"

    def label(self) -> str:
        """Return the name to suggest: the construct's path within the stack, else the logical id."""
        return "/".join(self._path_parts()[1:]) or self.logical_id

    def _path_parts(self) -> list[str]:
        parts = (self.path or "").split("/") if self.path else []
        while parts and parts[-1] in _OF_L1:
            parts.pop()
        return parts


def resources_of(clients: Clients, stack: str) -> list[Resource]:
    """Return every resource of a deployed stack, those of the stacks nested in it included.

    :raises LocaldevError: it is not deployed.
    """
    from botocore.exceptions import ClientError

    cloudformation = clients.client("cloudformation")
    try:
        pages = cloudformation.get_paginator("list_stack_resources").paginate(StackName=stack)
        listed = [each for page in pages for each in page["StackResourceSummaries"] if each.get("PhysicalResourceId")]
        paths = _paths(cloudformation.get_template(StackName=stack, TemplateStage="Original").get("TemplateBody"))
    except ClientError as error:
        raise not_deployed(stack, error) from error
    found: list[Resource] = []
    for each in listed:
        logical_id, physical_id = each["LogicalResourceId"], each["PhysicalResourceId"]
        found.append(Resource(stack, logical_id, physical_id, each["ResourceType"], paths.get(logical_id), clients))
        if each["ResourceType"] == NESTED_STACK:
            found += resources_of(clients, physical_id)
    return found


def find_resource(resources: Iterable[Resource], wanted: str, types: Sequence[str], *, what: str) -> Resource:
    """Return the one resource of these types that ``wanted`` names; ``what`` they are, for the error.

    :raises LocaldevError: none is called so, or more than one.
    """
    possible = [each for each in resources if each.type in types]
    found = called(possible, wanted, types)
    if len(found) == 1:
        return found[0]
    if found:
        raise LocaldevError(
            f"{wanted!r} is the name of {len(found)} {what}s: "
            f"{', '.join(f'{each.logical_id} ({label})' for each, label in zip(found, labels(found), strict=True))}.",
            "use the logical id, or a longer part of the construct's path.",
        )
    raise LocaldevError(f"There is no {what} {wanted!r}.", _suggestion(wanted, possible, what))


def called(resources: Iterable[Resource], wanted: str, types: Sequence[str]) -> list[Resource]:
    """Return the resources of these types that ``wanted`` names, by the most exact of their names that it is."""
    possible = [each for each in resources if each.type in types]
    return (
        [each for each in possible if wanted in {each.logical_id, each.physical_id, each.name}]
        or [each for each in possible if wanted in each.names()]
        or [each for each in possible if each.is_in(wanted)]
    )


def labels(resources: Sequence[Resource]) -> list[str]:
    """Return the name of each to show among these: with its stack where two would have the same."""
    short = [each.label() for each in resources]
    return [label if short.count(label) == 1 else each.qualified for each, label in zip(resources, short, strict=True)]


def only_resource(resources: Iterable[Resource], types: Sequence[str], *, what: str) -> Resource:
    """Return the one resource of these types.

    :raises LocaldevError: there is none, or more than one.
    """
    found = [each for each in resources if each.type in types]
    if len(found) == 1:
        return found[0]
    if found:
        raise LocaldevError(f"There are {len(found)} {what}s: {_labels(found)}.", "name the one that is meant.")
    raise LocaldevError(
        f"The stack has no {what}.", f"only what is deployed can be used; look for {' or '.join(types)}."
    )


def _suggestion(wanted: str, possible: Sequence[Resource], what: str) -> str:
    if not possible:
        return f"the stack has no {what} at all."
    meant = suggest(wanted, (name for each in possible for name in reversed([*each.names()])))
    return f"{meant} There is {_labels(possible)}.".lstrip()


def _labels(found: Sequence[Resource]) -> str:
    shown = [repr(label) for label in labels(found)[:_MOST_SUGGESTED]]
    rest = [f"{len(found) - _MOST_SUGGESTED} more"] if len(found) > _MOST_SUGGESTED else []
    return ", ".join(shown + rest)


def _paths(body: object) -> dict[str, str]:
    """Return the construct paths that a template's metadata gives, by logical id."""
    template = _template(body)
    found = {}
    for logical_id, resource in template.get("Resources", {}).items():
        metadata = resource.get("Metadata") if isinstance(resource, Mapping) else None
        path = metadata.get("aws:cdk:path") if isinstance(metadata, Mapping) else None
        if isinstance(path, str):
            found[logical_id] = path
    return found


def _template(body: object) -> Mapping[str, Any]:
    """Return a template as an object; one in YAML was not written by the CDK and has no construct paths."""
    if isinstance(body, str):
        try:
            body = json.loads(body)
        except ValueError:
            return {}
    return body if isinstance(body, Mapping) else {}
