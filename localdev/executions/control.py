"""Starts, stops and redrives executions at any endpoint."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from uuid import uuid4

from botocore.exceptions import ClientError

from localdev.executions.errors import HintedError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mypy_boto3_stepfunctions import SFNClient

_UNSUPPORTED: Final = {"InternalFailure", "NotImplemented", "UnknownOperationException", "InvalidAction", "501"}


class RefusedError(HintedError):
    """The engine would not do what it was asked to; the message is the engine's."""


@dataclass(frozen=True)
class StateTest:
    """Result of one state run alone."""

    status: str
    """``SUCCEEDED``, ``FAILED``, ``RETRIABLE`` or ``CAUGHT_ERROR``."""
    output: str | None
    error: str | None
    cause: str | None
    next: str | None
    """The state that would come after it."""


class ExecutionsControl:
    """Changes what runs. Every method raises :class:`RefusedError` with the engine's reason."""

    def __init__(self, states: SFNClient) -> None:
        self._states = states

    def start(self, state_machine_arn: str, document: str) -> str:
        """Start an execution with a JSON document as its input; its ARN."""
        _check_json(document, "input")
        # under a name, it is one execution however often a request is sent again that is not answered for long
        name = str(uuid4())
        with _reasons("start the execution"):
            return self._states.start_execution(stateMachineArn=state_machine_arn, name=name, input=document)[
                "executionArn"
            ]

    def send_success(self, token: str, output: str) -> None:
        """Let a task that waits for its token succeed with an output, which is JSON."""
        _check_json(output, "output")
        with _reasons("take the answer"):
            self._states.send_task_success(taskToken=token, output=output)

    def send_failure(self, token: str, error: str, cause: str) -> None:
        """Let a task that waits for its token fail."""
        with _reasons("take the answer"):
            self._states.send_task_failure(taskToken=token, error=error, cause=cause)

    def test(self, state: Mapping[str, object], role_arn: str, document: str) -> StateTest:
        """Run one state alone, for real, with a JSON document as its input."""
        _check_json(document, "input")
        with _reasons("test the state"):
            found = self._states.test_state(definition=json.dumps(state), roleArn=role_arn, input=document)
        return StateTest(
            found["status"], found.get("output"), found.get("error"), found.get("cause"), found.get("nextState")
        )

    def stop(self, execution_arn: str, cause: str) -> None:
        """Stop an execution, which is then ``ABORTED``."""
        with _reasons("stop the execution"):
            self._states.stop_execution(executionArn=execution_arn, error="Stopped", cause=cause)

    def redrive(self, execution_arn: str) -> None:
        """Let a failed execution go on from the state it failed in."""
        with _reasons("redrive the execution"):
            self._states.redrive_execution(executionArn=execution_arn)


def _check_json(document: str, what: str) -> None:
    try:
        json.loads(document)
    except (ValueError, RecursionError) as error:
        hint = 'Write an object such as {"key": "value"}.'
        raise RefusedError(f"The {what} is not JSON: {error}.", hint) from error


@contextmanager
def _reasons(doing: str) -> Iterator[None]:
    try:
        yield
    except ClientError as error:
        reason = error.response.get("Error", {})
        code, message = reason.get("Code", ""), reason.get("Message", "")
        if code in _UNSUPPORTED or "not yet implemented" in message or "not supported" in message.lower():
            raise RefusedError(
                f"This engine cannot {doing}: it does not support that.", "Start a new execution with the same input."
            ) from error
        raise RefusedError(f"The engine would not {doing}: {message or code}.") from error
