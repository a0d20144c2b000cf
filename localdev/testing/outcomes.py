"""Describe an execution's outcome, as a test asserts on it."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from localdev.executions.history import Status
from localdev.executions.report import path_line
from localdev.executions.text import cause_message, json_or_text, one_line
from localdev.testing.mistakes import require_state

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from localdev.executions.definition import Definition
    from localdev.executions.events import Event
    from localdev.executions.history import History, Visit
    from localdev.executions.records import Execution as Described
    from localdev.testing.reading import Reader


_LONGEST: Final = 200


class Outcome:
    """The end of an execution. Its history is read when it is first asked for, unless it is known."""

    def __init__(self, described: Described, reader: Reader, history: History | None = None) -> None:
        self._described = described
        self._reader = reader
        if history is not None:
            self.history = history

    @property
    def arn(self) -> str:
        """The execution's ARN."""
        return self._described.arn

    @property
    def name(self) -> str:
        """The execution's name."""
        return self._described.name

    @property
    def status(self) -> str:
        """``SUCCEEDED``, ``FAILED``, ``TIMED_OUT`` or ``ABORTED``."""
        return self._described.status

    @property
    def succeeded(self) -> bool:
        """Return whether the status is ``SUCCEEDED``."""
        return self.status == "SUCCEEDED"

    @property
    def failed(self) -> bool:
        """Return whether the status is ``FAILED``."""
        return self.status == "FAILED"

    @property
    def input(self) -> Any:
        """The execution's input, parsed."""
        return json_or_text(self._described.input)

    @property
    def output(self) -> Any:
        """The execution's output, parsed; ``None`` where it did not succeed."""
        return json_or_text(self._described.output)

    @property
    def error(self) -> str | None:
        """The name of the error that ended it."""
        return self._described.error

    @property
    def cause(self) -> str | None:
        """Cause of the failure."""
        return self._described.cause

    @cached_property
    def history(self) -> History:
        """Outcome of each state."""
        return self._reader.history(self.arn)

    @cached_property
    def definition(self) -> Definition:
        """The definition that it ran."""
        return self._reader.definition(self.arn)

    @property
    def path(self) -> Path:
        """The names of the states it entered, in order, without what happened inside of Parallel and Map."""
        return Path((visit.state for visit in self.history.path()), self.name, self.signed_path())

    @cached_property
    def mocked(self) -> list[str]:
        """The names of the states that a mock has answered for, in the order in which it has."""
        from localdev.executions.injected import reported

        found = reported(self._reader.clients.client("stepfunctions").meta.endpoint_url, self.arn)
        return list(dict.fromkeys(each["state"] for each in found if each["kind"] == "mock"))

    @property
    def events(self) -> Events:
        """Every event of its history."""
        return Events(self.history.events)

    def state(self, name: str) -> StateOutcome:
        """Return what one state did; one that was not reached has no visits.

        :raises LocaldevError: the definition has no such state.
        """
        require_state(self._described.state_machine_arn.rpartition(":")[2], self.definition, name)
        return StateOutcome(name, tuple(self.history.visits_of(name)))

    def signed_path(self) -> str:
        """Return the path on one line, each state with its sign: ``Look ✓ → Enough? ✓ → Sorry ✗``."""
        return path_line(self.history)

    def __repr__(self) -> str:
        reason = ": ".join(part for part in (self.error, cause_message(self.cause)) if part)
        return f"<execution {self.name} {self.status}{f': {one_line(reason, _LONGEST)}' if reason else ''}>"


class Path(list[str]):
    """The names of states, equal to any list of them; a comparison that fails shows what happened to each."""

    def __init__(self, names: Iterable[str], execution: str, signed: str) -> None:
        super().__init__(names)
        self.execution = execution
        self.signed = signed
        """Each state with its sign, on one line."""


class StateOutcome:
    """Outcome of one state, all its visits together; values of a single visit are the last one's."""

    def __init__(self, name: str, visits: tuple[Visit, ...]) -> None:
        self.name = name
        self.visits = visits

    @property
    def reached(self) -> bool:
        """Return whether it was entered."""
        return bool(self.visits)

    @property
    def status(self) -> str | None:
        """``SUCCEEDED``, ``FAILED``, ``CAUGHT``, ``TIMED_OUT`` or ``ABORTED``; ``None`` where it was not reached."""
        return str(self.visits[-1].status) if self.visits else None

    @property
    def succeeded(self) -> bool:
        """Return whether its last visit succeeded."""
        return self.status == Status.SUCCEEDED

    @property
    def caught(self) -> bool:
        """Return whether its last visit failed and a Catch took over."""
        return self.status == Status.CAUGHT

    @property
    def attempts(self) -> int:
        """Return how often its task was tried, retries included."""
        return sum(len(visit.attempts) for visit in self.visits)

    @property
    def retries(self) -> int:
        """Return how many of the tries were retries."""
        return sum(visit.retries for visit in self.visits)

    @property
    def input(self) -> Any:
        """The input, parsed."""
        return json_or_text(self.visits[-1].input) if self.visits else None

    @property
    def output(self) -> Any:
        """The output, parsed; ``None`` where it was not left."""
        return json_or_text(self.visits[-1].output) if self.visits else None

    @property
    def error(self) -> str | None:
        """The error it failed with, caught or not."""
        failure = self.visits[-1].failure if self.visits else None
        return failure.error if failure else None

    @property
    def cause(self) -> str | None:
        """Cause of the failure."""
        failure = self.visits[-1].failure if self.visits else None
        return failure.cause if failure else None

    def __repr__(self) -> str:
        return f"<state {self.name!r} {self.status or 'not reached'}>"


class Events(tuple["Event", ...]):
    """The events of a history, in order."""

    __slots__ = ()

    def of(self, *types: str) -> Events:
        """Return those of the named types, e.g. ``TaskFailed``."""
        return Events(event for event in self if event.type in types)

    @property
    def types(self) -> list[str]:
        """The type of each."""
        return list(self._types())

    def _types(self) -> Iterator[str]:
        return (event.type for event in self)
