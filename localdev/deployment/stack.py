"""Read deployed stacks: outputs, resources, and what failed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from localdev.system.errors import LocaldevError
from localdev.system.project import typed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from botocore.exceptions import ClientError
    from mypy_boto3_cloudformation.type_defs import StackEventTypeDef, StackTypeDef

    from localdev.engines.clients import Clients

_BEGINNINGS = frozenset({"CREATE_IN_PROGRESS", "UPDATE_IN_PROGRESS"})
_MADE_EXPORT = re.compile(r"ExportsOutput(Ref|FnGetAtt)[0-9A-Za-z]+[0-9A-F]{8}$")
_API_HOST = re.compile(r"(?P<id>[a-z0-9]+)\.execute-api\.")


def stack_outputs(clients: Clients, stack_name: str) -> dict[str, str]:
    """Return the outputs of a deployed stack.

    :raises LocaldevError: it is not deployed.
    """
    return _outputs(_described(clients, stack_name))


def is_made_export(name: str) -> bool:
    """Return whether an output is one that the CDK makes, for another stack that refers to something in this one."""
    return bool(_MADE_EXPORT.match(name))


def stack_status(clients: Clients, stack_name: str) -> str:
    """Return the status of a deployed stack, e.g. ``UPDATE_COMPLETE``.

    :raises LocaldevError: it is not deployed.
    """
    return _described(clients, stack_name)["StackStatus"]


def resource_ids(clients: Clients, stack_name: str, kind: str) -> dict[str, str]:
    """Return a stack's resources of one type: logical to physical id.

    :raises LocaldevError: it is not deployed.
    """
    from botocore.exceptions import ClientError

    pages = clients.client("cloudformation").get_paginator("list_stack_resources").paginate(StackName=stack_name)
    try:
        return {
            resource["LogicalResourceId"]: resource["PhysicalResourceId"]
            for page in pages
            for resource in page["StackResourceSummaries"]
            if resource["ResourceType"] == kind and "PhysicalResourceId" in resource
        }
    except ClientError as error:
        raise not_deployed(stack_name, error) from error


def _described(clients: Clients, stack_name: str) -> StackTypeDef:
    from botocore.exceptions import ClientError

    try:
        return clients.client("cloudformation").describe_stacks(StackName=stack_name)["Stacks"][0]
    except ClientError as error:
        raise not_deployed(stack_name, error) from error


def not_deployed(stack_name: str, error: ClientError) -> Exception:
    """Return what to raise when CloudFormation does not know a stack; another error as it is."""
    if error.response["Error"]["Code"] != "ValidationError":
        return error
    return LocaldevError(f"The stack {stack_name} is not deployed.", f"deploy it with {typed('deploy')}.")


def _outputs(stack: StackTypeDef) -> dict[str, str]:
    return {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}


def stack_exists(clients: Clients, stack_name: str) -> bool:
    """Return whether CloudFormation knows the stack, in whatever state it is."""
    try:
        _described(clients, stack_name)
    except LocaldevError:
        return False
    return True


def reachable_api_url(api_url: str, endpoint_url: str | None) -> str:
    """Return an address of the API that needs no DNS: LocalStack serves every API under its own endpoint.

    https://docs.localstack.cloud/aws/services/apigateway/. An address that is not LocalStack's stays as it is.
    """
    parts = urlsplit(api_url)
    match = _API_HOST.match(parts.netloc)
    if not endpoint_url or not match or "amazonaws.com" in parts.netloc:
        return api_url.rstrip("/")
    return f"{endpoint_url}/_aws/execute-api/{match['id']}{parts.path}".rstrip("/")


def failed_resources(clients: Clients, stack: str) -> list[str]:
    """Return each resource that stopped the last deployment, and its reason; the stack's own where none did.

    An export that another stack uses, for example, is in the way of no resource.
    """
    from botocore.exceptions import ClientError

    try:
        found = clients.client("cloudformation").describe_stack_events(StackName=stack)["StackEvents"]
    except ClientError:
        return []
    events = list(_of_last_deployment(found))
    return [_reason(event) for event in events if _is_cause(event)] or [
        event["ResourceStatusReason"] for event in events if _is_own(event) and _is_rolled_back(event)
    ]


def _of_last_deployment(newest_first: Iterable[StackEventTypeDef]) -> Iterator[StackEventTypeDef]:
    for event in newest_first:
        if _is_own(event) and event.get("ResourceStatus") in _BEGINNINGS:
            return
        yield event


def _is_own(event: StackEventTypeDef) -> bool:
    """Return whether an event is of the stack itself, not of a resource in it."""
    return event.get("PhysicalResourceId") == event["StackId"]


def _is_rolled_back(event: StackEventTypeDef) -> bool:
    return event.get("ResourceStatus", "").endswith("ROLLBACK_IN_PROGRESS") and bool(event.get("ResourceStatusReason"))


def _is_cause(event: StackEventTypeDef) -> bool:
    status, reason = event.get("ResourceStatus", ""), event.get("ResourceStatusReason", "")
    return (
        status.endswith("_FAILED")
        and bool(reason)
        and "cancelled" not in reason.lower()
        # a nested stack has an id of its own, and its reason says which of its resources failed
        and not _is_own(event)
    )


def _reason(event: StackEventTypeDef) -> str:
    return f"{event.get('LogicalResourceId')} ({event.get('ResourceType')}): {event.get('ResourceStatusReason')}"
