"""Events as API Gateway sends them, and a Step Functions that keeps to its contract without a network."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import order_executions
import pytest
from botocore.exceptions import ClientError

STATE_MACHINE_ARN = "arn:aws:states:eu-west-1:123456789012:stateMachine:OrderPizza"
EXECUTION_ARN_PREFIX = "arn:aws:states:eu-west-1:123456789012:execution:OrderPizza:"
STARTED = datetime(2026, 11, 23, 21, 6, 40, 288417, tzinfo=UTC)
STOPPED = datetime(2026, 11, 23, 21, 6, 41, 169389, tzinfo=UTC)

_EVENTS = Path(__file__).parent / "events"

type Event = dict[str, Any]
type MakeEvent = Callable[..., Event]


@dataclass
class LambdaContext:
    """Part of Lambda's context that the handlers use."""

    aws_request_id: str = "8476a536-e9f4-11e8-9739-2dfe598c3fcd"


def client_error(code: str, status: int = 400) -> ClientError:
    """Return an error as botocore raises it."""
    return ClientError(
        {"Error": {"Code": code, "Message": f"{code}, said AWS"}, "ResponseMetadata": {"HTTPStatusCode": status}},  # type: ignore[typeddict-item]
        "Operation",
    )


@dataclass
class FakeStepFunctions:
    """StartExecution and DescribeExecution of standard workflows; ``raises`` is what the next calls meet, in order."""

    executions: dict[str, dict[str, Any]] = field(default_factory=dict)
    raises: list[Exception | None] = field(default_factory=list)
    described: list[str] = field(default_factory=list)

    def start_execution(self, *, stateMachineArn: str, name: str, input: str) -> dict[str, Any]:  # noqa: A002, N803 - boto3's own names
        self._meet()
        assert stateMachineArn == STATE_MACHINE_ARN
        assert 0 < len(name) <= 80
        arn = EXECUTION_ARN_PREFIX + name
        running = {"executionArn": arn, "name": name, "status": "RUNNING", "startDate": STARTED, "input": input}
        if self.executions.setdefault(arn, running) != running:
            raise client_error("ExecutionAlreadyExists")
        return {"executionArn": arn, "startDate": STARTED}

    def describe_execution(self, *, executionArn: str) -> dict[str, Any]:  # noqa: N803 - boto3's own name
        self.described.append(executionArn)
        self._meet()
        if executionArn not in self.executions:
            raise client_error("ExecutionDoesNotExist")
        return self.executions[executionArn]

    def end(self, status: str, **details: str) -> None:
        """Bring every execution to its end."""
        for execution in self.executions.values():
            execution.update(status=status, stopDate=STOPPED, **details)

    def _meet(self) -> None:
        if self.raises and (error := self.raises.pop(0)):
            raise error


@pytest.fixture(autouse=True)
def function_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Provide the environment of a function, without anything of this machine's own AWS settings."""
    for name in ("AWS_PROFILE", "AWS_ENDPOINT_URL", "AWS_LAMBDA_FUNCTION_NAME"):
        monkeypatch.delenv(name, raising=False)
    for name, value in {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "eu-west-1",
        "AWS_CONFIG_FILE": "/dev/null",
        "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
        "AWS_EC2_METADATA_DISABLED": "true",
        "STATE_MACHINE_ARN": STATE_MACHINE_ARN,
    }.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def step_functions(monkeypatch: pytest.MonkeyPatch) -> FakeStepFunctions:
    """Provide Step Functions, as the handlers reach it."""
    fake = FakeStepFunctions()
    monkeypatch.setattr(order_executions, "step_functions", lambda: fake)
    monkeypatch.setattr(order_executions, "hurried_step_functions", lambda: fake)
    return fake


@pytest.fixture
def client_errors() -> Callable[..., ClientError]:
    """Make an error of AWS: its code and, if it matters, its HTTP status."""
    return client_error


@pytest.fixture
def context() -> LambdaContext:
    """Provide Lambda's context."""
    return LambdaContext()


@pytest.fixture
def event() -> MakeEvent:
    """Make an event: one of those in ``events/``, by default API Gateway's own, with members replaced."""

    def make(name: str = "rest_api_proxy", /, **members: Any) -> Event:
        document: Event = json.loads((_EVENTS / f"{name}.json").read_text())
        return {**document, **members}

    return make


@pytest.fixture
def order_event(event: MakeEvent) -> MakeEvent:
    """Make an event with just what an order is made of: ``flavours`` in the query, ``headers``, a ``body``."""

    def make(*flavours: str, headers: dict[str, str] | None = None, body: str | None = None, **members: Any) -> Event:
        return event(
            queryStringParameters={"flavour": flavours[-1]} if flavours else None,
            multiValueQueryStringParameters={"flavour": list(flavours)} if flavours else None,
            headers=headers,
            multiValueHeaders=headers and {name: [value] for name, value in headers.items()},
            body=body,
            **members,
        )

    return make
