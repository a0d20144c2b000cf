"""A console that reads recorded executions instead of an engine's."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, cast

import pytest
from starlette.testclient import TestClient

from localdev.console.app import create_app
from localdev.console.settings import Settings, StarterError
from localdev.executions.client import ExecutionsClient
from localdev.executions.control import StateTest
from localdev.executions.errors import NotFoundError
from localdev.executions.growing import LONG
from localdev.executions.history import Status
from localdev.executions.origin import origin_of
from localdev.executions.records import (
    Execution,
    ExecutionSummary,
    ExpressExecutions,
    ExpressFailure,
    FailedIn,
    Page,
    StateMachine,
)
from localdev.executions.replay import read_history
from tests.unit.executions.conftest import recording

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from localdev.executions.control import ExecutionsControl
    from localdev.executions.definition import Definition
    from localdev.executions.history import Attempt, History
    from localdev.executions.logs import Invocation

BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
PAGE = 1000
"""Events that an engine gives at once."""
MACHINE = "arn:aws:states:us-east-1:000000000000:stateMachine:pizzeria"


def execution_arn(name: str) -> str:
    """Return the ARN of an execution called as its recording is."""
    return f"arn:aws:states:us-east-1:000000000000:execution:pizzeria:{name}"


@dataclass
class RecordedClient:
    """Stand in for a console's client: one state machine, an execution for each name."""

    names: list[str] = field(default_factory=list)
    error: Exception | None = None
    """What every call raises, if anything."""
    found: list[Invocation] = field(default_factory=list)
    inputs: dict[str, str] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    machine_type: str = "STANDARD"
    read_since: datetime | None = None
    """Of a log group, what is older was not read."""
    definition_error: Exception | None = None
    histories: dict[str, History] = field(default_factory=dict)
    """In place of what was recorded."""
    made_up: Definition | None = None
    """A definition in place of what was recorded."""
    redrivable: set[str] = field(default_factory=set)
    """The names of executions that the engine says can be redriven."""

    def _called(self, what: str) -> None:
        self.calls.append(what)
        if self.error is not None:
            raise self.error

    def ping(self) -> None:
        """Answer."""

    def state_machines(self) -> list[StateMachine]:
        self._called("state_machines")
        return [self.state_machine(MACHINE)]

    def state_machine(self, arn: str) -> StateMachine:
        self._called("state_machine")
        if arn != MACHINE:
            raise NotFoundError(f"There is no state machine {arn}.")
        return StateMachine(MACHINE, "pizzeria", self.machine_type, BEGAN)

    def current_definition(self, arn: str) -> Definition:
        del arn
        if self.definition_error is not None:
            raise self.definition_error
        return recording("choice").definition

    def executions(self, arn: str, *, status: str | None, after: str | None, size: int) -> Page[ExecutionSummary]:
        self._called("executions")
        del arn
        begin = int(after or 0)
        wanted = [name for name in self.names if status in {None, self._status(name)}]
        items = tuple(self._summary(name) for name in wanted[begin : begin + size])
        return Page(items, str(begin + size) if begin + size < len(wanted) else None)

    def express_executions(self, arn: str) -> ExpressExecutions:
        del arn
        rows = tuple((self._summary(name), recording(name.partition("#")[0]).history.input) for name in self.names)
        failures = {
            execution_arn(name): ExpressFailure(failure.error, failure.cause, "Bake")
            for name in self.names
            if (failure := recording(name.partition("#")[0]).history.failure)
        }
        return ExpressExecutions(rows, self.read_since, 5 * len(rows), failures)

    def _summary(self, name: str) -> ExecutionSummary:
        return ExecutionSummary(execution_arn(name), name, self._status(name), BEGAN, BEGAN + timedelta(seconds=1))

    def _status(self, name: str) -> str:
        return str(self._document(name).get("status", "FAILED"))

    def _document(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = recording(name.partition("#")[0]).document["execution"]
        return found

    def execution(self, arn: str) -> Execution:
        self._called("execution")
        name = arn.rpartition(":")[2]
        if name not in self.names:
            raise NotFoundError(f"There is no execution {arn}.", "It may have been removed.")
        document = self._document(name)
        given = self.inputs.get(name, document.get("input"))
        stopped = None if self._status(name) == "RUNNING" else BEGAN + timedelta(seconds=1)
        return Execution(
            arn, name, MACHINE, self._status(name), BEGAN, stopped, given, document.get("output"),
            document.get("error"), document.get("cause"), is_redrivable=name in self.redrivable,
        )  # fmt: skip

    def history(self, arn: str) -> History:
        self._called("history")
        name = arn.rpartition(":")[2]
        return self.histories.get(name) or recording(name.partition("#")[0]).history

    def end_of_history(self, arn: str) -> History:
        history = self.history(arn)
        is_read = len(history.events) < LONG and history.status is not Status.RUNNING
        return history if is_read or len(history.events) <= PAGE else read_history(history.events[-PAGE:])

    def executions_of_map_run(self, arn: str, *, size: int, after: str | None = None) -> Page[ExecutionSummary]:
        self._called(f"executions of {arn} after {after}")
        begin = int(after or 0)
        items = tuple(self._summary(name) for name in self.names[::-1][begin : begin + min(size, 2)])
        return Page(items, str(begin + 2) if begin + 2 < len(self.names) else None)

    def items_of_map_run(self, arn: str) -> int:
        self._called(f"items of {arn}")
        return len(self.names)

    def history_with_injected(self, arn: str, known: History | None = None) -> History:
        history = self.history(arn)
        return known if known is not None and known.events == history.events else history

    def failed_in(self, arn: str, definition: Definition | None = None) -> FailedIn:
        history = self.history(arn)
        origin = origin_of(history, definition)
        error = origin.failure.error if origin and origin.failure else None
        return FailedIn((origin or history.visits[-1]).state, error)

    def definition(self, arn: str) -> Definition:
        if self.definition_error is not None:
            raise self.definition_error
        return self.made_up or recording(arn.rpartition(":")[2].partition("#")[0]).definition

    def invocations(self, attempt: Attempt, others: Collection[str]) -> list[Invocation]:
        self.calls.append(f"invocations of attempt {attempt.number}, not one of {sorted(others)}")
        return self.found


@dataclass
class RecordingControl:
    """Notes what it was asked to do."""

    done: list[tuple[str, ...]] = field(default_factory=list)
    refusal: Exception | None = None

    def start(self, state_machine_arn: str, document: str) -> str:
        if self.refusal is not None:
            raise self.refusal
        self.done.append(("start", state_machine_arn, document))
        return execution_arn("choice")

    def stop(self, arn: str, cause: str) -> None:
        self.done.append(("stop", arn, cause))

    def redrive(self, arn: str) -> None:
        self.done.append(("redrive", arn))

    def send_success(self, token: str, output: str) -> None:
        self.done.append(("success", token, output))

    def send_failure(self, token: str, error: str, cause: str) -> None:
        self.done.append(("failure", token, error, cause))

    def test(self, state: dict[str, object], role: str, document: str) -> StateTest:
        self.done.append(("test", str(state["Type"]), role, document))
        return StateTest("SUCCEEDED", '{"tested": true}', None, None, "Next one")


class Orders:
    """A form with one field."""

    title = "Order a pizza"
    field = "flavour"
    suggestions = ("pepperoni", "pineapple")
    command = "./scripts/order pepperoni"

    def __init__(self) -> None:
        self.started: list[tuple[str, str | None]] = []
        self.starts = MACHINE

    def state_machine_arn(self) -> str:
        return self.starts

    def start(self, value: str, key: str | None) -> str:
        if value == "refused":
            raise StarterError("The pizzeria does not know that flavour.")
        self.started.append((value, key))
        return execution_arn("choice")


@dataclass(frozen=True)
class Console:
    """A console under test."""

    web: TestClient
    engine: RecordedClient
    control: RecordingControl
    orders: Orders
    settings: Settings

    def page(self, path: str, **headers: str) -> str:
        """Return a page that is to be there."""
        response = self.web.get(path, headers=headers)
        assert response.status_code == 200, response.text
        return str(response.text)

    def execution(self, name: str, query: str = "") -> str:
        """Return an execution's page."""
        return self.page(f"/executions/{execution_arn(name)}{query}")


type ConsoleOf = Callable[..., Console]


@pytest.fixture
def console_of() -> ConsoleOf:
    """Make a console over recorded executions."""

    def make(*names: str, read_only: bool = False, **fields: Any) -> Console:
        engine = RecordedClient(list(names))
        control, orders = RecordingControl(), Orders()
        settings = Settings(
            client=cast(ExecutionsClient, engine),
            control=None if read_only else cast("ExecutionsControl", control),
            where="http://127.0.0.1:4566",
            how_to_start="./scripts/up",
            starter=orders,
            **fields,
        )
        web = TestClient(create_app(settings), base_url="http://127.0.0.1:8080", follow_redirects=False)
        return Console(web, engine, control, orders, settings)

    return make
