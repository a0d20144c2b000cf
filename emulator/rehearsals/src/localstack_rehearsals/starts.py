"""Starts of executions that no test has registered: each run of tests says whether one is part of a test of its own.

An API, an event or a function starts them, under a name that nobody knows before. A run polls for them; one that does
not answer in time is asked no more.
"""

from __future__ import annotations

import itertools
import re
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from localstack_rehearsals.rehearsal import REHEARSALS, Rehearsal

if TYPE_CHECKING:
    from collections.abc import Mapping

_LONGEST_POLL: Final = 30.0
_LONGEST_ANSWER: Final = 5.0
_BETWEEN_POLLS: Final = 2.0
"""Seconds that a run may take from one poll to the next."""
_ROOT: Final = re.compile(r"Root=([^;]+)")
_STARTING: Final = frozenset({"StartExecution", "StartSyncExecution"})
_MACHINE: Final = re.compile(r"^(arn:[^:]*:states:[^:]*:[^:]*:stateMachine:[^:#]+)")


@dataclass
class _Run:
    """One run of tests."""

    polls: int = 0
    seen: float = field(default_factory=time.monotonic)
    open: list[dict[str, Any]] = field(default_factory=list)
    answers: dict[int, Rehearsal | None] = field(default_factory=dict)

    @property
    def is_there(self) -> bool:
        return self.polls > 0 or time.monotonic() - self.seen < _BETWEEN_POLLS


class Starts:
    """The runs that poll, and what they are asked."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._numbers = itertools.count(1)
        self._runs: dict[str, _Run] = {}
        self._traces = threading.local()

    def poll(self, name: str, seconds: float) -> list[dict[str, Any]]:
        """Return what a run is asked, as soon as there is something."""
        with self._changed:
            run = self._runs.setdefault(name, _Run())
            run.polls += 1
            self._changed.wait_for(lambda: run.open or self._runs.get(name) is not run, min(seconds, _LONGEST_POLL))
            run.polls -= 1
            run.seen = time.monotonic()
            asked, run.open = run.open, []
            return asked

    def answer(self, name: str, number: int, rehearsal: Rehearsal | None) -> None:
        """Take a run's answer: the rehearsal of the execution, or ``None`` where it is no test's of this run.

        :raises MalformedError: the execution has a rehearsal already.
        """
        if rehearsal is not None:
            REHEARSALS.register(rehearsal)
        with self._changed:
            if (run := self._runs.get(name)) is not None:
                run.answers[number] = rehearsal
                self._changed.notify_all()

    def leave(self, name: str) -> None:
        """Ask a run no more."""
        with self._changed:
            self._runs.pop(name, None)
            self._changed.notify_all()

    def rehearse(self, execution: Any) -> Rehearsal | None:
        """Ask every run about an execution that starts now, and return the rehearsal that one has for it."""
        trace = self._trace(execution.state_machine_arn)
        if not self._runs:
            return None
        asked = {
            "stateMachineArn": execution.state_machine_arn,
            "name": execution.name,
            "executionArn": execution.exec_arn,
            "trace": trace,
        }
        rehearsal = self._ask(asked)
        if rehearsal is None:
            return None
        return REHEARSALS.start(rehearsal.machine_arn, rehearsal.name, execution.exec_arn)

    def _ask(self, asked: Mapping[str, Any]) -> Rehearsal | None:
        with self._changed:
            number = next(self._numbers)
            self._runs = {name: run for name, run in self._runs.items() if run.is_there}
            runs = dict(self._runs)
            for run in runs.values():
                run.open.append({"number": number, **asked})
            self._changed.notify_all()

            def is_known() -> bool:
                found = [run.answers[number] for run in runs.values() if number in run.answers]
                return any(found) or len(found) == len(runs)

            if not self._changed.wait_for(is_known, _LONGEST_ANSWER):
                for name, run in runs.items():
                    if number not in run.answers and self._runs.get(name) is run:
                        del self._runs[name]
            answers = [run.answers.pop(number, None) for run in runs.values()]
        return next((each for each in answers if each is not None), None)

    def note_trace(self, _chain: Any, context: Any, _response: Any) -> None:
        """Keep the trace of a request that starts an execution, for its thread starts it."""
        if context.operation is None or context.operation.name not in _STARTING:
            return
        machine = _MACHINE.match(str((context.service_request or {}).get("stateMachineArn")))
        root = _ROOT.search(context.request.headers.get("X-Amzn-Trace-Id") or "")
        self._traces.last = (machine[1], root[1]) if machine and root else None

    def _trace(self, machine_arn: str) -> str | None:
        """Return the trace that this thread's request is part of, if it started an execution of this machine."""
        last: tuple[str, str] | None = getattr(self._traces, "last", None)
        self._traces.last = None
        return last[1] if last is not None and last[0] == machine_arn else None

    def install(self) -> None:
        """Look at every request that starts an execution, from now on."""
        from localstack.aws.handlers import serve_custom_service_request_handlers

        if self.note_trace not in serve_custom_service_request_handlers.handlers:
            serve_custom_service_request_handlers.append(self.note_trace)


STARTS: Final = Starts()
