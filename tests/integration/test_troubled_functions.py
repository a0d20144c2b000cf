"""Functions that raise, time out or exit: what their caller and a state machine see."""

from __future__ import annotations

import base64
import json
import shlex
import sys
from typing import TYPE_CHECKING, Any

import pytest

from localdev.deployment import cdk
from localdev.system.waiting import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from localdev.engines import Engine
    from localdev.engines.clients import Clients

STACK_NAME = "troubled-functions"


@pytest.fixture(scope="module")
def troubled(
    engine: Engine, clients: Clients, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, str]]:
    """Provide the outputs of a second stack, deployed for these tests and destroyed after them."""
    app = shlex.join([sys.executable, str(request.path.parent / "troubled" / "app.py")])
    assembly = cdk.synthesize(app=app, output=tmp_path_factory.mktemp("troubled"))
    cdk.deploy(engine, assembly, STACK_NAME)
    stack = clients.client("cloudformation").describe_stacks(StackName=STACK_NAME)["Stacks"][0]
    yield {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}
    cdk.destroy(engine, assembly, STACK_NAME)


def _invoke(clients: Clients, function: str) -> tuple[dict[str, Any], str]:
    """Return the error document and the log's tail; the request id in the former is replaced by ID."""
    response = clients.client("lambda").invoke(FunctionName=function, LogType="Tail", Payload=b"{}")
    assert response["StatusCode"] == 200
    assert response["FunctionError"] == "Unhandled"
    assert response["ExecutedVersion"] == "$LATEST"
    request_id = response["ResponseMetadata"]["RequestId"]
    payload = response["Payload"].read().decode().replace(request_id, "ID")
    return json.loads(payload), base64.b64decode(response["LogResult"]).decode()


def _execute(clients: Clients, machine_arn: str) -> tuple[str, dict[str, Any]]:
    """Return error and cause of a failed execution."""
    stepfunctions = clients.client("stepfunctions")
    arn = stepfunctions.start_execution(stateMachineArn=machine_arn)["executionArn"]

    def ended() -> dict[str, Any] | None:
        execution = stepfunctions.describe_execution(executionArn=arn)
        return None if execution["status"] == "RUNNING" else dict(execution)

    execution = wait_until(ended, what=f"{arn} to end", seconds=30)
    assert execution["status"] == "FAILED", execution
    return execution["error"], json.loads(execution["cause"])


def test_an_exception_is_the_callers_error_document(clients: Clients, troubled: dict[str, str]) -> None:
    document, log = _invoke(clients, troubled["RaisesFunction"])

    assert document["errorType"] == "OvenError"
    assert document["errorMessage"] == "the oven is cold"
    assert document["requestId"] == "ID"
    assert document["stackTrace"][0].startswith('  File "/var/task/trouble.py", line ')
    assert "about to raise\n[ERROR] OvenError: the oven is cold" in log


def test_a_timeout_is_named_with_the_functions_own_limit(clients: Clients, troubled: dict[str, str]) -> None:
    document, log = _invoke(clients, troubled["TimesOutFunction"])

    assert document == {
        "errorType": "Sandbox.Timedout",
        "errorMessage": "RequestId: ID Error: Task timed out after 1.00 seconds",
    }
    assert "about to sleep\n" in log
    assert "awake again" not in log


def test_an_exit_is_named_with_its_status(clients: Clients, troubled: dict[str, str]) -> None:
    document, _ = _invoke(clients, troubled["ExitsFunction"])

    assert document == {
        "errorType": "Runtime.ExitError",
        "errorMessage": "RequestId: ID Error: Runtime exited with error: exit status 17",
    }


@pytest.mark.parametrize(
    ("name", "error"),
    [("Raises", "OvenError"), ("TimesOut", "Sandbox.Timedout"), ("Exits", "Runtime.ExitError")],
)
def test_a_state_machine_fails_with_the_functions_error(
    clients: Clients, troubled: dict[str, str], name: str, error: str
) -> None:
    found, cause = _execute(clients, troubled[f"{name}MachineArn"])

    assert found == error
    assert cause["errorType"] == error
