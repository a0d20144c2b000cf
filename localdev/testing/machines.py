"""A deployed state machine, as a test starts executions of it."""

from __future__ import annotations

import json
import uuid
from functools import cached_property
from typing import TYPE_CHECKING, Any

from localdev.executions.definition import read_definition
from localdev.executions.records import Execution as Described
from localdev.testing import started_elsewhere
from localdev.testing.outcomes import Outcome
from localdev.testing.running import Execution

if TYPE_CHECKING:
    from collections.abc import Callable

    from localdev.executions.definition import Definition
    from localdev.testing.case import Case
    from localdev.testing.mocks import Mock
    from localdev.testing.reading import Reader


class StateMachine:
    """A state machine of the deployed stacks, in one test."""

    def __init__(self, arn: str, reader: Reader, case: Case) -> None:
        self.arn = arn
        self.reader = reader
        self.case = case
        """The test that uses it."""

    @property
    def name(self) -> str:
        """The machine's name, as Step Functions knows it."""
        return self.arn.rpartition(":")[2]

    @cached_property
    def _described(self) -> dict[str, Any]:
        return dict(self.reader.clients.client("stepfunctions").describe_state_machine(stateMachineArn=self.arn))

    @property
    def type(self) -> str:
        """``STANDARD`` or ``EXPRESS``, which no update changes."""
        return str(self.reader.machine(self.arn)["type"])

    @property
    def role_arn(self) -> str:
        """The role that its executions have."""
        return str(self._described["roleArn"])

    @cached_property
    def document(self) -> dict[str, Any]:
        """The definition as the states language has it, parsed."""
        document: dict[str, Any] = json.loads(self._described["definition"])
        return document

    @cached_property
    def definition(self) -> Definition:
        """The definition, read."""
        return read_definition(self.document)

    def start(self, input: object = None, name: str | None = None) -> Execution:  # noqa: A002 - AWS's own word
        """Start an execution, and return it at once; without an input it gets ``{}``.

        One of an Express state machine has ended when this returns.
        """
        execution_input: object = {} if input is None else input
        name = name or f"test-{uuid.uuid4()}"
        client = self.reader.clients.client("stepfunctions")
        request: Any = {"stateMachineArn": self.arn, "name": name, "input": json.dumps(execution_input)}
        if self.type == "EXPRESS":
            ended = self._started(lambda: dict(client.start_sync_execution(**request)), name)
            execution = Execution(ended["executionArn"], self.reader)
            return self.case.started(execution.ended(Outcome(_described_end(ended, self.arn), self.reader)))
        started = self._started(lambda: dict(client.start_execution(**request)), name)
        execution = Execution(started["executionArn"], self.reader)
        if self.case.rehearsals is not None:
            execution.awaited_by(self.case.rehearsals.until_end(self.arn, name))
        return self.case.started(execution)

    def _started(self, start: Callable[[], dict[str, Any]], name: str) -> dict[str, Any]:
        """Start an execution with the mocks, the faults and the clock of the test, if it has any."""
        rehearsals = self.case.rehearsals
        return start() if rehearsals is None else rehearsals.start(self, name, start)

    def mock(self, state: str, *, validation: str = "STRICT", allow_unused: bool = False) -> Mock:
        """Return a mock of a task, for the executions of this test from then on.

        They are those that it starts, and those that an API, an event or a function starts while it runs.

        :param validation: how results are held to the shape of the service's response: STRICT, PRESENT or NONE
        :raises LocaldevError: the definition has no such state, or it is no task.
        """
        from localdev.testing.mocks import new_mock, states_of
        from localdev.testing.rehearsals import rehearsals_of

        # one that has been updated since is checked again when an execution starts
        known = self.reader.known_definition(self.arn)
        if state not in dict(states_of(known)):
            self.reader.forget_machine(self.arn)
            known = self.document
        mock = new_mock(self.name, known, state, validation=validation, allow_unused=allow_unused)
        return rehearsals_of(self.case, self.reader).mock(self, mock)

    def record(self, execution: Outcome | str) -> str:
        """Return the Python lines that mock what the tasks of an execution answered, by its outcome or its ARN.

        It may have run anywhere: on an emulator or, with ``--engine aws``, on an account.
        """
        from localdev.testing.recording import recorded

        return recorded(self.reader.history(execution if isinstance(execution, str) else execution.arn))

    def execution(self, name: str, timeout: float = started_elsewhere.SECONDS) -> Execution:
        """Wait for the execution of this name, which something else starts, and return it.

        :raises WaitTimeoutError: nothing has within ``timeout`` seconds.
        """
        return self.case.started(started_elsewhere.named(self.reader, self.arn, name, timeout))

    def execution_with(self, input: object, timeout: float = started_elsewhere.SECONDS) -> Execution:  # noqa: A002
        """Wait for an execution with this input, which something else starts, and return it.

        :raises WaitTimeoutError: nothing has within ``timeout`` seconds.
        """
        return self.case.started(started_elsewhere.with_input(self.reader, self.arn, input, timeout))

    def __repr__(self) -> str:
        return f"<state machine {self.name}>"


def _described_end(ended: dict[str, Any], machine_arn: str) -> Described:
    return Described(
        arn=ended["executionArn"],
        name=ended["name"],
        state_machine_arn=machine_arn,
        status=ended["status"],
        started=ended["startDate"],
        stopped=ended["stopDate"],
        input=ended.get("input"),
        output=ended.get("output"),
        error=ended.get("error"),
        cause=ended.get("cause"),
    )
