"""Run state machines against an emulator, and look at how they end."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from localdev.system.waiting import wait_until

if TYPE_CHECKING:
    from localdev.engines.clients import Clients

SECONDS = 90.0
"""How long an execution of a test may take on a machine with much else to do."""
ROLE = "arn:aws:iam::000000000000:role/states"


def states(start: str, **by_name: dict[str, Any]) -> dict[str, Any]:
    """Return a definition that starts with the state ``start``."""
    return {"StartAt": start, "States": by_name}


def name(prefix: str = "machine") -> str:
    """Return a name that nothing else has."""
    return f"{prefix}-{uuid4().hex[:12]}"


def created(clients: Clients, definition: dict[str, Any], **options: Any) -> str:
    """Create a state machine and return its ARN."""
    client = clients.client("stepfunctions")
    answer = client.create_state_machine(name=name(), definition=json.dumps(definition), roleArn=ROLE, **options)
    return answer["stateMachineArn"]


def started(clients: Clients, machine: str, document: object = None) -> str:
    """Start an execution and return its ARN."""
    client = clients.client("stepfunctions")
    return client.start_execution(stateMachineArn=machine, input=json.dumps(document or {}))["executionArn"]


def described(clients: Clients, execution: str) -> dict[str, Any]:
    """Describe an execution."""
    return dict(clients.client("stepfunctions").describe_execution(executionArn=execution))


def ended(clients: Clients, execution: str) -> dict[str, Any]:
    """Wait until an execution has ended, and describe it."""

    def end() -> dict[str, Any] | None:
        found = described(clients, execution)
        return None if found["status"] == "RUNNING" else found

    return wait_until(end, what=f"the end of {execution}", seconds=SECONDS)


def run(clients: Clients, definition: dict[str, Any], document: object = None) -> dict[str, Any]:
    """Create a state machine, run it once, and describe the execution that has ended."""
    return ended(clients, started(clients, created(clients, definition), document))


def history(clients: Clients, execution: str) -> list[dict[str, Any]]:
    """Return all events of an execution's history."""
    pages = clients.client("stepfunctions").get_paginator("get_execution_history").paginate(executionArn=execution)
    return [dict(event) for page in pages for event in page["events"]]


def wait_for_event(clients: Clients, execution: str, kind: str) -> dict[str, Any]:
    """Wait until a history has an event of a kind, and return the first."""

    def found() -> dict[str, Any] | None:
        return next((event for event in history(clients, execution) if event["type"] == kind), None)

    return wait_until(found, what=f"{kind} in the history of {execution}", seconds=SECONDS)
