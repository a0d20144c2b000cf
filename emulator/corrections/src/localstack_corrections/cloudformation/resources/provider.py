"""A base for resource types of our own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from localstack.services.cloudformation.provider_utils import generate_default_name
from localstack.services.cloudformation.resource_provider import OperationStatus, ProgressEvent, ResourceProvider

if TYPE_CHECKING:
    from localstack_corrections.cloudformation.records import Properties


def schema(
    name: str, identifier: str, *, read_only: tuple[str, ...] = (), create_only: tuple[str, ...] = ()
) -> Properties:
    """Return what the engine must know of a type."""
    return {
        "typeName": name,
        "properties": {},
        "primaryIdentifier": [f"/properties/{identifier}"],
        "readOnlyProperties": [f"/properties/{each}" for each in read_only],
        "createOnlyProperties": [f"/properties/{each}" for each in create_only],
    }


class OwnProvider(ResourceProvider):
    """A type whose service has a call to make, to change and to delete it."""

    SCHEMA: ClassVar[Properties]
    NAME: ClassVar[str | None] = None
    """The property that gets a name of CloudFormation's when the template has none."""

    def make(self, clients: Any, model: Properties) -> Properties:
        """Make the resource, and return its attributes."""
        raise NotImplementedError

    def change(self, clients: Any, before: Properties, after: Properties) -> Properties:
        """Change the resource in place; by default by putting it again."""
        del before
        return self.make(clients, after)

    def remove(self, clients: Any, model: Properties) -> None:
        """Delete the resource."""
        raise NotImplementedError

    def create(self, request: Any) -> Any:
        """Create the resource."""
        model = request.desired_state
        if self.NAME and not model.get(self.NAME):
            model[self.NAME] = generate_default_name(request.stack_name, request.logical_resource_id)
        model.update(self.make(request.aws_client_factory, model))
        return ProgressEvent(OperationStatus.SUCCESS, resource_model=model)

    def update(self, request: Any) -> Any:
        """Update the resource."""
        before = request.previous_state
        said = request.custom_context["deployed"]["SpecifiedProperties"]
        after = {**{key: value for key, value in before.items() if key not in said}, **request.desired_state}
        after.update(self.change(request.aws_client_factory, before, after))
        return ProgressEvent(OperationStatus.SUCCESS, resource_model=after)

    def delete(self, request: Any) -> Any:
        """Delete the resource."""
        self.remove(request.aws_client_factory, request.desired_state)
        return ProgressEvent(OperationStatus.SUCCESS, resource_model={})
