"""State machines and executions, as an engine lists and describes them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from localdev.executions.history import History


@dataclass(frozen=True)
class StateMachine:
    """One of the account's state machines."""

    arn: str
    name: str
    type: str
    """``STANDARD`` or ``EXPRESS``."""
    created: datetime

    @property
    def place(self) -> str:
        """Its account and region, for a person."""
        return place_of(self.arn)


@dataclass(frozen=True)
class ExecutionSummary:
    """An execution, as a list shows it."""

    arn: str
    name: str
    status: str
    started: datetime
    stopped: datetime | None

    @property
    def key(self) -> str:
        """Name it as it is now.

        What it was given never changes, and its end only by a redrive, which has another time.
        """
        return f"{self.arn} {self.status} {self.started} {self.stopped}"


@dataclass(frozen=True)
class Execution:
    """An execution, as the engine describes it."""

    arn: str
    name: str
    state_machine_arn: str
    status: str
    started: datetime
    stopped: datetime | None
    input: str | None
    output: str | None
    error: str | None
    cause: str | None
    redrives: int = 0
    is_redrivable: bool = False
    """Whether the engine says that it can be redriven; one that cannot redrive says nothing of it."""
    map_run_arn: str | None = None
    """The Map run that it is an item of."""

    @property
    def is_running(self) -> bool:
        """Return whether it goes on, or is about to."""
        return self.status in {"RUNNING", "PENDING_REDRIVE"}

    @property
    def is_express(self) -> bool:
        """Express executions have no history; what they did is in the log group alone."""
        return is_express(self.arn)


@dataclass(frozen=True)
class FailedIn:
    """The state that made an execution fail, and its own error where that is known: a Fail state may tell another."""

    state: str
    error: str | None = None


@dataclass(frozen=True)
class ExpressFailure:
    """Why an Express execution failed, and the state whose error it was."""

    error: str | None
    cause: str | None
    state: str | None


@dataclass(frozen=True)
class ExpressExecutions:
    """The newest Express executions of a state machine, each with its input, as its log group tells of them."""

    rows: tuple[tuple[ExecutionSummary, str | None], ...]
    since: datetime | None
    """Older lines of the log group were not read; ``None`` where all were."""
    lines: int
    """How many were read."""
    failures: Mapping[str, ExpressFailure] = field(default_factory=dict)
    """Why those failed that did, by ARN."""


@dataclass(frozen=True)
class Page[T]:
    """Some of a list; ``next`` asks for what comes after it."""

    items: tuple[T, ...]
    next: str | None


def place_of(arn: str) -> str:
    """Return the account and region that an ARN names, for a person."""
    _, _, _, region, account, *_ = arn.split(":")
    return f"{region}, account {account}"


def is_express(arn: str) -> bool:
    """Return whether an execution's ARN is that of an Express execution."""
    return ":express:" in arn


def execution_of(history: History, *, arn: str, name: str, state_machine_arn: str) -> Execution:
    """Return what a history of at least one event tells of its execution."""
    failure = history.failure
    return Execution(
        arn=arn,
        name=name,
        state_machine_arn=state_machine_arn,
        status=history.status,
        started=history.events[0].at,
        stopped=history.events[-1].at if history.status != "RUNNING" else None,
        input=history.input,
        output=history.output,
        error=failure.error if failure else None,
        cause=failure.cause if failure else None,
    )
