"""An update loses nothing of what runs meanwhile, and an emulator that is killed in the middle can be started anew."""

from __future__ import annotations

import json
import os
import signal
import threading
import time
import uuid
from functools import partial
from typing import TYPE_CHECKING, Any

from localdev.engines import EmbeddedEngine
from localdev.system.processes import free_port
from localdev.system.waiting import wait_until
from tests.corrections.cloudformation.cases.base import ROLE, ROLE_ARN, function
from tests.corrections.cloudformation.stacks import Stack

if TYPE_CHECKING:
    from localdev.engines.clients import Clients

MANY = 500
SECONDS_FOR_MANY = 300
UPDATES = 4
SECONDS_TO_END = 120


def _order(number: int) -> dict[str, Any]:
    """Return a state machine that hands its input through a function, with a queue for what fails."""
    states = {
        "Wait": {"Type": "Wait", "Seconds": 1, "Next": "Call"},
        "Call": {"Type": "Task", "Resource": "${Function.Arn}", "End": True},
    }
    definition = json.dumps({"Comment": f"version {number}", "StartAt": "Wait", "States": states})
    machine = {"RoleArn": ROLE_ARN, "DefinitionString": {"Fn::Sub": definition}}
    resources = {"Role": ROLE, "Function": function(number)}
    resources["Function"]["Properties"]["Timeout"] = 10 + number
    return {**resources, "It": {"Type": "AWS::StepFunctions::StateMachine", "Properties": machine}}


def test_no_order_is_lost_while_its_state_machine_and_function_are_updated(aws: Clients, stack: Stack) -> None:
    assert stack.deploy(_order(1)) == "CREATE_COMPLETE", stack.reasons()
    api, arn = aws.client("stepfunctions"), stack.physical_ids()["It"]
    done, started = threading.Event(), []

    def order() -> None:
        while not done.is_set():
            started.append(api.start_execution(stateMachineArn=arn)["executionArn"])
            done.wait(0.1)

    orders = threading.Thread(target=order)
    orders.start()
    try:
        for number in range(2, 2 + UPDATES):
            assert stack.deploy(_order(number)) == "UPDATE_COMPLETE", stack.reasons()
    finally:
        done.set()
        orders.join()

    def ended(execution: str) -> Any:
        found = api.describe_execution(executionArn=execution)
        return None if found["status"] == "RUNNING" else found

    ends = [wait_until(partial(ended, each), what=f"{each} to end", seconds=SECONDS_TO_END) for each in started]
    assert len(ends) > UPDATES
    assert {each["status"] for each in ends} == {"SUCCEEDED"}
    # every execution ran one of the functions that there were, the last one the newest
    assert {each["output"] for each in ends} <= {str(number) for number in range(1, 2 + UPDATES)}
    newest = api.start_execution(stateMachineArn=arn)["executionArn"]
    last = wait_until(partial(ended, newest), what="the last execution to end", seconds=SECONDS_TO_END)
    assert last["output"] == str(1 + UPDATES)


def _queues(number: int, seconds: int) -> dict[str, Any]:
    return {
        f"Queue{each}": {"Type": "AWS::SQS::Queue", "Properties": {"VisibilityTimeout": seconds}}
        for each in range(number)
    }


def test_an_emulator_that_is_killed_in_the_middle_of_an_update_starts_anew() -> None:
    engine = EmbeddedEngine(free_port(), ends_with_us=True)
    engine.start()
    try:
        stack = Stack(engine.clients(), f"s{uuid.uuid4().hex[:10]}")
        assert stack.deploy({**_queues(40, 1), **_order(1)}) == "CREATE_COMPLETE", stack.reasons()
        stack.begin({**_queues(40, 2), **_order(2)})
        os.kill(engine.instance().pid, signal.SIGKILL)
        wait_until(lambda: not engine.is_up() or None, what="the emulator to be gone", seconds=30)

        engine.start()
        again = Stack(engine.clients(), stack.name)
        assert not again.exists()
        assert again.deploy({**_queues(40, 2), **_order(2)}) == "CREATE_COMPLETE", again.reasons()
    finally:
        engine.stop()


def test_500_resources_that_are_none_of_them_empty_are_deployed_and_updated_in_time(aws: Clients, stack: Stack) -> None:
    topics = {f"Topic{each}": {"Type": "AWS::SNS::Topic"} for each in range(100)}
    roles = {f"Role{each}": ROLE for each in range(50)}
    parameters = {
        f"Parameter{each}": {
            "Type": "AWS::SSM::Parameter",
            "Properties": {"Type": "String", "Value": {"Fn::GetAtt": [f"Queue{each}", "Arn"]}},
        }
        for each in range(100)
    }
    others = {**topics, **roles, **parameters}
    queues = MANY - len(others)
    began = time.monotonic()
    assert stack.deploy({**_queues(queues, 1), **others}) == "CREATE_COMPLETE", stack.reasons()
    assert stack.deploy({**_queues(queues, 2), **others}) == "UPDATE_COMPLETE", stack.reasons()
    assert len({*stack.resource_names()}) == MANY
    assert stack.delete() == "DELETE_COMPLETE"
    assert time.monotonic() - began < SECONDS_FOR_MANY
    assert not [url for url in aws.client("sqs").list_queues().get("QueueUrls", []) if stack.name in url]
