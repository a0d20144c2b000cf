"""What a deployed stack says about itself."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from localdev.system.errors import LocaldevError
from localdev.system.project import STACK_NAME

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mypy_boto3_cloudformation.type_defs import StackEventTypeDef

    from localdev.engines.clients import Clients

_API_HOST = re.compile(r"(?P<id>[a-z0-9]+)\.execute-api\.")


@dataclass(frozen=True)
class StackOutputs:
    """The outputs of the stack, as CloudFormation gives them."""

    api_url: str
    state_machine_arn: str
    failed_orders_queue_url: str

    @classmethod
    def of(cls, values: Mapping[str, str], stack: str) -> StackOutputs:
        """The outputs by their names; ``stack`` is whose they are, for a person.

        :raises LocaldevError: one is missing.
        """
        try:
            return cls(values["ApiUrl"], values["StateMachineArn"], values["FailedOrdersQueueUrl"])
        except KeyError as error:
            raise LocaldevError(
                f"The stack {stack} has no output {error}.", "deploy it again with ./scripts/deploy."
            ) from error


def stack_outputs(clients: Clients, stack_name: str = STACK_NAME) -> StackOutputs:
    """The outputs of the deployed stack.

    :raises LocaldevError: it is not deployed, or not as a whole.
    """
    from botocore.exceptions import ClientError

    try:
        stacks = clients.client("cloudformation").describe_stacks(StackName=stack_name)["Stacks"]
    except ClientError as error:
        if error.response["Error"]["Code"] != "ValidationError":
            raise
        raise LocaldevError(f"The stack {stack_name} is not deployed.", "deploy it with ./scripts/deploy.") from error
    values = {output["OutputKey"]: output["OutputValue"] for output in stacks[0].get("Outputs", [])}
    return StackOutputs.of(values, f"{stack_name}, whose status is {stacks[0]['StackStatus']},")


def stack_exists(clients: Clients, stack_name: str) -> bool:
    """Whether CloudFormation knows the stack, in whatever state it is."""
    from botocore.exceptions import ClientError

    try:
        clients.client("cloudformation").describe_stacks(StackName=stack_name)
    except ClientError as error:
        if error.response["Error"]["Code"] != "ValidationError":
            raise
        return False
    return True


def reachable_api_url(api_url: str, endpoint_url: str | None) -> str:
    """The address of the API that needs no DNS: LocalStack serves every API under its own endpoint.

    https://docs.localstack.cloud/aws/services/apigateway/. An address that is not LocalStack's stays as it is.
    """
    parts = urlsplit(api_url)
    match = _API_HOST.match(parts.netloc)
    if not endpoint_url or not match or "amazonaws.com" in parts.netloc:
        return api_url.rstrip("/")
    return f"{endpoint_url}/_aws/execute-api/{match['id']}{parts.path}".rstrip("/")


def failed_resources(clients: Clients, stack: str = STACK_NAME) -> list[str]:
    """Each resource that stopped the last deployment, and its reason."""
    from botocore.exceptions import ClientError

    try:
        events = clients.client("cloudformation").describe_stack_events(StackName=stack)
    except ClientError:
        return []
    return [_reason(event) for event in events["StackEvents"] if _is_cause(event)]


def _is_cause(event: StackEventTypeDef) -> bool:
    status, reason = event.get("ResourceStatus", ""), event.get("ResourceStatusReason", "")
    return (
        status.endswith("_FAILED")
        and bool(reason)
        and "cancelled" not in reason.lower()
        and event.get("ResourceType") != "AWS::CloudFormation::Stack"
    )


def _reason(event: StackEventTypeDef) -> str:
    return f"{event.get('LogicalResourceId')} ({event.get('ResourceType')}): {event.get('ResourceStatusReason')}"
