"""Executions with mocks, faults and a clock, started over the control API."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import requests

from localdev.system.waiting import wait_until

if TYPE_CHECKING:
    from datetime import datetime

    from localdev.engines import EmbeddedEngine

SECONDS = 60.0
ROLE = "arn:aws:iam::000000000000:role/rehearsals"
FUNCTION = "arn:aws:lambda:us-east-1:000000000000:function:none"
"""A function that does not exist: a task that is mocked does not call it."""


def task(**fields: Any) -> dict[str, Any]:
    """Return a task whose resource is a function's ARN; the last state unless ``Next`` is given."""
    return {"Type": "Task", "Resource": FUNCTION} | ({} if "Next" in fields else {"End": True}) | fields


def states(start: str, **by_name: dict[str, Any]) -> dict[str, Any]:
    """Return a definition that starts with the state ``start``."""
    return {"StartAt": start, "States": by_name}


def returns(value: Any, **condition: Any) -> dict[str, Any]:
    """Return a clause that answers with a result."""
    return {"answers": [{"return": value}], **condition}


def raises(error: str, cause: str = "", **condition: Any) -> dict[str, Any]:
    """Return a clause that answers with an error."""
    return {"answers": [{"raise": {"error": error, "cause": cause}}], **condition}


@dataclass
class Rehearsed:
    """One execution that was started with a rehearsal."""

    rehearsing: Rehearsing
    machine_arn: str
    name: str
    arn: str

    @property
    def key(self) -> dict[str, str]:
        """Id by which the control API knows it."""
        return {"stateMachineArn": self.machine_arn, "name": self.name}

    def described(self) -> dict[str, Any]:
        """Describe it as it is now."""
        return dict(self.rehearsing.client.describe_execution(executionArn=self.arn))

    def ended(self) -> dict[str, Any]:
        """Wait until it has ended, and describe it."""

        def end() -> dict[str, Any] | None:
            found = self.described()
            return None if found["status"] == "RUNNING" else found

        return wait_until(end, what=f"the end of {self.name}", seconds=SECONDS)

    @property
    def output(self) -> Any:
        """The output, when it has ended."""
        return json.loads(self.ended()["output"])

    def history(self) -> list[dict[str, Any]]:
        """Return its events by now."""
        pages = self.rehearsing.client.get_paginator("get_execution_history").paginate(executionArn=self.arn)
        return [dict(event) for page in pages for event in page["events"]]

    def event(self, kind: str) -> dict[str, Any]:
        """Return the first event of a kind, as soon as there is one."""

        def found() -> dict[str, Any] | None:
            return next((event for event in self.history() if event["type"] == kind), None)

        return wait_until(found, what=f"{kind} in the history of {self.name}", seconds=SECONDS)

    def at(self, kind: str) -> datetime:
        """Return when the first event of a kind was."""
        moment: datetime = self.event(kind)["timestamp"]
        return moment

    def report(self) -> dict[str, Any]:
        """Return what the emulator reports of it."""
        return dict(self.rehearsing.request("GET", "", params=self.key))

    def advance(self, seconds: float) -> dict[str, Any]:
        """Let a time pass at once."""
        return dict(self.rehearsing.request("POST", "/clock", json=self.key | {"advanceSeconds": seconds}))


class Rehearsing:
    """The control API of an emulator."""

    def __init__(self, engine: EmbeddedEngine) -> None:
        self.clients = engine.clients()
        self._url = f"{engine.endpoint_url}/_localdev/rehearsals"

    @cached_property
    def client(self) -> Any:
        """Step Functions."""
        return self.clients.client("stepfunctions")

    def send(self, method: str, path: str, **options: Any) -> requests.Response:
        """Send a request, and return the response whatever its status."""
        return requests.request(method, f"{self._url}{path}", timeout=SECONDS, **options)

    def request(self, method: str, path: str, **options: Any) -> Any:
        """Send a request that succeeds, and return its document."""
        response = self.send(method, path, **options)
        assert response.ok, response.text
        return response.json()

    def machine(self, definition: dict[str, Any], **options: Any) -> str:
        """Create a state machine and return its ARN."""
        name = f"rehearsed-{uuid4().hex[:12]}"
        answer = self.client.create_state_machine(name=name, definition=json.dumps(definition), roleArn=ROLE, **options)
        return str(answer["stateMachineArn"])

    def start(self, definition: dict[str, Any], document: object = None, **rehearsal: Any) -> Rehearsed:
        """Create a state machine, and start an execution of it that is rehearsed."""
        return self.start_machine(self.machine(definition), document, **rehearsal)

    def start_machine(self, machine_arn: str, document: object = None, **rehearsal: Any) -> Rehearsed:
        """Start an execution that is rehearsed."""
        name = f"test-{uuid4().hex}"
        self.request("POST", "", json={"stateMachineArn": machine_arn, "name": name, **rehearsal})
        text = json.dumps({} if document is None else document)
        started = self.client.start_execution(stateMachineArn=machine_arn, name=name, input=text)
        return Rehearsed(self, machine_arn, name, started["executionArn"])


class Stopwatch:
    """The seconds of the machine's own time since it was made."""

    def __init__(self) -> None:
        self._began = time.monotonic()

    @property
    def seconds(self) -> float:
        """Return how many they are."""
        return time.monotonic() - self._began
