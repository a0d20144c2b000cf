"""A rehearsal: the mocks, the faults and the clock of one execution, registered before it starts."""

from __future__ import annotations

import itertools
import threading
import time
from collections import Counter, OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from localstack_rehearsals.answers import MalformedError, Mock
from localstack_rehearsals.faults import Call, Fault, chance
from localstack_rehearsals.questions import Questions

if TYPE_CHECKING:
    from collections.abc import Mapping

    from localstack_rehearsals.answers import Answer
    from localstack_rehearsals.clock import VirtualClock

MOST_KEPT: Final = 1000
_FIELDS: Final = {"stateMachineArn", "name", "mocks", "faults", "seed", "clock"}


class NoAnswerError(Exception):
    """No clause of a state's mock is for an attempt."""


@dataclass
class Rehearsal:
    """One rehearsal, and the report of what was done in it."""

    machine_arn: str
    name: str
    mocks: dict[str, Mock] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    seed: int = 0
    clock_settings: Mapping[str, Any] | None = None
    clock: VirtualClock | None = None
    execution_arn: str | None = None
    events: list[dict[str, Any]] = field(default_factory=list)
    questions: Questions = field(default_factory=Questions)
    ended: threading.Event = field(default_factory=threading.Event)
    """Set when the execution has ended, and everybody can see it."""
    execution: Any = None
    """LocalStack's own, as soon as it has started and until its end was reported."""
    text: str | None = None
    """What it was read from, if it came with the request that starts its execution."""
    _visits: Counter[str] = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @classmethod
    def from_document(cls, document: Any) -> Rehearsal:
        """Read a request. :raises MalformedError: it is not understood."""
        if not isinstance(document, dict):
            raise MalformedError(f"A rehearsal is an object; found {type(document).__name__}.")
        if unknown := set(document) - _FIELDS:
            raise MalformedError(f"A rehearsal has {', '.join(sorted(_FIELDS))}; found {', '.join(sorted(unknown))}.")
        for name in ("stateMachineArn", "name"):
            if not isinstance(document.get(name), str) or not document[name]:
                raise MalformedError(f"A rehearsal has a {name}, which is a text; found {document.get(name)!r}.")
        mocks = document.get("mocks") or {}
        return cls(
            document["stateMachineArn"],
            document["name"],
            {state: Mock.from_document(state, clauses) for state, clauses in mocks.items()},
            [Fault.from_document(fault) for fault in document.get("faults") or ()],
            int(document.get("seed") or 0),
            document.get("clock"),
        )

    def now(self) -> float:
        """Return the execution's time in seconds since the epoch."""
        return self.clock.now() if self.clock else time.time()

    def pause(self, seconds: float, env: Any) -> None:
        """Let a time pass on the execution's clock, or on the machine's where it has none."""
        if self.clock is not None:
            self.clock.pause(seconds, env)
        elif env.is_running():
            env.program_state_event.wait(seconds)

    def answer(self, state: str, document: Any, attempt: int) -> Answer | None:
        """Return the answer that an attempt gets, or ``None`` where its state has no mock.

        :raises NoAnswerError: there is a mock, and no clause of it is for this attempt.
        """
        mock = self.mocks.get(state)
        if mock is None:
            return None
        for clause in mock.clauses:
            if clause.is_met(document, attempt, self.questions.ask):
                with self._lock:
                    return clause.next_answer()
        raise NoAnswerError(f"No mock of {state!r} is for attempt {attempt} with this input.")

    def faults_of(self, call: Call) -> list[Fault]:
        """Return the faults that hit a call: delays, and at most one that ends it."""
        found: list[Fault] = []
        with self._lock:
            visit = self._visits[call.key]
            self._visits[call.key] += 1
            now = self.now()
            for number, fault in enumerate(self.faults):
                if fault.hits(call, chance(self.seed, number, f"{call.key}|{visit}"), now):
                    found.append(fault)
                    if fault.kind != "delay":
                        break
        return found

    def note(self, **event: Any) -> None:
        """Add to the report what was done in place of the real thing."""
        with self._lock:
            self.events.append(event)

    def unused(self) -> list[dict[str, Any]]:
        """Return the answers of mocks whose turn never came."""
        return [
            {"state": mock.state, "clause": number, "answer": place, "of": len(clause.answers)}
            for mock in self.mocks.values()
            for number, clause in enumerate(mock.clauses, 1)
            for place in clause.unused
        ]


class Registry:
    """The rehearsals of this emulator: by machine and name until the execution starts, by its ARN from then on."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._registered: OrderedDict[tuple[str, str], Rehearsal] = OrderedDict()
        self._running: dict[str, Rehearsal] = {}
        self._removed: OrderedDict[str, Rehearsal] = OrderedDict()
        self.number = itertools.count(1)

    def register(self, rehearsal: Rehearsal) -> None:
        """Keep a rehearsal for an execution that has not started. :raises MalformedError: there is one already."""
        key = rehearsal.machine_arn, rehearsal.name
        with self._lock:
            if key in self._registered:
                raise MalformedError(f"The execution {rehearsal.name!r} has a rehearsal already.")
            self._registered[key] = rehearsal
            dropped = [] if len(self._registered) <= MOST_KEPT else [self._registered.popitem(last=False)[1]]
        for oldest in dropped:
            self._forget(oldest)

    def find(self, machine_arn: str, name: str) -> Rehearsal | None:
        """Return the rehearsal of an execution by its machine and name."""
        return self._registered.get((machine_arn, name))

    def start(self, machine_arn: str, name: str, execution_arn: str) -> Rehearsal | None:
        """Return the rehearsal of an execution that starts now."""
        rehearsal = self._registered.get((machine_arn, name))
        if rehearsal is not None and rehearsal.execution_arn is None:
            rehearsal.execution_arn = execution_arn
            self._running[execution_arn] = rehearsal
        return rehearsal

    def share(self, rehearsal: Rehearsal, execution_arn: str) -> None:
        """Let a child execution have the rehearsal of its parent."""
        self._running[execution_arn] = rehearsal

    def of(self, execution_arn: str) -> Rehearsal | None:
        """Return the rehearsal of an execution by its ARN."""
        return self._running.get(execution_arn)

    def reported(self, execution_arn: str) -> Rehearsal | None:
        """Return the rehearsal of an execution by its ARN, also of one that was removed not long ago."""
        return self._running.get(execution_arn) or self._removed.get(execution_arn)

    def remove(self, machine_arn: str, name: str) -> Rehearsal | None:
        """Forget a rehearsal, but for its report. An execution that runs keeps it."""
        with self._lock:
            rehearsal = self._registered.pop((machine_arn, name), None)
        if rehearsal is not None:
            self._forget(rehearsal)
        return rehearsal

    def _forget(self, rehearsal: Rehearsal) -> None:
        rehearsal.questions.close()
        for arn in [arn for arn, known in list(self._running.items()) if known is rehearsal]:
            self._running.pop(arn, None)
            with self._lock:
                self._removed[arn] = rehearsal
                if len(self._removed) > MOST_KEPT:
                    self._removed.popitem(last=False)


REHEARSALS: Final = Registry()
