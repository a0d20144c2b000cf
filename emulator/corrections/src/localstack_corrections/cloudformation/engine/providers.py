"""Calls the providers of resource types, with updates of ours where LocalStack has none."""

from __future__ import annotations

import contextlib
import copy
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError
from localstack.services.cloudformation.resource_provider import (
    OperationStatus,
    ProgressEvent,
    ResourceProviderExecutor,
    convert_payload,
)

from localstack_corrections.cloudformation.records import carried, specified
from localstack_corrections.cloudformation.resources import existing
from localstack_corrections.cloudformation.resources.change import Change
from localstack_corrections.cloudformation.resources.registry import (
    ATTRIBUTES,
    BEFORE_DELETION,
    LEFT_OUT,
    PREPARATIONS,
    UPDATES,
)

if TYPE_CHECKING:
    from localstack_corrections.cloudformation.records import Record


_ADOPTED = frozenset({"AWS::S3::Bucket", "AWS::SNS::Topic", "AWS::SQS::Queue"})
"""Types whose creation takes a resource that is there already for its own: it may be somebody else's."""


def updates_in_place(resource_type: str, provider: Any) -> bool:
    """Return whether a resource of this type can be changed without being replaced."""
    return resource_type in UPDATES or _has_update(provider)


def _has_update(provider: Any) -> bool:
    """Return whether the provider implements an update; the scaffolded one does nothing but raise."""
    return bool(type(provider).update.__code__.co_names != ("NotImplementedError",))


class ProviderExecutor(ResourceProviderExecutor):
    """LocalStack's executor with in-place updates, and failures that say why."""

    def execute_action(self, resource_provider: Any, raw_payload: Any) -> Any:
        """Update by our modules, then by the provider; create and delete as LocalStack does."""
        if raw_payload["action"] not in ("Modify", "Dynamic"):
            event = self._create_or_delete(resource_provider, raw_payload)
            if event.status == OperationStatus.FAILED and (error := event.custom_context.get("exception")):
                event.message = str(error)
            if event.status == OperationStatus.SUCCESS and raw_payload["action"] == "Add":
                self._complete(resource_provider, raw_payload, event)
            return event
        request = convert_payload(stack_name=self.stack_name, stack_id=self.stack_id, payload=raw_payload)
        update = UPDATES.get(request.resource_type)
        if update is None:
            return resource_provider.update(request)
        change = _change(resource_provider, request)
        model = {**change.after, **(update(change) or {})}
        return ProgressEvent(OperationStatus.SUCCESS, resource_model=model)

    def _create_or_delete(self, resource_provider: Any, raw_payload: Any) -> Any:
        request = convert_payload(stack_name=self.stack_name, stack_id=self.stack_id, payload=raw_payload)
        if raw_payload["action"] != "Add":
            self._before_deletion(resource_provider, request)
            return super().execute_action(resource_provider, raw_payload)
        if not request.custom_context:
            # the first time: a creation that takes a while is asked for again
            existing.refuse(request)
        if prepare := PREPARATIONS.get(request.resource_type):
            prepare(request)
        try:
            return resource_provider.create(request)
        except Exception as error:
            if not _was_there_before(error):
                _delete_what_was_begun(resource_provider, request)
            raise

    @staticmethod
    def _before_deletion(provider: Any, request: Any) -> None:
        if before := BEFORE_DELETION.get(request.resource_type):
            with contextlib.suppress(ClientError):  # somebody has deleted it, or the deletion itself says why not
                before(Change(request.desired_state, {}, provider, request))

    def _complete(self, resource_provider: Any, raw_payload: Any, event: Any) -> None:
        """Set the properties that LocalStack's provider leaves out when it creates the resource."""
        model = event.resource_model or {}
        if attributes := ATTRIBUTES.get(raw_payload["resourceType"]):
            request = convert_payload(stack_name=self.stack_name, stack_id=self.stack_id, payload=raw_payload)
            model.update(attributes(Change({}, model, resource_provider, request)))
        left_out = LEFT_OUT.get(raw_payload["resourceType"], frozenset()) & model.keys()
        if not left_out:
            return
        request = convert_payload(stack_name=self.stack_name, stack_id=self.stack_id, payload=raw_payload)
        before = {name: value for name, value in model.items() if name not in left_out}
        change = Change(before, model, resource_provider, request)
        model.update(UPDATES[request.resource_type](change) or {})


def _was_there_before(error: Exception) -> bool:
    """Return whether a creation failed because somebody else's resource has its name."""
    code = getattr(error, "response", {}).get("Error", {}).get("Code", "")
    return any(
        word in f"{code} {error}" for word in ("AlreadyExist", "already exist", "Conflict", "InUse", "Duplicate")
    )


def _delete_what_was_begun(provider: Any, request: Any) -> None:
    """Delete a resource whose creation failed half-way; its provider says nothing of how far it came."""
    if request.resource_type in _ADOPTED:
        return
    model = request.desired_state
    with contextlib.suppress(Exception):  # most creations that fail have made nothing
        provider.delete(replace(request, previous_state=model, action="Remove", custom_context={}))


def _change(provider: Any, request: Any) -> Change:
    deployed: Record = request.custom_context["deployed"]
    attributes = copy.deepcopy(carried(deployed))
    before = {**attributes, **copy.deepcopy(specified(deployed))}
    after = {**attributes, **copy.deepcopy(request.desired_state)}
    return Change(before, after, provider, request)
