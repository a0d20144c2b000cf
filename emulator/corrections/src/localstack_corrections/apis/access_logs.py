"""Write access logs: one line for each request, in the stage's format, to the stage's log group.

A thread of its own writes them, in batches: the answer to a request does not wait for its log.
https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html
"""

from __future__ import annotations

import contextlib
import logging
import queue
import re
import threading
import time
import uuid
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

LOG = logging.getLogger(__name__)
_VARIABLE = re.compile(r"\$context\.(?P<name>[A-Za-z0-9_]+(?:\.[A-Za-z0-9_-]+)*)")
EXECUTION_LOGS = "API-Gateway-Execution-Logs_"
"""How the names of groups begin that API Gateway makes itself."""
_BATCH = 1000
_PAUSE = 0.25
"""Seconds."""
_STREAM = uuid.uuid4().hex
"""Of this emulator; API Gateway's names look so, and tell as little."""


def render(line: str, variables: Mapping[str, Any]) -> str:
    """Return the format with each ``$context`` variable replaced; ``-`` stands for one without a value."""
    return _VARIABLE.sub(lambda match: _text(_value(match["name"], variables)), line)


def _value(name: str, variables: Mapping[str, Any]) -> Any:
    if name in variables:
        return variables[name]
    value: Any = variables
    for part in name.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    return value


def _text(value: Any) -> str:
    if value is None or value == "":
        return "-"
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def log_group_of(destination: str) -> tuple[str, str, str] | None:
    """Return account, region and name of the log group of an ARN, or ``None`` for another kind of destination."""
    parts = destination.split(":", 6)
    if len(parts) < 7 or parts[2] != "logs" or parts[5] != "log-group":
        return None
    return parts[4], parts[3], parts[6].removesuffix(":*")


class LogWriter:
    """Writes lines to log groups in the background, each group's in the order in which they came."""

    def __init__(self) -> None:
        self._lines: queue.SimpleQueue[tuple[tuple[str, str, str, str], int, str]] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def write(self, group: tuple[str, str, str], line: str, stream: str = _STREAM) -> None:
        """Queue a line; ``group`` is account, region and name of the log group."""
        self._lines.put(((*group, stream), time.time_ns() // 1_000_000, line))
        if self._thread is None:
            self._begin()

    def _begin(self) -> None:
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="api-access-logs", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        while True:
            for place, events in self._next_batches().items():
                try:
                    _put(place, events)
                except Exception as error:  # noqa: BLE001 - a group that is gone must not end the others' logs
                    LOG.warning("could not write %d lines to the log group %s: %s", len(events), place[2], error)

    def _next_batches(self) -> dict[tuple[str, str, str, str], list[dict[str, Any]]]:
        batches: dict[tuple[str, str, str, str], list[dict[str, Any]]] = {}
        item = self._lines.get()
        time.sleep(_PAUSE)  # what comes meanwhile is written with it: a call for each line costs more than its request
        for _ in range(_BATCH):
            place, timestamp, line = item
            batches.setdefault(place, []).append({"timestamp": timestamp, "message": line})
            try:
                item = self._lines.get_nowait()
            except queue.Empty:
                return batches
        self._lines.put(item)
        return batches


def _put(place: tuple[str, str, str, str], events: list[dict[str, Any]]) -> None:
    from botocore.exceptions import ClientError
    from localstack.aws.connect import connect_to

    account, region, group, stream = place
    logs = connect_to(aws_access_key_id=account, region_name=region).logs
    where = {"logGroupName": group, "logStreamName": stream}
    try:
        logs.put_log_events(**where, logEvents=events)
    except ClientError as error:
        if error.response["Error"]["Code"] != "ResourceNotFoundException":
            raise
        if group.startswith(EXECUTION_LOGS):
            with contextlib.suppress(logs.exceptions.ResourceAlreadyExistsException):
                logs.create_log_group(logGroupName=group)
        logs.create_log_stream(**where)
        logs.put_log_events(**where, logEvents=events)


WRITER = LogWriter()
