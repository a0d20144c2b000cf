"""Reads and stops executions; one reader serves a whole session."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from executions.client import is_express
from localdev.deployment.executions import executions_client

if TYPE_CHECKING:
    from executions.client import Execution, ExecutionsClient
    from executions.definition import Definition
    from executions.history import History
    from executions.logs import Invocation
    from localdev.engines.clients import Clients

_GONE = {"ExecutionDoesNotExist", "ValidationException"}
"""What StopExecution says of an execution that has ended meanwhile."""


class Reader:
    """What outcomes need of an endpoint."""

    def __init__(self, clients: Clients) -> None:
        self.clients = clients

    @cached_property
    def _client(self) -> ExecutionsClient:
        return executions_client(self.clients)

    def execution(self, arn: str) -> Execution:
        """Return an execution as the engine describes it."""
        return self._client.execution(arn)

    def history(self, arn: str) -> History:
        """Return what an execution did, so far."""
        return self._client.history(arn)

    def definition(self, arn: str) -> Definition:
        """Return the definition that an execution runs."""
        return self._client.definition(arn)

    def invocations_of(self, history: History) -> list[tuple[str, int, Invocation]]:
        """Return each invocation of the functions that an execution called: state, attempt, and its log lines."""
        named = history.request_ids()
        return [
            (visit.state, attempt.number, invocation)
            for visit in history.visits
            for attempt in visit.attempts
            for invocation in self._client.invocations(attempt, named)
        ]

    def stop(self, arn: str, cause: str) -> None:
        """Stop an execution, unless it has ended meanwhile."""
        try:
            self.clients.client("stepfunctions").stop_execution(executionArn=arn, cause=cause)
        except ClientError as error:
            if error.response["Error"]["Code"] not in _GONE:
                raise

    @staticmethod
    def is_express(arn: str) -> bool:
        """Return whether an ARN is that of an Express execution."""
        return is_express(arn)
