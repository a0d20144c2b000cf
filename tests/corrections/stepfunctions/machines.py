"""Run a definition, and return its outcome."""

from __future__ import annotations

import json
import uuid
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from localdev.system.waiting import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from localdev.engines.clients import Clients

_TERMINAL = {"SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"}
ROLE = "arn:aws:iam::000000000000:role/machine"


@contextmanager
def machine(clients: Clients, definition: dict[str, Any]) -> Iterator[str]:
    """Create a state machine of a random name, and delete it afterwards."""
    states = clients.client("stepfunctions")
    arn = states.create_state_machine(
        name=f"case-{uuid.uuid4().hex[:12]}", definition=json.dumps(definition), roleArn=ROLE
    )["stateMachineArn"]
    try:
        yield arn
    finally:
        states.delete_state_machine(stateMachineArn=arn)


def run(clients: Clients, definition: dict[str, Any], data: Any = None) -> dict[str, Any]:
    """Return an execution's status, output, error, cause and history."""
    states = clients.client("stepfunctions")
    with machine(clients, definition) as arn:
        execution = states.start_execution(stateMachineArn=arn, input=json.dumps({} if data is None else data))
        execution_arn = execution["executionArn"]

        def ended() -> Any:
            found = states.describe_execution(executionArn=execution_arn)
            return found if found["status"] in _TERMINAL else None

        described = wait_until(ended, seconds=120, what="the end of the execution")
        history = states.get_execution_history(executionArn=execution_arn)["events"]
    return {
        "status": described["status"],
        "output": json.loads(described["output"]) if "output" in described else None,
        "error": described.get("error"),
        "cause": described.get("cause"),
        "events": [event["type"] for event in history],
        "history": history,
    }


def one_state(**fields: Any) -> dict[str, Any]:
    """Return a JSONata machine of one state."""
    return {"QueryLanguage": "JSONata", "StartAt": "S", "States": {"S": {"Type": "Pass", "End": True} | fields}}


def jsonpath(**fields: Any) -> dict[str, Any]:
    """Return a JSONPath machine of one state."""
    return {"StartAt": "S", "States": {"S": {"Type": "Pass", "End": True} | fields}}
