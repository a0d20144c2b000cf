"""Register the rehearsal of one execution, wait for the execution's end, and take the report.

A rehearsal goes with the request that starts its execution, and the report comes with the execution's end, where that
can be: each request of its own costs a test more time than ten mocked states take.
"""

from __future__ import annotations

import contextlib
import json
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final
from weakref import WeakSet

from botocore.exceptions import ClientError

from localdev.executions.events import read_events
from localdev.executions.raw_pages import item_of_json
from localdev.executions.records import Execution as Described
from localdev.executions.replay import read_history
from localdev.system.errors import LocaldevError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from localdev.executions.history import History
    from localdev.testing.control import Control
    from localdev.testing.machines import StateMachine
    from localdev.testing.mocks import Mock
    from localdev.testing.reading import Reader
    from localdev.testing.starts import Starts

type End = tuple[Described, History | None]
"""An execution that has ended, and what it did where that is known."""
_LONGEST_WAIT: Final = 30.0
_LONGEST_HEADER: Final = 6000
"""Servers take 8,000 bytes of headers at least."""
_FINAL: Final = "SUCCEEDED"
"""Whatever has ended otherwise may be redriven, and more be mocked."""
_REFUSED: Final = "RehearsalRefused"
_header: ContextVar[tuple[str, str] | None] = ContextVar("header", default=None)
_followed: Final[WeakSet[Any]] = WeakSet()


@dataclass(frozen=True)
class StartedElsewhere:
    """The state machine of an execution that something else has started."""

    arn: str
    reader: Reader

    @property
    def document(self) -> dict[str, Any]:
        """The definition as it is now, parsed."""
        client = self.reader.clients.client("stepfunctions")
        document: dict[str, Any] = json.loads(client.describe_state_machine(stateMachineArn=self.arn)["definition"])
        return document


@dataclass
class Rehearsed:
    """One execution that was registered."""

    machine: StateMachine | StartedElsewhere
    name: str
    mocks: dict[str, Mock]
    report: dict[str, Any] = field(default_factory=dict)
    history: History | None = None

    @property
    def key(self) -> dict[str, str]:
        """Id by which the control API knows it."""
        return {"stateMachineArn": self.machine.arn, "name": self.name}

    @property
    def document(self) -> dict[str, Any]:
        """The definition of its state machine."""
        return self.machine.document


class Registrar:
    """Registers executions with one emulator."""

    def __init__(self, control: Control, starts: Starts) -> None:
        self._control = control
        self._starts = starts

    def start[T](
        self,
        rehearsed: Rehearsed,
        document: dict[str, Any],
        machine: StateMachine,
        start: Callable[[], T],
        registered: Callable[[], None],
    ) -> T:
        """Start an execution that has a rehearsal.

        :param registered: called when the emulator knows the rehearsal
        :raises LocaldevError: it does not fit the machine's definition, or the emulator refuses it.
        """
        if (header := self._header(rehearsed, document, machine)) is not None:
            try:
                with _sent_along(machine.reader, header):
                    started = start()
            except ClientError as error:
                # refused before anything was started; why, a request of its own says
                if error.response["Error"]["Code"] != _REFUSED:
                    raise
            else:
                registered()
                return started
        self._register(rehearsed, document, machine)
        registered()
        return start()

    def _header(self, rehearsed: Rehearsed, document: dict[str, Any], machine: StateMachine) -> tuple[str, str] | None:
        """Return the header that registers it; ``None``: its start is no place for it."""
        name = self._starts.header
        # the test's functions are asked while the request to start an Express execution is under way
        if name is None or machine.type == "EXPRESS" or any(mock.functions for mock in rehearsed.mocks.values()):
            return None
        digest = {"definition": machine.reader.definition_digest(machine.arn)} if rehearsed.mocks else {}
        text = json.dumps(document | digest)
        return (name, text) if len(text) <= _LONGEST_HEADER else None

    def _register(self, rehearsed: Rehearsed, document: dict[str, Any], machine: StateMachine) -> None:
        answer = self._control.post(document)
        reader = machine.reader
        if rehearsed.mocks and answer.get("definition") != reader.definition_digest(machine.arn):
            # updated since it was read, perhaps in an earlier test
            reader.forget_machine(machine.arn)
            for mock in rehearsed.mocks.values():
                mock.check_again(machine.name, reader.known_definition(machine.arn))

    def await_end(self, rehearsed: Rehearsed, reader: Reader, seconds: float) -> End | None:
        """Wait for the end of an execution, and return it with what it did; ``None`` where that is not known."""
        seconds = max(0.0, min(seconds, _LONGEST_WAIT))
        try:
            found = self._control.get("/end", **rehearsed.key, seconds=str(seconds))
        except LocaldevError:
            return None
        if not (described := found.get("execution")):
            return None
        if described["status"] == _FINAL:
            rehearsed.report = found.get("report") or {}
        arn, events = described["executionArn"], found.get("events")
        history = None if events is None else read_history(read_events(map(item_of_json, events)))
        if history is not None:
            reader.keep(arn, history)
        return _described(described), history

    def take_report(self, rehearsed: Rehearsed) -> None:
        """Take the report of an execution, unless that of its end is there, which is then all there is to say."""
        if not rehearsed.report:
            rehearsed.report = self._control.delete(rehearsed.key)


@contextlib.contextmanager
def _sent_along(reader: Reader, header: tuple[str, str]) -> Iterator[None]:
    """Let the requests of the block that start an execution have a header."""
    client = reader.clients.client("stepfunctions")
    if client not in _followed:
        _followed.add(client)
        client.meta.events.register("before-call.sfn.StartExecution", _add_header)
    token = _header.set(header)
    try:
        yield
    finally:
        _header.reset(token)


def _add_header(params: dict[str, Any], **_: Any) -> None:
    if (header := _header.get()) is not None:
        params["headers"][header[0]] = header[1]


def _described(found: dict[str, Any]) -> Described:
    return Described(
        arn=found["executionArn"],
        name=found["name"],
        state_machine_arn=found["stateMachineArn"],
        status=found["status"],
        started=datetime.fromtimestamp(found["startDate"], UTC),
        stopped=datetime.fromtimestamp(found["stopDate"], UTC),
        input=found.get("input"),
        output=found.get("output"),
        error=found.get("error"),
        cause=found.get("cause"),
    )
