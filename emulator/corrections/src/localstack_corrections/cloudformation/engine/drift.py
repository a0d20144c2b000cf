"""Drift: what somebody has changed or deleted behind a stack's back.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-stack-drift.html
"""

from __future__ import annotations

import json
import logging
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError
from localstack.aws.connect import connect_to

from localstack_corrections.cloudformation.records import specified
from localstack_corrections.cloudformation.resources.readers import READERS, comparable, function_code

if TYPE_CHECKING:
    from localstack_corrections.cloudformation.engine.reverts import Drifted
    from localstack_corrections.cloudformation.records import Properties, Record

LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class Detection:
    """One look at the resources of a stack."""

    stack: Any
    drifts: list[dict[str, Any]]
    id_: str = field(default_factory=lambda: str(uuid.uuid4()))
    time: datetime = field(default_factory=lambda: datetime.now(tz=UTC))

    @property
    def drifted(self) -> int:
        """The number of resources that are not as the stack has made them."""
        return sum(each["StackResourceDriftStatus"] in ("MODIFIED", "DELETED") for each in self.drifts)

    @property
    def status(self) -> str:
        """Whether any resource has drifted."""
        return "DRIFTED" if self.drifted else "IN_SYNC"


def detect(stack: Any, names: list[str] | None = None) -> Detection:
    """Compare the resources of a stack, or some of them, with what their services say of them."""
    clients = _clients(stack)
    return Detection(stack, [_drift(stack, each, clients) for each in _comparable(stack, names)])


def drifted(stack: Any) -> Drifted:
    """Return what is not as the stack has made it."""
    clients = _clients(stack)
    found: dict[str, Properties | None] = {}
    for record in _comparable(stack):
        actual = _actual(record, clients)
        differing = _different(specified(record), actual) if actual is not None else ()
        if actual is None:
            found[record["LogicalResourceId"]] = None
        elif differing:
            found[record["LogicalResourceId"]] = {key: actual[key] for key in differing}
    return found


def _clients(stack: Any) -> Any:
    return connect_to(aws_access_key_id=stack.account_id, region_name=stack.region_name)


def _comparable(stack: Any, names: list[str] | None = None) -> list[Record]:
    records: dict[str, Record] = stack.resolved_resources
    return [
        {**record, "LogicalResourceId": name}
        for name, record in records.items()
        if record["Type"] in READERS and (not names or name in names)
    ]


def _actual(record: Record, clients: Any) -> Properties | None:
    """Return the properties that the service tells; ``None`` if it does not have the resource any more."""
    try:
        actual = READERS[record["Type"]](clients, record["PhysicalResourceId"])
    except (ClientError, LookupError):
        LOG.debug("drift: %s is gone", record["LogicalResourceId"], exc_info=True)
        return None
    if record["Type"] == "AWS::Lambda::Function":
        actual |= function_code(clients, record["PhysicalResourceId"], specified(record).get("Code") or {})
    return actual


def _drift(stack: Any, record: Record, clients: Any) -> dict[str, Any]:
    wanted = specified(record)
    drift = {
        "StackId": stack.stack_id,
        "LogicalResourceId": record["LogicalResourceId"],
        "PhysicalResourceId": record["PhysicalResourceId"],
        "ResourceType": record["Type"],
        "ExpectedProperties": json.dumps(wanted, default=str),
        "Timestamp": datetime.now(tz=UTC),
    }
    actual = _actual(record, clients)
    if actual is None:
        return {**drift, "StackResourceDriftStatus": "DELETED", "PropertyDifferences": []}
    differences = [_difference(key, wanted[key], actual[key]) for key in sorted(_different(wanted, actual))]
    return {
        **drift,
        "ActualProperties": json.dumps({key: actual[key] for key in wanted if key in actual}, default=str),
        "PropertyDifferences": differences,
        "StackResourceDriftStatus": "MODIFIED" if differences else "IN_SYNC",
    }


def _different(wanted: Properties, actual: Properties) -> set[str]:
    """Return the properties that a template gives and a service tells otherwise."""
    common = set(wanted) & set(actual)
    if wanted.get("DefinitionSubstitutions"):
        # the service has the definition with its parts in their places
        common.discard("DefinitionString")
    return {name for name in common if comparable(wanted[name]) != comparable(actual[name])}


def _difference(name: str, wanted: Any, actual: Any) -> dict[str, str]:
    return {
        "PropertyPath": f"/{name}",
        "ExpectedValue": _text(wanted),
        "ActualValue": _text(actual),
        "DifferenceType": "REMOVE" if actual is None else "NOT_EQUAL",
    }


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, default=str)
