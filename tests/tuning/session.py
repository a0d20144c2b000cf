"""A few orders, and everything that can be seen of them from outside, free of what differs from one to the next."""

from __future__ import annotations

import contextlib
import json
import re
from datetime import UTC, datetime, timedelta
from enum import Enum
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import urllib3

from localdev.deployment.stack import reachable_api_url
from localdev.system.waiting import wait_until
from pizzeria.stack import stack_outputs

if TYPE_CHECKING:
    from localdev.engines import Engine

ORDERS = ("pepperoni", "pineapple", "margherita", "hawaiian", " Pineapple ")
REFUSED = ("", "x" * 65, "a%0Ab")
FAILED = 3
"""Of the orders: those with pineapple."""
INVOCATIONS = {
    "the-state-machine-StartOrder": len(ORDERS) + len(REFUSED),
    "the-state-machine-OrderPizza": len(ORDERS),
}
_SECONDS = 30.0
_VARYING = {
    r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b": "uuid",
    r"Root=1-[0-9a-f]{8}-[0-9a-f]{24};Parent=[0-9a-f]{16}": "trace",
    r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)?": "time",
    r"\b\d{4}/\d\d/\d\d\b": "day",
    r"(StateMachin)\w*-[0-9a-f]{8}": r"\1",
    r"\b[0-9a-f]{20}\b": "order",
    r"\b[0-9a-f]{32}\b": "environment",
    r"/execute-api/[a-z0-9]+/": "/execute-api/api/",
    r"\b1\d{12}\b|\b1\d{9}(\.\d+)?\b": "0",
    r"127\.0\.0\.1:\d+": "endpoint",
    r'"(durationMs|initDurationMs|billedDurationMs|maxMemoryUsedMB)": ?[\d.]+': r'"\1": 0',
}
_OWN_HEADERS = frozenset({"server", "date", "x-amz-apigw-id", "x-amzn-requestid"})
"""The server's name is its own; the others differ from one request to the next."""


def steady(value: Any) -> Any:
    """Return the value without ids, times, ports and durations."""
    text = json.dumps(_parsed(value), default=str, indent=1)
    for pattern, name in _VARYING.items():
        text = re.sub(pattern, name, text)
    return json.loads(text)


def _parsed(value: Any) -> Any:
    """Parse the JSON documents in the texts of a value."""
    if isinstance(value, dict):
        return {name: _parsed(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_parsed(item) for item in value]
    if isinstance(value, str) and value.startswith(("{", "[")):
        with contextlib.suppress(ValueError):
            return _parsed(json.loads(value))
    return value


class Aspect(Enum):
    """Record of what can be seen of a session."""

    ANSWERS = "answers"
    EXECUTIONS = "executions"
    HISTORIES = "histories"
    FUNCTION_LOGS = "the functions' log lines, in their order"
    EXECUTION_LOGS = "the executions' log events, in their order"
    EVENTS = "the events of failed orders"
    METRICS = "metrics"


class Session:
    """Orders placed one after the other, each ended before the next."""

    def __init__(self, engine: Engine) -> None:
        clients = engine.clients()
        outputs = stack_outputs(clients)
        self.started = datetime.now(UTC)
        self._url = reachable_api_url(outputs.api_url, str(engine.endpoint_url))
        self._queue = outputs.failed_orders_queue_url
        self._step_functions = clients.client("stepfunctions")
        self._logs = clients.client("logs")
        self._sqs = clients.client("sqs")
        self._cloudwatch = clients.client("cloudwatch")
        self._http = urllib3.PoolManager(retries=False, timeout=_SECONDS)
        self.answers: list[dict[str, Any]] = []
        self.executions: list[dict[str, Any]] = []
        for flavour in ORDERS:
            self._order(flavour)
        self.answers += [self._request(f"/?flavour={flavour}") for flavour in REFUSED]
        self.answers.append(self._request("/orders/0000"))

    @cached_property
    def histories(self) -> list[Any]:
        """Every execution's events."""
        return [
            self._step_functions.get_execution_history(executionArn=execution["executionArn"])["events"]
            for execution in self.executions
        ]

    @cached_property
    def execution_logs(self) -> list[str]:
        """Lines that Step Functions has written, in their order."""
        return self._messages("/aws/vendedlogs/states/the-state-machine", lambda lines: "ExecutionFailed" in lines[-1])

    @cached_property
    def function_logs(self) -> list[str]:
        """Lines that the deciding function and the platform have written about it."""
        return self._messages(
            "/aws/lambda/the-state-machine-OrderPizza",
            lambda lines: sum("platform.report" in line for line in lines) == len(self.executions),
        )

    @cached_property
    def messages(self) -> list[str]:
        """The details of the failed orders' events, as they are in the queue."""

        def receive() -> list[str] | None:
            received = self._sqs.receive_message(
                QueueUrl=self._queue, MaxNumberOfMessages=10, VisibilityTimeout=0, WaitTimeSeconds=1
            ).get("Messages", [])
            bodies = [message["Body"] for message in received]
            return sorted(bodies) if len(bodies) == sum(x["status"] == "FAILED" for x in self.executions) else None

        return wait_until(receive, what="the failed orders", seconds=_SECONDS)

    def metric(self, namespace: str, name: str, dimension: str, value: str, *, expected: float) -> float:
        """Return the metric's sum once it is what is expected, or what it is after all."""

        def total() -> float:
            points = self._cloudwatch.get_metric_statistics(
                Namespace=namespace,
                MetricName=name,
                Dimensions=[{"Name": dimension, "Value": value}],
                StartTime=self.started - timedelta(minutes=5),
                EndTime=datetime.now(UTC) + timedelta(minutes=5),
                Period=3600,
                Statistics=["Sum"],
            )["Datapoints"]
            return sum(float(point["Sum"]) for point in points)

        wait_until(lambda: total() >= expected or None, what=f"{name} of {value}", seconds=_SECONDS)
        return total()

    @cached_property
    def metrics(self) -> dict[str, float]:
        """Return how often each function was invoked, and the messages that were sent."""
        counts = {
            function: self.metric("AWS/Lambda", "Invocations", "FunctionName", function, expected=expected)
            for function, expected in INVOCATIONS.items()
        }
        failed = self.metric("AWS/SQS", "NumberOfMessagesSent", "QueueName", self.queue_name, expected=FAILED)
        return counts | {"failed orders": failed}

    def seen(self) -> dict[Aspect, Any]:
        """Return all there is to see, steady."""
        return {
            Aspect.ANSWERS: steady(self.answers),
            Aspect.EXECUTIONS: steady(self.executions),
            Aspect.HISTORIES: steady(self.histories),
            Aspect.FUNCTION_LOGS: steady(self.function_logs),
            Aspect.EXECUTION_LOGS: steady(self.execution_logs),
            # a queue promises no order
            Aspect.EVENTS: sorted(map(str, steady(self.messages))),
            Aspect.METRICS: self.metrics,
        }

    @property
    def queue_name(self) -> str:
        """The queue of failed orders."""
        return self._queue.rpartition("/")[2]

    def _order(self, flavour: str) -> None:
        answer = self._request(f"/?flavour={quote(flavour)}")
        arn = answer["body"]["executionArn"]
        self.answers.append(answer)
        self.executions.append(wait_until(partial(self._ended, arn), what=arn, seconds=_SECONDS))

    def _request(self, target: str) -> dict[str, Any]:
        response = self._http.request("GET", f"{self._url}{target}")
        headers = {name: value for name, value in response.headers.items() if name.lower() not in _OWN_HEADERS}
        return {"status": response.status, "headers": headers, "body": response.json()}

    def _ended(self, arn: str) -> dict[str, Any] | None:
        execution = self._step_functions.describe_execution(executionArn=arn)
        if execution["status"] == "RUNNING":
            return None
        return {name: value for name, value in execution.items() if name != "ResponseMetadata"}

    def _messages(self, group: str, is_complete: Any) -> list[str]:
        def read() -> list[str] | None:
            streams = self._logs.describe_log_streams(logGroupName=group)["logStreams"]
            names = [stream["logStreamName"] for stream in streams if "validate" not in stream["logStreamName"]]
            lines = [
                event["message"]
                for name in names
                for event in self._logs.get_log_events(logGroupName=group, logStreamName=name, startFromHead=True)[
                    "events"
                ]
            ]
            return lines if lines and is_complete(lines) else None

        return wait_until(read, what=f"the lines of {group}", seconds=_SECONDS)
