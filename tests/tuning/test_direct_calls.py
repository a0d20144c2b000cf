"""Test what is called directly, where a client would have made a request: the same, also where others are involved."""

from __future__ import annotations

import io
import json
import uuid
import zipfile
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from localdev.system.waiting import wait_until

if TYPE_CHECKING:
    from collections.abc import Callable

    from localdev.engines import EmbeddedEngine

ROLE = "arn:aws:iam::000000000000:role/r"
PRINTS = "def handler(event, context):\n    print('reported')\n    return 'done'\n"
_SECONDS = 20.0


@pytest.fixture(params=["released", "adjusted"])
def engine(engines: dict[str, EmbeddedEngine], request: pytest.FixtureRequest) -> EmbeddedEngine:
    """Provide each of them."""
    return engines[request.param]


type MakeFunction = Callable[[], str]


@pytest.fixture
def make_function(engine: EmbeddedEngine) -> MakeFunction:
    """Makes a function that logs each call, and gives its name."""
    return partial(_make_function, engine)


def _make_function(engine: EmbeddedEngine) -> str:
    functions, name, package = engine.clients().client("lambda"), f"f-{uuid.uuid4().hex[:12]}", io.BytesIO()
    with zipfile.ZipFile(package, "w") as archive:
        archive.writestr("function.py", PRINTS)
    functions.create_function(
        FunctionName=name,
        Runtime="python3.13",
        Handler="function.handler",
        Role=ROLE,
        Code={"ZipFile": package.getvalue()},
    )
    functions.get_waiter("function_active_v2").wait(FunctionName=name, WaiterConfig={"Delay": 1})
    return name


def subscribe(engine: EmbeddedEngine, group: str, name: str) -> None:
    """Subscribe a function to a log group."""
    arn = engine.clients().client("lambda").get_function(FunctionName=name)["Configuration"]["FunctionArn"]
    engine.clients().client("logs").put_subscription_filter(
        logGroupName=group, filterName="s", filterPattern="", destinationArn=arn
    )


def was_notified(engine: EmbeddedEngine, name: str) -> bool | None:
    """Return whether a function has said so."""
    logs = engine.clients().client("logs")
    try:
        events = logs.filter_log_events(logGroupName=f"/aws/lambda/{name}")["events"]
    except logs.exceptions.ResourceNotFoundException:
        return None
    return any(event["message"] == "reported\n" for event in events) or None


def test_a_subscriber_is_notified_of_a_functions_log_and_nobody_waits_for_it(
    engine: EmbeddedEngine, make_function: MakeFunction
) -> None:
    functions = engine.clients().client("lambda")
    source, subscriber = make_function(), make_function()
    functions.invoke(FunctionName=source)
    wait_until(partial(was_notified, engine, source), what="the log group", seconds=_SECONDS)
    subscribe(engine, f"/aws/lambda/{source}", subscriber)

    reported = functions.invoke(FunctionName=source)["Payload"].read()

    assert reported == b'"done"'
    wait_until(partial(was_notified, engine, subscriber), what="the subscriber to be notified", seconds=_SECONDS)
    functions.delete_function(FunctionName=subscriber)
    assert functions.invoke(FunctionName=source)["Payload"].read() == b'"done"'


def run(engine: EmbeddedEngine, state: dict[str, Any], **options: Any) -> Any:
    """Return the end of an execution of a state machine with this one state."""
    machines = engine.clients().client("stepfunctions")
    definition = json.dumps({"StartAt": "A", "States": {"A": {**state, "End": True}}})
    machine = machines.create_state_machine(name=uuid.uuid4().hex, definition=definition, roleArn=ROLE, **options)
    arn = machines.start_execution(stateMachineArn=machine["stateMachineArn"])["executionArn"]

    def ended() -> Any:
        about = machines.describe_execution(executionArn=arn)
        return about if about["status"] != "RUNNING" else None

    return wait_until(ended, what="the execution to end", seconds=_SECONDS)


def test_a_subscriber_is_notified_of_an_executions_log(engine: EmbeddedEngine, make_function: MakeFunction) -> None:
    group, subscriber = uuid.uuid4().hex, make_function()
    engine.clients().client("logs").create_log_group(logGroupName=group)
    subscribe(engine, group, subscriber)
    arn = f"arn:aws:logs:us-east-1:000000000000:log-group:{group}:*"

    execution = run(
        engine,
        {"Type": "Pass"},
        loggingConfiguration={"level": "ALL", "destinations": [{"cloudWatchLogsLogGroup": {"logGroupArn": arn}}]},
    )

    assert execution["status"] == "SUCCEEDED"
    wait_until(partial(was_notified, engine, subscriber), what="the subscriber to be notified", seconds=_SECONDS)


def test_the_output_of_an_invocation_has_its_members_in_their_order(
    engine: EmbeddedEngine, make_function: MakeFunction
) -> None:
    parameters = {"FunctionName": make_function(), "LogType": "Tail"}

    execution = run(engine, {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": parameters})

    members = [member for member in json.loads(execution["output"]) if not member.startswith("Sdk")]
    assert members == ["StatusCode", "LogResult", "ExecutedVersion", "Payload"]
