"""Histories and lists are read as botocore reads them, without its parser."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from botocore.awsrequest import AWSResponse
from botocore.exceptions import ClientError

from localdev.engines.clients import Clients
from localdev.executions.client import ExecutionsClient
from localdev.executions.growing import history_of

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions import SFNClient

ARN = "arn:aws:states:us-east-1:000000000000:execution:machine:one"
EVENT = {
    "id": 1,
    "previousEventId": 0,
    "timestamp": 1767225600.25,
    "type": "ExecutionStarted",
    "executionStartedEventDetails": {"input": "{}", "roleArn": "r", "inputDetails": {"truncated": False}},
}


class _Raw:
    def __init__(self, body: bytes) -> None:
        self._body = body

    def stream(self, **_: Any) -> list[bytes]:
        return [self._body]


def _client(body: bytes, status: int = 200) -> SFNClient:
    """Return a client that is answered with this, whatever it asks."""
    client = Clients("http://127.0.0.1:1").client("stepfunctions")
    headers: Any = {"content-type": "application/x-amz-json-1.0"}

    def answer(**_: Any) -> Any:
        return AWSResponse("http://127.0.0.1:1", status, headers, _Raw(body))

    client.meta.events.register_first("before-send.sfn.*", answer)
    return client


def test_a_history_is_what_botocore_would_have_read() -> None:
    body = json.dumps({"events": [EVENT]}).encode()
    theirs = history_of(_client(body), ARN)
    client = _client(body)
    made = ExecutionsClient(client, client, client)  # type: ignore[arg-type]

    ours = made.history(ARN)

    assert ours.events == theirs.events
    assert ours.events[0].at.timestamp() == EVENT["timestamp"]


def test_a_list_of_executions_is_what_botocore_would_have_read() -> None:
    at = {"startDate": 1767225600.25, "stopDate": 1767225601.5, "redriveDate": 1767225601.0}
    listed = {"executionArn": ARN, "stateMachineArn": "m", "name": "one", "status": "FAILED", "redriveCount": 1, **at}
    running = {**listed, "status": "RUNNING", "stopDate": None}
    body = json.dumps({"executions": [listed, running], "nextToken": "2"}).encode()
    client = _client(body)
    ExecutionsClient(client, client, client)  # type: ignore[arg-type]
    asked: Any = {"stateMachineArn": ARN.replace("execution", "stateMachine").rpartition(":")[0]}

    theirs = _client(body).list_executions(**asked)
    ours = client.list_executions(**asked)

    assert ours["executions"] == theirs["executions"]
    assert ours["nextToken"] == theirs["nextToken"]


def test_what_is_null_is_not_there() -> None:
    body = json.dumps({"events": [{**EVENT, "lambdaFunctionFailedEventDetails": None}]}).encode()
    client = _client(body)
    ExecutionsClient(client, client, client)  # type: ignore[arg-type]

    (event,) = client.get_execution_history(executionArn=ARN)["events"]

    assert "lambdaFunctionFailedEventDetails" not in event


def test_an_error_stays_botocores() -> None:
    client = _client(json.dumps({"__type": "ExecutionDoesNotExist", "message": "gone"}).encode(), 400)
    ExecutionsClient(client, client, client)  # type: ignore[arg-type]

    with pytest.raises(ClientError, match="ExecutionDoesNotExist"):
        client.get_execution_history(executionArn=ARN)
