"""Deploys small templates, and waits for their final status."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from localdev.system.waiting import wait_until

if TYPE_CHECKING:
    from localdev.engines.clients import Clients

type Resources = dict[str, Any]
_CAPABILITIES = ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"]
_SECONDS = 120.0


@dataclass
class Stack:
    """One stack with a random name."""

    aws: Clients
    name: str = field(default_factory=lambda: f"s{uuid.uuid4().hex[:10]}")

    @cached_property
    def _api(self) -> Any:
        return self.aws.client("cloudformation")

    def deploy(
        self,
        resources: Resources,
        parameters: dict[str, str] | None = None,
        *,
        disable_rollback: bool = False,
        **template: Any,
    ) -> str:
        """Create or update the stack with these resources, and return the status it ends in."""
        self.begin(resources, parameters, disable_rollback=disable_rollback, **template)
        return self.settled()

    def begin(
        self,
        resources: Resources,
        parameters: dict[str, str] | None = None,
        *,
        disable_rollback: bool = False,
        **template: Any,
    ) -> None:
        """Begin to create or update the stack with these resources."""
        body = {"Resources": resources, **template}
        settings = {
            "StackName": self.name,
            "TemplateBody": json.dumps(body),
            "Capabilities": _CAPABILITIES,
            "DisableRollback": disable_rollback,
            "Parameters": [{"ParameterKey": k, "ParameterValue": v} for k, v in (parameters or {}).items()],
        }
        verb = self._api.update_stack if self.exists() else self._api.create_stack
        verb(**settings)

    def exists(self) -> bool:
        """Return whether there is a stack of this name."""
        try:
            return bool(self._api.describe_stacks(StackName=self.name)["Stacks"])
        except ClientError:
            return False

    def describe(self, name_or_id: str | None = None) -> dict[str, Any]:
        """Return the stack's description; one that is deleted is found by its id only."""
        found: dict[str, Any] = self._api.describe_stacks(StackName=name_or_id or self.name)["Stacks"][0]
        return found

    def settled(self) -> str:
        """Wait until nothing of the stack is in progress, and return its status."""
        return wait_until(self._settled, what=f"stack {self.name} to settle", seconds=_SECONDS)

    def _settled(self) -> str | None:
        status = str(self.describe()["StackStatus"])
        return None if status.endswith("_IN_PROGRESS") else status

    def physical_ids(self) -> dict[str, str]:
        """Return the physical id of each logical id."""
        found = self._api.describe_stack_resources(StackName=self.name)["StackResources"]
        return {each["LogicalResourceId"]: each["PhysicalResourceId"] for each in found}

    def resource_names(self) -> list[str]:
        """Return the logical ids of the resources, of however many pages."""
        pages = self._api.get_paginator("list_stack_resources").paginate(StackName=self.name)
        return [each["LogicalResourceId"] for page in pages for each in page["StackResourceSummaries"]]

    def reasons(self) -> list[str]:
        """Return what the events say, newest first."""
        events = self._api.describe_stack_events(StackName=self.name)["StackEvents"]
        return [each["ResourceStatusReason"] for each in events if "ResourceStatusReason" in each]

    def own_events(self) -> list[tuple[str, str | None]]:
        """Return the status and the reason of each event of the stack itself, oldest first."""
        events = self._api.describe_stack_events(StackName=self.name)["StackEvents"]
        own = [each for each in events if each["PhysicalResourceId"] == each["StackId"]]
        return [(each["ResourceStatus"], each.get("ResourceStatusReason")) for each in reversed(own)]

    def statuses(self, logical_id: str) -> list[str]:
        """Return the events of a resource, oldest first."""
        events = self._api.describe_stack_events(StackName=self.name)["StackEvents"]
        return [each["ResourceStatus"] for each in reversed(events) if each["LogicalResourceId"] == logical_id]

    def begun(self) -> list[str]:
        """Return the logical ids in the order in which their creation began."""
        events = self._api.describe_stack_events(StackName=self.name)["StackEvents"]
        return [
            each["LogicalResourceId"] for each in reversed(events) if each["ResourceStatus"] == "CREATE_IN_PROGRESS"
        ]

    def outputs(self) -> dict[str, str]:
        """Return the stack's outputs."""
        return {each["OutputKey"]: each["OutputValue"] for each in self.describe().get("Outputs", [])}

    def delete(self) -> str:
        """Delete the stack, if it is there, and return the status it ends in."""
        if not self.exists():
            return "DELETE_COMPLETE"
        stack_id = self.describe()["StackId"]
        self._api.delete_stack(StackName=stack_id)

        def deleted() -> str | None:
            status = str(self.describe(stack_id)["StackStatus"])
            return None if status.endswith("_IN_PROGRESS") else status

        return wait_until(deleted, what=f"stack {self.name} to be deleted", seconds=_SECONDS)
