"""Executions whose steps run on the execution's own thread end as those whose steps have a thread each."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from localdev.system.waiting import wait_until
from tests.tuning.session import steady

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mypy_boto3_stepfunctions import SFNClient

    from localdev.engines import EmbeddedEngine

_SECONDS = 30.0
_ROLE = "arn:aws:iam::000000000000:role/some-role"
_SDK = "arn:aws:states:::aws-sdk:"
_NO_QUEUE = {"Type": "Task", "Resource": f"{_SDK}sqs:getQueueUrl", "Parameters": {"QueueName": "no-such-queue"}}
_WAITING = {
    "Type": "Task",
    "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
    "Parameters": {"QueueUrl.$": "$.queue", "MessageBody": "waiting for nobody"},
}
_TIMEOUT = 5
"""Seconds in which a request between LocalStack's services is answered, also the first of all, on a busy machine."""
_LISTING = {"Type": "Task", "Resource": f"{_SDK}sqs:listQueues", "Parameters": {"QueueNamePrefix": "no-such-queue"}}
_DONE = {"Type": "Pass", "Result": "done", "ResultPath": "$.done"}


def machine(*states: dict[str, Any], called: str = "State", **fields: Any) -> dict[str, Any]:
    """States one after the other; the names of states are unique in a whole machine."""
    named = {f"{called} {number}": dict(state) for number, state in enumerate(states)}
    names = list(named)
    for name, following in zip(names, [*names[1:], None], strict=True):
        named[name] |= {"Next": following} if following else {"End": True}
    return {"StartAt": names[0], "States": named, **fields}


MACHINES = {
    "a task and what follows": machine(_LISTING | {"ResultSelector": {"a.$": "$"}, "ResultPath": "$.b"}, _DONE),
    "a failing task": machine(_NO_QUEUE, _DONE),
    "a caught failure": machine(_NO_QUEUE | {"Catch": [{"ErrorEquals": ["States.ALL"], "Next": "State 1"}]}, _DONE),
    "a repeated failure": machine(
        _NO_QUEUE | {"Retry": [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 1, "MaxAttempts": 1}]}
    ),
    "a task that times out": machine(_WAITING | {"TimeoutSeconds": _TIMEOUT}),
    "a task that times out, caught": machine(
        _WAITING | {"TimeoutSeconds": _TIMEOUT, "Catch": [{"ErrorEquals": ["States.Timeout"], "Next": "State 1"}]},
        _DONE,
    ),
    "a path that leads nowhere": machine(_LISTING | {"Parameters": {"a.$": "$.nothing.there"}}),
    "a path of the input that leads nowhere": machine(_LISTING | {"InputPath": "$.nothing"}),
    "in time": machine(_LISTING, TimeoutSeconds=60),
    "a wait that is too long": machine({"Type": "Wait", "Seconds": 3}, _DONE, TimeoutSeconds=1),
    "a task that is too long": machine(_WAITING, _DONE, TimeoutSeconds=_TIMEOUT),
    "each of a list": machine(
        {
            "Type": "Map",
            "ItemsPath": "$.list",
            "MaxConcurrency": 1,
            "ItemProcessor": machine(_LISTING, _DONE, called="Item"),
        }
        | {"ItemSelector": {"n.$": "$$.Map.Item.Value"}},
        TimeoutSeconds=60,
    ),
    "side by side": machine(
        {"Type": "Parallel", "Branches": [machine(_LISTING | {"ResultPath": "$.b"}, called="Branch")]}, _DONE
    ),
    "a branch that fails": machine(
        {"Type": "Parallel", "Branches": [machine(_NO_QUEUE, called="Branch")]}, TimeoutSeconds=60
    ),
}


@pytest.fixture(scope="module")
def outcomes(engines: dict[str, EmbeddedEngine]) -> Iterator[dict[str, dict[str, Any]]]:
    """Provide how each execution ended, and its history, by engine and machine."""
    with ThreadPoolExecutor() as pool:
        yield dict(zip(engines, pool.map(_outcomes, engines.values()), strict=True))


def _outcomes(engine: EmbeddedEngine) -> dict[str, Any]:
    step_functions, queue = _client(engine), _queue(engine)
    with ThreadPoolExecutor(len(MACHINES)) as pool:
        ended = pool.map(lambda definition: _outcome(step_functions, definition, queue), MACHINES.values())
        return dict(zip(MACHINES, ended, strict=True))


def _outcome(step_functions: SFNClient, definition: dict[str, Any], queue: str) -> Any:
    arn = _start(step_functions, definition, queue)
    execution = wait_until(partial(_ended, step_functions, arn), what=f"{arn} to end", seconds=_SECONDS)
    return steady({"execution": execution, "history": _history(step_functions, arn)})


def _start(step_functions: SFNClient, definition: dict[str, Any], queue: str) -> str:
    made = step_functions.create_state_machine(
        name=f"m-{uuid4()}", definition=json.dumps(definition), roleArn=_ROLE, type="STANDARD"
    )
    execution_input = json.dumps({"queue": queue, "list": [1, 2]})
    started = step_functions.start_execution(stateMachineArn=made["stateMachineArn"], input=execution_input)
    return started["executionArn"]


def _ended(step_functions: SFNClient, arn: str) -> dict[str, Any] | None:
    execution = step_functions.describe_execution(executionArn=arn)
    if execution["status"] == "RUNNING":
        return None
    return {name: value for name, value in execution.items() if name != "ResponseMetadata"}


def _history(step_functions: SFNClient, arn: str) -> list[Any]:
    events: list[Any] = list(step_functions.get_execution_history(executionArn=arn)["events"])
    for event in events:
        details = event.get("taskSubmittedEventDetails")
        if details:
            # that of an HTTP answer: each has its own date and request id
            output = json.loads(details["output"])
            details["output"] = {key: value for key, value in output.items() if not key.startswith("Sdk")}
    return events


def _client(engine: EmbeddedEngine) -> SFNClient:
    return engine.clients().client("stepfunctions")


def _queue(engine: EmbeddedEngine) -> str:
    name = f"q-{uuid4()}"
    engine.clients().client("sqs").create_queue(QueueName=name)
    return f"{engine.endpoint_url}/000000000000/{name}"


@pytest.mark.parametrize("name", MACHINES)
def test_an_execution_ends_as_released_with_the_same_history(outcomes: dict[str, dict[str, Any]], name: str) -> None:
    assert outcomes["adjusted"][name] == outcomes["released"][name]


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("a task and what follows", "SUCCEEDED"),
        ("a caught failure", "SUCCEEDED"),
        ("a task that times out", "FAILED"),
        ("a wait that is too long", "TIMED_OUT"),
        ("a task that is too long", "TIMED_OUT"),
        ("each of a list", "SUCCEEDED"),
    ],
)
def test_what_is_compared_is_what_it_is_called(outcomes: dict[str, dict[str, Any]], name: str, status: str) -> None:
    assert outcomes["adjusted"][name]["execution"]["status"] == status


def test_an_execution_times_out_once(engines: dict[str, EmbeddedEngine]) -> None:
    engine = engines["adjusted"]
    step_functions = _client(engine)
    arn = _start(step_functions, MACHINES["a wait that is too long"], _queue(engine))
    timed_out = wait_until(partial(_ended, step_functions, arn), what=f"{arn} to end", seconds=_SECONDS)

    # its thread goes on to the end of the wait, and has nothing to say then but that
    last = wait_until(
        lambda: [event for event in _history(step_functions, arn) if event["type"] == "ExecutionTimedOut"],
        what="the thread's last event",
        seconds=_SECONDS,
    )
    assert len(last) == 1
    assert _ended(step_functions, arn) == timed_out


def _waits(step_functions: Any, arn: str) -> bool | None:
    """Return whether an execution has entered its first state: else chance says how far it is when it is stopped."""
    return any(event["type"] == "WaitStateEntered" for event in _history(step_functions, arn)) or None


def test_an_execution_is_stopped_as_released(engines: dict[str, EmbeddedEngine]) -> None:
    seen = {}
    for name, engine in engines.items():
        step_functions = _client(engine)
        arn = _start(step_functions, machine({"Type": "Wait", "Seconds": 4}, _DONE, TimeoutSeconds=60), _queue(engine))
        wait_until(partial(_waits, step_functions, arn), what=f"{arn} to wait", seconds=_SECONDS)
        step_functions.stop_execution(executionArn=arn, error="Enough", cause="of it")
        stopped = wait_until(partial(_ended, step_functions, arn), what=f"{arn} to end", seconds=_SECONDS)
        seen[name] = steady({"execution": stopped, "history": _history(step_functions, arn)})
    assert seen["adjusted"] == seen["released"]
    assert seen["adjusted"]["execution"]["status"] == "ABORTED"
