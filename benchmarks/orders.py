"""Orders as a client sees them: how soon they are accepted, how soon they have ended, how many a second, and the truth.

Works against any endpoint the stack is deployed to, so that ours and a rival are measured alike: HTTP from here, and
the executions as Step Functions itself tells of them.
"""

from __future__ import annotations

import contextlib
import http.client
import itertools
import json
import re
import statistics
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from localdev.system.endpoints import loopback_endpoint
from localdev.system.errors import LocaldevError
from localdev.system.waiting import WaitTimeoutError, wait_until
from pizzeria.stack import stack_outputs

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from mypy_boto3_stepfunctions import SFNClient

    from localdev.engines.clients import Clients

FLAVOURS = ("pepperoni", "pineapple", "margherita", "hawaiian")
_EXPECTED = {
    "pepperoni": "SUCCEEDED",
    "margherita": "SUCCEEDED",
    "pineapple": "FAILED",
    "hawaiian": "FAILED",
}
_END_SECONDS = 60.0


@dataclass(frozen=True)
class Order:
    """One order that was placed, or was to be."""

    flavour: str
    sent: float
    """Seconds of the epoch."""
    answer_seconds: float
    status: int
    execution_arn: str | None


@dataclass(frozen=True)
class Load:
    """Answers that a number of callers got, each placing its next order when the last was answered."""

    callers: int
    orders: int
    seconds: float
    """From the first request to the end of the last execution."""
    answer_ms: float
    """Median from the request to the 202."""
    finish_ms: float
    """Median from the request to the end of the execution."""
    refused: int = 0
    """Answered with 429, as the stage's throttling has it where an emulator knows throttling; not among ``orders``."""
    wrong: list[str] = field(default_factory=list)
    """A line for each order lost, doubled or wrongly ended."""

    @property
    def per_second(self) -> float:
        """Orders from request to finished execution."""
        return self.orders / self.seconds


class Pizzeria:
    """The deployed stack on one endpoint."""

    def __init__(self, clients: Clients, endpoint_url: str) -> None:
        outputs = stack_outputs(clients)
        self._url = urlsplit(path_style(outputs.api_url, endpoint_url))
        self._state_machine = outputs.state_machine_arn
        self._step_functions = clients.client("stepfunctions")
        self._before: set[str] = set()

    def load(self, callers: int, orders: int) -> Load:
        """Place orders with so many callers at once, and collect the outcome of each."""
        return self.outcome(callers, self.place(callers, orders))

    def place(self, callers: int, orders: int) -> list[Order]:
        """Place orders; each caller places its next when the last was answered."""
        self._before = self._execution_arns()
        numbers = itertools.count()
        placed: list[Order] = []

        def call() -> None:
            connection = self._connect()
            while (number := next(numbers)) < orders:
                placed.append(self._order(connection, FLAVOURS[number % len(FLAVOURS)]))
            connection.close()

        threads = [threading.Thread(target=call) for _ in range(callers)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return placed

    def outcome(self, callers: int, placed: list[Order]) -> Load:
        """Wait for every execution's end, and compare with what was ordered."""
        refused = [order for order in placed if order.status == http.client.TOO_MANY_REQUESTS]
        placed = [order for order in placed if order.status != http.client.TOO_MANY_REQUESTS]
        ends = self._ends({order.execution_arn for order in placed if order.execution_arn})
        first = min(order.sent for order in placed)
        finished = [ends[order.execution_arn][1] - order.sent for order in placed if order.execution_arn in ends]
        return Load(
            callers=callers,
            orders=len(placed),
            seconds=max(stopped for _, stopped in ends.values()) - first,
            answer_ms=statistics.median(order.answer_seconds for order in placed) * 1000,
            finish_ms=statistics.median(finished) * 1000,
            refused=len(refused),
            wrong=[*_wrongs(placed, ends), *_doubled(placed, self._execution_arns() - self._before)],
        )

    def _connect(self) -> http.client.HTTPConnection:
        assert self._url.hostname
        return http.client.HTTPConnection(self._url.hostname, self._url.port, timeout=_END_SECONDS)

    def _order(self, connection: http.client.HTTPConnection, flavour: str) -> Order:
        sent, started = time.time(), time.perf_counter()
        try:
            connection.request("GET", f"{self._url.path}/?flavour={flavour}")
            response = connection.getresponse()
            body, status = response.read(), response.status
        except (OSError, http.client.HTTPException):
            connection.close()
            return Order(flavour, sent, time.perf_counter() - started, 0, None)
        seconds = time.perf_counter() - started
        arn = json.loads(body)["executionArn"] if status == http.client.ACCEPTED else None
        return Order(flavour, sent, seconds, status, arn)

    def _execution_arns(self) -> set[str]:
        pages = self._step_functions.get_paginator("list_executions").paginate(stateMachineArn=self._state_machine)
        return {execution["executionArn"] for page in pages for execution in page["executions"]}

    def _ends(self, arns: set[str]) -> dict[str, tuple[str, float]]:
        """Return status and end of each execution; one that does not end is missing."""
        ends: dict[str, tuple[str, float]] = {}
        for arn in arns:
            with contextlib.suppress(WaitTimeoutError):
                ends[arn] = wait_until(
                    partial(_end_of, self._step_functions, arn), what=f"{arn} to end", seconds=_END_SECONDS
                )
        return ends


def path_style(api_url: str, endpoint_url: str) -> str:
    """Return the API under the endpoint itself, by the address that LocalStack and its rivals have always had for it.

    No order may leave this machine, whatever host an emulator names in the stack's outputs.
    """
    url = urlsplit(api_url)
    match = re.match(r"([a-z0-9]+)\.execute-api\.", url.netloc)
    if not match:
        raise LocaldevError(f"Expected the address of an API at API Gateway, found {api_url}.")
    return f"{loopback_endpoint(endpoint_url)}/_aws/execute-api/{match[1]}{url.path}".rstrip("/")


def _end_of(step_functions: SFNClient, arn: str) -> tuple[str, float] | None:
    execution = step_functions.describe_execution(executionArn=arn)
    stopped: datetime | None = execution.get("stopDate")
    return (execution["status"], stopped.timestamp()) if stopped else None


def _wrongs(placed: list[Order], ends: dict[str, tuple[str, float]]) -> Iterator[str]:
    for order in placed:
        if order.execution_arn is None:
            yield f"{order.flavour}: answered with {order.status}"
        elif order.execution_arn not in ends:
            yield f"{order.flavour}: lost, {order.execution_arn}"
        elif (status := ends[order.execution_arn][0]) != _EXPECTED[order.flavour]:
            yield f"{order.flavour}: ended {status}, {order.execution_arn}"


def _doubled(placed: list[Order], started: set[str]) -> Iterator[str]:
    """Return executions nobody ordered, and orders that share one."""
    arns = Counter(order.execution_arn for order in placed if order.execution_arn)
    yield from (f"two orders share {arn}" for arn, count in arns.items() if count > 1)
    yield from (f"nobody ordered {arn}" for arn in started - set(arns))
