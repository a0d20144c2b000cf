"""Record the histories in ``recorded/``: ``python -m tests.unit.executions.record ENDPOINT [NAME ...]``.

Runs every machine of ``machines.py`` at the endpoint (start an emulator with ``./scripts/up --no-deploy``) and writes
down what the API says of it, unchanged. The machines are made for the recording and removed after it.
"""

from __future__ import annotations

import io
import json
import sys
import zipfile
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from localdev.engines.clients import Clients
from localdev.system.waiting import wait_until
from tests.unit.executions.machines import FUNCTION, FUNCTION_CODE, RUNS, Run

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions import SFNClient

RECORDED = Path(__file__).parent / "recorded"
ROLE = "arn:aws:iam::000000000000:role/recording"
LOG_GROUP = "/aws/vendedlogs/states/recorded-histories"


def main(endpoint_url: str, names: list[str]) -> None:
    """Record the named runs, or all."""
    clients = Clients(endpoint_url)
    function_arn = _create_function(clients)
    _create_log_group(clients)
    RECORDED.mkdir(exist_ok=True)
    for name in names or RUNS:
        recording = _record(clients, name, RUNS[name], function_arn)
        path = RECORDED / f"{name}.json"
        path.write_text(json.dumps(recording, indent=1, ensure_ascii=False, default=_json) + "\n")
        print(
            f"{name:<40} {recording['execution'].get('status', 'from the log'):<12} {len(recording['events'])} events"
        )
    clients.client("lambda").delete_function(FunctionName=FUNCTION)
    clients.client("logs").delete_log_group(logGroupName=LOG_GROUP)


def _record(clients: Clients, name: str, run: Run, function_arn: str) -> dict[str, Any]:
    states = clients.client("stepfunctions")
    definition = json.loads(json.dumps(run.definition).replace("${function}", function_arn))
    machine = states.create_state_machine(
        name=f"recorded-{name.replace('_', '-')}",
        definition=json.dumps(definition),
        roleArn=ROLE,
        type="EXPRESS" if run.type == "EXPRESS" else "STANDARD",
        loggingConfiguration={
            "level": "ALL",
            "includeExecutionData": True,
            "destinations": [
                {
                    "cloudWatchLogsLogGroup": {
                        "logGroupArn": f"arn:aws:logs:us-east-1:000000000000:log-group:{LOG_GROUP}:*"
                    }
                }
            ],
        },
    )
    arn = states.start_execution(
        stateMachineArn=machine["stateMachineArn"], input=json.dumps({} if run.input is None else run.input)
    )["executionArn"]
    try:
        if run.type == "EXPRESS":
            return _express(clients, definition, arn)
        _bring_about(states, run.then, arn)
        events = [
            event
            for page in states.get_paginator("get_execution_history").paginate(executionArn=arn)
            for event in page["events"]
        ]
        execution = states.describe_execution(executionArn=arn)
        execution.pop("ResponseMetadata", None)  # type: ignore[misc]
        return {"definition": definition, "execution": execution, "events": events}
    finally:
        states.delete_state_machine(stateMachineArn=machine["stateMachineArn"])


def _bring_about(states: SFNClient, then: str, arn: str) -> None:
    if then == "end":
        wait_until(lambda: _ended(states, arn), what=f"{arn} to end", seconds=60)
        return
    wait_until(lambda: _waits(states, arn), what=f"{arn} to wait", seconds=30)
    if then == "stop":
        states.stop_execution(executionArn=arn, error="Closed", cause="The pizzeria is closed")
        wait_until(lambda: _ended(states, arn), what=f"{arn} to stop", seconds=30)


def _ended(states: SFNClient, arn: str) -> bool | None:
    return True if states.describe_execution(executionArn=arn)["status"] != "RUNNING" else None


def _waits(states: SFNClient, arn: str) -> bool | None:
    events = states.get_execution_history(executionArn=arn)["events"]
    kinds = [event["type"] for event in events]
    return True if "WaitStateEntered" in kinds or "TaskSubmitted" in kinds else None


def _express(clients: Clients, definition: dict[str, Any], arn: str) -> dict[str, Any]:
    def lines() -> list[str] | None:
        found = clients.client("logs").filter_log_events(logGroupName=LOG_GROUP)["events"]
        messages = [event["message"] for event in found if arn in event["message"]]
        return messages if any('"Execution' in m and "Started" not in m for m in messages) else None

    messages = wait_until(lines, what="the express execution's log", seconds=30)
    return {"definition": definition, "execution": {"executionArn": arn}, "events": [], "log": messages}


def _create_function(clients: Clients) -> str:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as code:
        code.writestr("recorded.py", FUNCTION_CODE)
    lambda_ = clients.client("lambda")
    try:
        arn = lambda_.create_function(
            FunctionName=FUNCTION,
            Runtime="python3.13",
            Role=ROLE,
            Handler="recorded.handler",
            Code={"ZipFile": archive.getvalue()},
            Timeout=10,
        )["FunctionArn"]
    except ClientError as error:
        if error.response["Error"]["Code"] != "ResourceConflictException":
            raise
        arn = lambda_.get_function_configuration(FunctionName=FUNCTION)["FunctionArn"]
    lambda_.get_waiter("function_active_v2").wait(FunctionName=FUNCTION)
    return arn


def _create_log_group(clients: Clients) -> None:
    try:
        clients.client("logs").create_log_group(logGroupName=LOG_GROUP)
    except ClientError as error:
        if error.response["Error"]["Code"] != "ResourceAlreadyExistsException":
            raise


def _json(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{value!r} has no JSON")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
