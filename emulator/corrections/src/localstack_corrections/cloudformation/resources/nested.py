"""Nested stacks."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, ClassVar

from botocore.exceptions import ClientError
from localstack.services.cloudformation.stores import get_cloudformation_store

from localstack_corrections.cloudformation import statuses
from localstack_corrections.cloudformation.resources.provider import OwnProvider, schema

if TYPE_CHECKING:
    from localstack_corrections.cloudformation.records import Properties

_CAPABILITIES = ("CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND")
_PAUSE = 0.05
_SECONDS = 3600.0


class NestedStack(OwnProvider):
    """Stack that another one has as a resource."""

    SCHEMA: ClassVar[Properties] = schema("AWS::CloudFormation::Stack", "Id", read_only=("Id", "Outputs"))
    NAME = "StackName"

    def make(self, clients: Any, model: Properties) -> Properties:
        """Create the stack, and return its outputs; one that fails is deleted."""
        api = clients.cloudformation
        stack_id = api.create_stack(StackName=model["StackName"], **_settings(model))["StackId"]
        stack = _settled(api, stack_id)
        if stack["StackStatus"] != "CREATE_COMPLETE":
            reason = _first_failure(api, stack_id)
            api.delete_stack(StackName=stack_id)
            raise RuntimeError(f"Embedded stack {stack_id} was not successfully created: {reason}")
        return {"Id": stack_id, "Outputs": _outputs(stack)}

    def update(self, request: Any) -> Any:
        """Update the stack; while its parent rolls back, it is rolled back, too, and its status says so."""
        stack = _stored(request.previous_state["Id"])
        stack.returns = request.custom_context["returns"]
        try:
            return super().update(request)
        finally:
            stack.returns = False

    def change(self, clients: Any, before: Properties, after: Properties) -> Properties:
        """Update the stack, and return its new outputs."""
        del before
        api, stack_id = clients.cloudformation, after["Id"]
        is_begun = _begin(api, stack_id, _settings(after))
        _stored(stack_id).tags = after.get("Tags") or []  # the protocol knows no empty list: it keeps the old ones
        stack = _settled(api, stack_id)
        wanted = "UPDATE_ROLLBACK_COMPLETE" if _stored(stack_id).returns else "UPDATE_COMPLETE"
        if is_begun and stack["StackStatus"] != wanted:
            raise RuntimeError(
                f"Embedded stack {stack_id} was not successfully updated: {_first_failure(api, stack_id)}"
            )
        return {"Outputs": _outputs(stack)}

    def remove(self, clients: Any, model: Properties) -> None:
        """Delete the stack with all it has."""
        api, stack_id = clients.cloudformation, model["Id"]
        api.delete_stack(StackName=stack_id)
        stack = _settled(api, stack_id)
        if stack["StackStatus"] != "DELETE_COMPLETE":
            raise RuntimeError(
                f"Embedded stack {stack_id} was not successfully deleted: {_first_failure(api, stack_id)}"
            )


def _settings(model: Properties) -> dict[str, Any]:
    settings: dict[str, Any] = {
        "TemplateURL": model["TemplateURL"],
        "Capabilities": list(_CAPABILITIES),
        "Parameters": [
            {"ParameterKey": name, "ParameterValue": _text(value)}
            for name, value in (model.get("Parameters") or {}).items()
        ],
        "Tags": model.get("Tags") or [],
    }
    return settings


def _stored(stack_id: str) -> Any:
    """Return a stack as the engine keeps it, with what its API does not tell."""
    region, account = stack_id.split(":")[3:5]
    return get_cloudformation_store(account, region).stacks_v2[stack_id]


def _begin(api: Any, stack_id: str, settings: dict[str, Any]) -> bool:
    """Begin an update; return False where there is nothing to do."""
    try:
        api.update_stack(StackName=stack_id, **settings)
    except ClientError as error:
        if "No updates are to be performed" not in str(error):
            raise
        return False
    return True


def _text(value: Any) -> str:
    if isinstance(value, list):
        return ",".join(_text(each) for each in value)
    return str(value).lower() if isinstance(value, bool) else str(value)


def _settled(api: Any, stack_id: str) -> Any:
    deadline = time.monotonic() + _SECONDS
    while True:
        stack = api.describe_stacks(StackName=stack_id)["Stacks"][0]
        if not stack["StackStatus"].endswith("_IN_PROGRESS"):
            return stack
        if time.monotonic() > deadline:
            raise TimeoutError(f"Embedded stack {stack_id} is {stack['StackStatus']} after {_SECONDS:g} s")
        time.sleep(_PAUSE)


def _first_failure(api: Any, stack_id: str) -> str:
    """Return which resource of the newest operation failed first, in the words of AWS, and why."""
    reason = ""
    for event in api.describe_stack_events(StackName=stack_id)["StackEvents"]:
        status, of_stack = event["ResourceStatus"], event["PhysicalResourceId"] == stack_id
        if of_stack and status in ("CREATE_IN_PROGRESS", "UPDATE_IN_PROGRESS", "DELETE_IN_PROGRESS"):
            break
        why = event.get("ResourceStatusReason", "")
        if status.endswith("_FAILED") and not of_stack:
            verb = status.removesuffix("_FAILED").lower()
            reason = f"{statuses.failed_to(verb, [event['LogicalResourceId']])} {why}"
        elif of_stack and not reason:
            reason = why  # of no resource: an export that is taken
    return reason


def _outputs(stack: Any) -> dict[str, str]:
    return {each["OutputKey"]: each["OutputValue"] for each in stack.get("Outputs", [])}
