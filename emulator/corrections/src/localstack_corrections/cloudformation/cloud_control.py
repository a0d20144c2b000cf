"""Cloud Control API for the resources of stacks: ``cdk deploy --hotswap`` changes a state machine by it.

What it changes, the stack does not know of: its next update compares templates, as on AWS.
"""

from __future__ import annotations

import json
import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import jsonpatch
from localstack.aws.api import handler
from localstack.aws.api.cloudcontrol import (
    CloudcontrolApi,
    GetResourceOutput,
    GetResourceRequestStatusOutput,
    InvalidRequestException,
    NotUpdatableException,
    Operation,
    OperationStatus,
    ProgressEvent,
    RequestTokenNotFoundException,
    ResourceDescription,
    ResourceNotFoundException,
    UpdateResourceOutput,
)
from localstack.aws.api.cloudformation import ChangeAction
from localstack.services.cloudformation.resource_provider import ResourceProviderExecutor
from localstack.services.cloudformation.stores import get_cloudformation_store
from localstack.services.cloudformation.v2.entities import ChangeSet
from localstack.services.plugins import Service

from localstack_corrections.cloudformation.engine import invalid, replacement
from localstack_corrections.cloudformation.engine.executor import Executor
from localstack_corrections.cloudformation.engine.providers import updates_in_place
from localstack_corrections.cloudformation.records import carried, current

if TYPE_CHECKING:
    from localstack_corrections.cloudformation.records import Properties, Record

_HINT = "Hint: Cloud Control API is here for the resources of stacks alone."


def service() -> Service:
    """Return the service, which LocalStack starts with the first request for it."""
    return Service.for_provider(CloudControl())


class CloudControl(CloudcontrolApi):  # type: ignore[misc]  # LocalStack's class has no types
    """Reads and changes resources by their type's own properties."""

    def __init__(self) -> None:
        self._events: dict[str, ProgressEvent] = {}

    @handler("GetResource")
    def get_resource(self, context: Any, type_name: str, identifier: str, **_: Any) -> Any:
        """Return the properties of a resource."""
        _, record = _find(context, type_name, identifier)
        model = json.dumps({**carried(record), **current(record)}, default=str)
        description = ResourceDescription(Identifier=identifier, Properties=model)
        return GetResourceOutput(TypeName=type_name, ResourceDescription=description)

    @handler("UpdateResource")
    def update_resource(self, context: Any, type_name: str, identifier: str, patch_document: str, **_: Any) -> Any:
        """Change a resource in place, and return when it is changed."""
        stack, record = _find(context, type_name, identifier)
        wanted = _patched(current(record), patch_document)
        _refuse(identifier, type_name, current(record), wanted)
        changed, reason = _change(stack, record, wanted)
        failed = changed["ResourceStatus"].endswith("_FAILED")
        event = ProgressEvent(
            TypeName=type_name,
            Identifier=identifier,
            RequestToken=str(uuid.uuid4()),
            Operation=Operation.UPDATE,
            OperationStatus=OperationStatus.FAILED if failed else OperationStatus.SUCCESS,
            EventTime=datetime.now(tz=UTC),
        )
        if failed:
            event["StatusMessage"] = reason or "the update failed"
        else:
            record["ChangedProperties"] = wanted
        self._events[event["RequestToken"] or ""] = event
        return UpdateResourceOutput(ProgressEvent=event)

    @handler("GetResourceRequestStatus")
    def get_resource_request_status(self, context: Any, request_token: str, **_: Any) -> Any:  # noqa: ARG002
        """Return how an update has ended."""
        if request_token not in self._events:
            raise RequestTokenNotFoundException(f"Request token {request_token} was not found.")
        return GetResourceRequestStatusOutput(ProgressEvent=self._events[request_token])


def _find(context: Any, type_name: str, identifier: str) -> tuple[Any, Record]:
    """Return the resource of a stack that has this identifier, and the stack."""
    for stack in get_cloudformation_store(context.account_id, context.region).stacks_v2.values():
        if not stack.is_active():
            continue
        for record in stack.resolved_resources.values():
            if (record["Type"], record.get("PhysicalResourceId")) == (type_name, identifier):
                return stack, record
    raise ResourceNotFoundException(
        f"Resource of type '{type_name}' with identifier '{identifier}' was not found. {_HINT}"
    )


def _patched(properties: Properties, document: str) -> Properties:
    try:
        patched: Properties = jsonpatch.apply_patch(properties, json.loads(document))
    except (ValueError, jsonpatch.JsonPatchException, jsonpatch.JsonPointerException) as error:
        raise InvalidRequestException(f"The patch document cannot be applied: {error}") from error
    return patched


def _refuse(identifier: str, type_name: str, before: Properties, after: Properties) -> None:
    """Refuse an update that the type cannot make in place."""
    if reason := invalid.refusal(identifier, type_name, after):
        raise InvalidRequestException(reason)
    provider = ResourceProviderExecutor.try_load_resource_provider(type_name)
    if provider is None or not updates_in_place(type_name, provider):
        raise NotUpdatableException(f"An update of {type_name} in place is not emulated.")
    if names := replacement.replaced_by(type_name, provider.SCHEMA, before, after):
        raise NotUpdatableException(
            f"Invalid patch update: createOnlyProperties [{', '.join(names)}] cannot be updated"
        )


def _change(stack: Any, record: Record, wanted: Properties) -> tuple[Record, str | None]:
    change_set = ChangeSet(stack, {"ChangeSetName": f"cloud-control-{stack.stack_name}"}, template_body="")
    now: Record = {**record, "SpecifiedProperties": current(record)}
    executor = Executor(change_set)
    return executor.act(ChangeAction.Modify, record["LogicalResourceId"], record["Type"], wanted, now)
