"""Starts, stops and redrives executions at any endpoint."""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from botocore.exceptions import ClientError

from executions.errors import HintedError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mypy_boto3_stepfunctions import SFNClient

_UNSUPPORTED: Final = {"InternalFailure", "NotImplemented", "UnknownOperationException", "InvalidAction", "501"}


class RefusedError(HintedError):
    """The engine would not do what it was asked to; the message is the engine's."""


class ExecutionsControl:
    """Changes what runs. Every method raises :class:`RefusedError` with the engine's reason."""

    def __init__(self, states: SFNClient) -> None:
        self._states = states

    def start(self, state_machine_arn: str, document: str) -> str:
        """Start an execution with a JSON document as its input; its ARN."""
        try:
            json.loads(document)
        except (ValueError, RecursionError) as error:
            raise RefusedError(
                f"The input is not JSON: {error}.", 'Write an object such as {"key": "value"}.'
            ) from error
        with _reasons("start the execution"):
            return self._states.start_execution(stateMachineArn=state_machine_arn, input=document)["executionArn"]

    def stop(self, execution_arn: str, cause: str) -> None:
        """Stop an execution, which is then ``ABORTED``."""
        with _reasons("stop the execution"):
            self._states.stop_execution(executionArn=execution_arn, error="Stopped", cause=cause)

    def redrive(self, execution_arn: str) -> None:
        """Let a failed execution go on from the state it failed in."""
        with _reasons("redrive the execution"):
            self._states.redrive_execution(executionArn=execution_arn)


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
