"""Register a test's mocks, faults and clock with the emulator, and read what was used."""

from __future__ import annotations

import contextlib
import hashlib
import threading
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from localdev.system.errors import LocaldevError
from localdev.testing.control import Control
from localdev.testing.registering import Registrar, Rehearsed, StartedElsewhere
from localdev.testing.running import Execution
from localdev.testing.starts import Taken, starts_at

if TYPE_CHECKING:
    from collections.abc import Callable

    from localdev.testing.case import Case
    from localdev.testing.clocks import Clock
    from localdev.testing.faults import Fault
    from localdev.testing.machines import StateMachine
    from localdev.testing.mocks import Mock
    from localdev.testing.reading import Reader
    from localdev.testing.registering import End

_POLL_SECONDS: Final = "5"


class Rehearsals:
    """The mocks, the faults and the clock of one test."""

    def __init__(self, case: Case, reader: Reader, seed: int) -> None:
        """Take a test. :raises LocaldevError: it runs on an AWS account."""
        endpoint_url = reader.clients.client("stepfunctions").meta.endpoint_url
        self.clock: Clock | None = None
        self.faults: list[Fault] = []
        self.executions: list[Rehearsed] = []
        self._case = case
        self._reader = reader
        self._seed = seed
        self._control = Control(endpoint_url)
        self._mocks: dict[str, dict[str, Mock]] = {}
        self._mocked_since: dict[str, datetime] = {}
        self._everywhere: list[str] = []
        self._incomplete: list[LocaldevError] = []
        self._starts = starts_at(endpoint_url)
        self._registrar = Registrar(self._control, self._starts)
        self._ended = threading.Event()
        self._at_report: list[Callable[[], None]] = []
        case.at_end(self._end)
        self._starts.ask(self._rehearse_start)

    def mock(self, machine: StateMachine, mock: Mock) -> Mock:
        """Mock a state for the executions that start from now on, in place of an earlier mock of it."""
        self._mocked_since.setdefault(machine.arn, datetime.now(UTC))
        self._mocks.setdefault(machine.arn, {})[mock.state] = mock
        return mock

    def add_everywhere(self, fault: Fault) -> None:
        """Inject a fault into all calls of the emulator, until the test ends."""
        added = self._control.post({"faults": [fault.document()], "seed": self._own_seed}, "/faults")
        self._everywhere.append(added["id"])

    def turn(self, name: str, document: dict[str, Any]) -> dict[str, Any]:
        """Turn the clock of an execution."""
        rehearsed = next((each for each in self.executions if each.name == name), None)
        if rehearsed is None:
            raise LocaldevError(
                f"The execution {name} has no clock.", "have the fixture 'clock' in the test before it starts."
            )
        return self._control.post(rehearsed.key | document, "/clock")

    def start[T](self, machine: StateMachine, name: str, start: Callable[[], T]) -> T:
        """Start an execution, with what the test has for it.

        :raises LocaldevError: a mock has no answer, or does not fit the machine's definition.
        """
        if (found := self._rehearsal(machine, name)) is None:
            return start()
        rehearsed, document = found
        return self._registrar.start(rehearsed, document, machine, start, lambda: self._take(rehearsed))

    def until_end(self, machine_arn: str, name: str) -> Callable[[float], End | None] | None:
        """Return what waits for the end of an execution, if it was registered: a request in place of many."""
        rehearsed = next(
            (each for each in self.executions if (each.machine.arn, each.name) == (machine_arn, name)), None
        )
        if rehearsed is None:
            return None
        return lambda seconds: self._registrar.await_end(rehearsed, self._reader, seconds)

    def at_report(self, callback: Callable[[], None]) -> None:
        """Call ``callback`` when the test has ended and its executions' reports are there."""
        self._at_report.append(callback)

    def names(self) -> list[str]:
        """Return the names of the executions that were started with a clock."""
        return [each.name for each in self.executions]

    @property
    def _own_seed(self) -> int:
        digest = hashlib.sha256(f"{self._seed}|{self._case.nodeid}".encode()).digest()
        return int.from_bytes(digest[:4])

    def _rehearse_start(self, start: dict[str, Any]) -> Taken | None:
        """Return the rehearsal of an execution that something else starts; ``None`` where it has none."""
        if not self._reader.is_alone and start["trace"] != self._case.trace:
            return None
        machine = StartedElsewhere(start["stateMachineArn"], self._reader)
        try:
            found = self._rehearsal(machine, start["name"])
        except LocaldevError as error:
            self._incomplete.append(error)
            return None
        if found is None:
            return None
        rehearsed, document = found
        self._case.started(Execution(start["executionArn"], self._reader))
        return Taken(document, lambda: self._take(rehearsed))

    def _rehearsal(
        self, machine: StateMachine | StartedElsewhere, name: str
    ) -> tuple[Rehearsed, dict[str, Any]] | None:
        """Return what an execution is registered with; ``None`` where there is nothing.

        :raises LocaldevError: a mock has no answer.
        """
        mocks = dict(self._mocks.get(machine.arn, {}))
        if not mocks and not self.faults and self.clock is None:
            return None
        rehearsed = Rehearsed(machine, name, mocks)
        document: dict[str, Any] = rehearsed.key | {
            "mocks": {state: mock.clauses() for state, mock in mocks.items()},
            "faults": [fault.document() for fault in self.faults],
            "seed": self._own_seed,
        }
        if self.clock is not None:
            document["clock"] = self.clock.settings
        return rehearsed, document

    def _take(self, rehearsed: Rehearsed) -> None:
        self.executions.append(rehearsed)
        functions = {name: call for mock in rehearsed.mocks.values() for name, call in mock.functions.items()}
        if functions:
            threading.Thread(target=self._answer, args=(rehearsed, functions), name="answers", daemon=True).start()

    def _answer(self, rehearsed: Rehearsed, functions: dict[str, Callable[[Any], Any]]) -> None:
        """Answer what the emulator asks of the test's functions, until the test ends."""
        parameters = rehearsed.key | {"seconds": _POLL_SECONDS}
        with contextlib.suppress(LocaldevError):
            control = self._control
            while not self._ended.is_set():
                for question in control.get("/questions", **parameters)["questions"]:
                    answer = _answered(functions[question["function"]], question["input"])
                    control.post(rehearsed.key | {"number": question["number"], "answer": answer}, "/questions")

    def _end(self) -> None:
        """Take the reports. :raises LocaldevError: a mock was not used, or had no answer."""
        self._starts.ask_no_more(self._rehearse_start)
        self._ended.set()
        for rehearsed in self.executions:
            self._registrar.take_report(rehearsed)
            execution = self._case.executions.get(rehearsed.report["executionArn"] or "")
            if self._at_report and execution is not None:
                rehearsed.history = execution.history
        for callback in self._at_report:
            callback()
        injected = [event for number in self._everywhere for event in self._removed(number)]
        events = [event for rehearsed in self.executions for event in rehearsed.report["events"]]
        if events or injected:
            self._case.note("mocks and faults", self._text(injected))
        self._check(events)

    def _removed(self, number: str) -> list[dict[str, Any]]:
        events: list[dict[str, Any]] = self._control.delete({"id": number}, "/faults")["events"]
        return events

    def _text(self, injected: list[dict[str, Any]]) -> str:
        lines = [f"seed {self._seed}; --localdev-seed {self._seed} injects the same faults again"]
        for rehearsed in self.executions:
            lines.append(rehearsed.name)
            lines += [
                f"  {event['kind']}: {event['what']} at {event['state']!r}, attempt {event['attempt']}"
                for event in rehearsed.report["events"]
            ]
        lines += [f"everywhere: {event['what']} at {event['service']} {event['operation']}" for event in injected]
        return "\n".join(lines)

    def _check(self, events: list[dict[str, Any]]) -> None:
        if self._incomplete:
            raise self._incomplete[0]
        if problems := sorted({event["what"] for event in events if event["kind"] == "problem"}):
            raise LocaldevError(
                "\n".join(problems), "add .otherwise.returns(…) for it, or .otherwise.passthrough() for its own call."
            )
        if self._case.has_failed:
            return
        if strangers := self._strangers():
            raise LocaldevError(
                "Mocks did not reach executions that something else has started, for the emulator is not this run's "
                "alone, and nothing tells whose they are:\n" + "\n".join(f"  {each}" for each in strangers),
                "start them with the fixtures state_machine, api or function, or run without --share-emulator and on "
                "an engine that ends with the tests.",
            )
        if unused := self._unused():
            raise LocaldevError(
                "The test did not use what it mocked:\n" + "\n".join(f"  {each}" for each in unused),
                "remove it, or allow it with mock(…, allow_unused=True).",
            )

    def _strangers(self) -> list[str]:
        """Return the executions of this test, of mocked machines, that its mocks have not reached."""
        if self._reader.is_alone:
            return []
        known = {(each.machine.arn, each.name) for each in self.executions}
        return [
            f"{each.name} of {each.machine_arn.rpartition(':')[2]}"
            for each in list(self._case.executions.values())
            if (since := self._mocked_since.get(each.machine_arn)) is not None
            and (each.machine_arn, each.name) not in known
            and each.reader.execution(each.arn).started > since
        ]

    def _unused(self) -> list[str]:
        """Return the answers that no execution has used, in words."""
        started = {id(mock) for rehearsed in self.executions for mock in rehearsed.mocks.values()}
        never = [
            f"{mock.state}: no execution was started after it"
            for mocks in self._mocks.values()
            for mock in mocks.values()
            if id(mock) not in started and not mock.allow_unused
        ]
        found: dict[tuple[int, int, int], int] = {}
        texts: dict[tuple[int, int, int], str] = {}
        for rehearsed in self.executions:
            for unused in rehearsed.report["unused"]:
                mock = rehearsed.mocks[unused["state"]]
                key = id(mock), unused["clause"], unused["answer"]
                found[key] = found.get(key, 0) + 1
                texts[key] = f"{mock.state}: answer {unused['answer']} of {unused['of']}" + (
                    f" of condition {unused['clause']}" if len(mock.clauses()) > 1 else ""
                )
        runs = {
            id(mock): sum(rehearsed.mocks.get(mock.state) is mock for rehearsed in self.executions)
            for rehearsed in self.executions
            for mock in rehearsed.mocks.values()
            if not mock.allow_unused
        }
        return never + [texts[key] for key, times in found.items() if times == runs.get(key[0])]


def rehearsals_of(case: Case, reader: Reader) -> Rehearsals:
    """Return the mocks, faults and clock of a test. :raises LocaldevError: it runs on an AWS account."""
    if case.rehearsals is None:
        case.rehearsals = Rehearsals(case, reader, case.seed)
    return case.rehearsals


def _answered(function: Callable[[Any], Any], document: Any) -> dict[str, Any]:
    try:
        return {"value": function(document)}
    except Exception as error:  # noqa: BLE001 - whatever the test's code raises goes to the emulator
        return {"error": f"{type(error).__name__}: {error}"}
