"""A deployed function, as a test invokes it; and what functions have written."""

from __future__ import annotations

import base64
import json
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from localdev.executions.text import json_or_text
from localdev.system.waiting import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from localdev.engines.clients import Clients
    from localdev.testing.case import Case

_SECONDS: Final = 10.0
_MS: Final = 1000
_NONE: Final[dict[str, str]] = {}
_HEADERS: Final = ContextVar("headers", default=_NONE)


@dataclass(frozen=True)
class InvocationResult:
    """Result of an invocation."""

    payload: Any
    """What the function returned, parsed; of one that failed the document with ``errorMessage``."""
    error: str | None
    """``Unhandled`` where the function failed; ``None`` where it returned."""
    log: str
    """The last 4 KB of what it wrote."""

    @property
    def succeeded(self) -> bool:
        """Return whether it returned."""
        return self.error is None


class Function:
    """A function of the deployed stacks."""

    def __init__(self, name: str, clients: Clients, case: Case | None = None) -> None:
        self.name = name
        self._clients = clients
        self._case = case
        """The test that invokes it."""

    def invoke(self, payload: object = None) -> InvocationResult:
        """Invoke it, and wait for its answer; without a payload it gets ``{}``."""
        client = self._clients.client("lambda")
        client.meta.events.register("before-call.lambda.Invoke", _add_headers, unique_id="localdev-headers")
        with _headers(self._case.traced() if self._case else {}):
            answer = client.invoke(
                FunctionName=self.name, LogType="Tail", Payload=json.dumps({} if payload is None else payload)
            )
        log = base64.b64decode(answer.get("LogResult", "")).decode(errors="replace")
        return InvocationResult(json_or_text(answer["Payload"].read().decode()), answer.get("FunctionError"), log)

    def logs(self, since: datetime) -> list[str]:
        """Return the lines it has written since then, in order."""
        config = self._clients.client("lambda").get_function_configuration(FunctionName=self.name)
        group = config.get("LoggingConfig", {}).get("LogGroup") or f"/aws/lambda/{self.name}"
        pages = self._clients.client("logs").get_paginator("filter_log_events")
        found = pages.paginate(logGroupName=group, startTime=int(since.timestamp() * _MS))
        try:
            events = [event for page in found for event in page["events"]]
        except ClientError as error:
            if error.response["Error"]["Code"] != "ResourceNotFoundException":
                raise
            return []  # it has not been invoked yet
        return [event["message"].rstrip("\n") for event in sorted(events, key=lambda event: event["timestamp"])]

    def __repr__(self) -> str:
        return f"<function {self.name}>"


@contextmanager
def _headers(headers: dict[str, str]) -> Iterator[None]:
    """Send headers with each invocation of this thread while the block runs."""
    before = _HEADERS.set(headers)
    try:
        yield
    finally:
        _HEADERS.reset(before)


def _add_headers(params: dict[str, Any], **_: object) -> None:
    params["headers"].update(_HEADERS.get())


class Logs:
    """Log lines of functions since the test began."""

    def __init__(self, functions: dict[str, Function], since: datetime) -> None:
        self._functions = functions
        self._since = since

    def lines(self) -> list[str]:
        """Return the lines of these functions, one function after the other, each in its order."""
        return [line for function in self._functions.values() for line in function.logs(self._since)]

    def wait_for(self, text: str, timeout: float = _SECONDS) -> str:
        """Wait for a line with ``text`` in it, and return that line.

        :raises WaitTimeoutError: no function has written one within ``timeout`` seconds.
        """

        def look() -> str | None:
            return next((line for line in self.lines() if text in line), None)

        names = ", ".join(self._functions) or "no function"
        return wait_until(look, what=f"a line with {text!r} in the log of {names}", seconds=timeout)
