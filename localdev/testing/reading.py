"""Reads and stops executions; one reader serves a whole session."""

from __future__ import annotations

import hashlib
import json
from functools import cached_property
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from localdev.deployment.executions import executions_client
from localdev.executions.history import Status
from localdev.executions.records import is_express

if TYPE_CHECKING:
    from collections.abc import Mapping

    from localdev.engines.clients import Clients
    from localdev.executions.client import ExecutionsClient
    from localdev.executions.definition import Definition
    from localdev.executions.history import Attempt, History
    from localdev.executions.logs import Invocation
    from localdev.executions.records import Execution, ExpressExecutions

_GONE = {"ExecutionDoesNotExist", "ValidationException"}
"""What StopExecution says of an execution that has ended meanwhile."""


class Reader:
    """Clients of an endpoint that outcomes need."""

    def __init__(self, clients: Clients, console: str = "") -> None:
        self.clients = clients
        self.is_alone = False
        """Whether nothing but these tests uses the endpoint."""
        self._console = console
        self._histories: dict[str, History] = {}
        """Of executions that have ended."""
        self._machines: dict[str, dict[str, Any]] = {}
        self._definitions: dict[str, tuple[str, dict[str, Any]]] = {}
        """Digest and parsed text, of the machines described."""

    @cached_property
    def _client(self) -> ExecutionsClient:
        return executions_client(self.clients)

    def elsewhere(self, clients: Clients) -> Reader:
        """Return what reads in another account or region of the same endpoint."""
        return Reader(clients, self._console)

    def machine(self, arn: str) -> Mapping[str, Any]:
        """Return a state machine as it was described when it was first asked for in this session."""
        if arn not in self._machines:
            described = dict(self.clients.client("stepfunctions").describe_state_machine(stateMachineArn=arn))
            self._machines[arn] = described
        return self._machines[arn]

    def known_definition(self, arn: str) -> dict[str, Any]:
        """Return the definition of a state machine as it was described, parsed; it is not to be changed."""
        return self._known(arn)[1]

    def definition_digest(self, arn: str) -> str:
        """Return the digest of that definition, by which an emulator says whether it is current."""
        return self._known(arn)[0]

    def _known(self, arn: str) -> tuple[str, dict[str, Any]]:
        if arn not in self._definitions:
            text = self.machine(arn)["definition"]
            self._definitions[arn] = hashlib.sha256(text.encode()).hexdigest(), json.loads(text)
        return self._definitions[arn]

    def forget_machine(self, arn: str) -> None:
        """Describe a state machine anew when it is next asked for: it has been updated."""
        self._machines.pop(arn, None)
        self._definitions.pop(arn, None)

    def execution(self, arn: str) -> Execution:
        """Return an execution as the engine describes it."""
        return self._client.execution(arn)

    def history(self, arn: str) -> History:
        """Return what an execution did, so far."""
        history = self._client.history(arn)
        if history.status is not Status.RUNNING:
            self._histories[arn] = history
        return history

    def keep(self, arn: str, history: History) -> None:
        """Take what an execution did, which has ended and was read already."""
        self._histories[arn] = history

    def ended_history(self, arn: str) -> History:
        """Return what an execution did, as read when it had ended, if it was; it may have been redriven since."""
        return self._histories.get(arn) or self.history(arn)

    def express_executions(self, machine_arn: str) -> ExpressExecutions:
        """Return the newest executions of an Express state machine, as its log group tells of them."""
        return self._client.express_executions(machine_arn)

    def definition(self, arn: str) -> Definition:
        """Return the definition that an execution runs."""
        return self._client.definition(arn)

    def invocations_of(self, history: History) -> list[tuple[str, int, Invocation]]:
        """Return each invocation of the functions that an execution called: state, attempt, and its log lines."""
        return [
            (visit.state, attempt.number, invocation)
            for visit in history.visits
            for attempt in visit.attempts
            for invocation in self.invocations(attempt, history)
        ]

    def invocations(self, attempt: Attempt, history: History) -> list[Invocation]:
        """Return the log lines of the invocation that an attempt was."""
        return self._client.invocations(attempt, history.request_ids())

    def console_of(self, arn: str) -> str:
        """Return where the console shows an execution; how to get there, where it does not."""
        return self._console.format(arn=arn)

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
