"""Executions that a test did not start itself: an event, a message or a request did."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from localdev.executions.errors import NotFoundError
from localdev.executions.text import json_or_text
from localdev.system.waiting import wait_until
from localdev.testing.running import Execution

if TYPE_CHECKING:
    from collections.abc import Iterator

    from localdev.testing.reading import Reader

SECONDS: Final = 30.0
_NEWEST: Final = 100


def named(reader: Reader, machine_arn: str, name: str, seconds: float) -> Execution:
    """Wait until a state machine has an execution of this name, and return it.

    :raises WaitTimeoutError: nothing has started one within ``seconds``.
    """
    arn = f"{machine_arn.replace(':stateMachine:', ':execution:')}:{name}"

    def look() -> Execution | None:
        try:
            reader.execution(arn)
        except NotFoundError:
            return None
        return Execution(arn, reader)

    return wait_until(look, what=f"something to start the execution {name}", seconds=seconds)


def with_input(reader: Reader, machine_arn: str, wanted: Any, seconds: float) -> Execution:
    """Wait until one of a state machine's 100 newest executions has this input, and return the newest of them.

    :raises WaitTimeoutError: nothing has started one within ``seconds``.
    """
    others: set[str] = set()

    def look() -> Execution | None:
        for arn in _newest(reader, machine_arn):
            if arn in others:
                continue
            if json_or_text(reader.execution(arn).input) == wanted:
                return Execution(arn, reader)
            others.add(arn)
        return None

    return wait_until(look, what=f"something to start an execution with the input {wanted!r}", seconds=seconds)


def _newest(reader: Reader, machine_arn: str) -> Iterator[str]:
    listed = reader.clients.client("stepfunctions").list_executions(stateMachineArn=machine_arn, maxResults=_NEWEST)
    return (each["executionArn"] for each in listed["executions"])
