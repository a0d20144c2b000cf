"""An execution told in plain text."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from botocore.stub import Stubber

from executions.report import report_text
from localdev.aws import Clients

ARN = "arn:aws:states:us-east-1:000000000000:execution:machine:one"
BEGAN = datetime(2026, 1, 1, tzinfo=UTC)


def _event(number: int, kind: str, **details: Any) -> dict[str, Any]:
    return {"id": number, "type": kind, "timestamp": BEGAN + timedelta(seconds=number - 1), **details}


def test_every_page_of_events_is_told_after_the_outcome_with_error_and_cause() -> None:
    client = Clients("http://127.0.0.1:1").client("stepfunctions")
    execution = {
        "executionArn": ARN,
        "stateMachineArn": "arn:aws:states:us-east-1:000000000000:stateMachine:machine",
        "status": "FAILED",
        "startDate": BEGAN,
        "input": '{"flavour": "pineapple"}',
        "error": "Failed To Make Pizza",
        "cause": "They asked for Pineapple",
    }
    first = {"events": [_event(1, "ExecutionStarted")], "nextToken": "more"}
    second = {"events": [_event(2, "FailStateEntered", stateEnteredEventDetails={"name": "Sorry"})]}
    with Stubber(client) as stubber:
        stubber.add_response("describe_execution", execution, {"executionArn": ARN})
        stubber.add_response("get_execution_history", first, {"executionArn": ARN})
        stubber.add_response("get_execution_history", second, {"executionArn": ARN, "nextToken": "more"})

        told = report_text(client, ARN)

    assert told.splitlines() == [
        "FAILED  Failed To Make Pizza: They asked for Pineapple",
        'input  {"flavour": "pineapple"}',
        "   0.000 s  ExecutionStarted",
        "   1.000 s  FailStateEntered  Sorry",
    ]
