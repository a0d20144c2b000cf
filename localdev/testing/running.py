"""An execution that a test waits for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from localdev.executions.report import path_line
from localdev.system.waiting import WaitTimeoutError, wait_until
from localdev.testing.outcomes import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from localdev.executions.history import History
    from localdev.executions.records import Execution as Described
    from localdev.testing.reading import Reader
    from localdev.testing.registering import End

type UntilEnd = Callable[[float], End | None]
"""Waits so many seconds for an end, and returns it with the history where that is known; ``None``: it is not known."""
SECONDS: Final = 60.0
_LONGEST_PAUSE: Final = 0.05


class Execution:
    """One execution, running or ended."""

    def __init__(self, arn: str, reader: Reader) -> None:
        self.arn = arn
        self.reader = reader
        self._ended: Outcome | None = None
        self._until_end: UntilEnd | None = None

    @property
    def name(self) -> str:
        """The name; an Express execution's without the id that follows it."""
        parts = self.arn.split(":")
        return parts[7]

    @property
    def machine_arn(self) -> str:
        """The ARN of its state machine."""
        parts = self.arn.split(":")
        return ":".join([*parts[:5], "stateMachine", parts[6]])

    @property
    def status(self) -> str:
        """The status now, e.g. ``RUNNING``."""
        return self._ended.status if self._ended else self.reader.execution(self.arn).status

    @property
    def history(self) -> History:
        """History up to now."""
        return self._ended.history if self._ended else self.reader.history(self.arn)

    def wait(self, timeout: float = SECONDS) -> Outcome:
        """Wait until it has ended, whichever way, and return its outcome.

        :raises WaitTimeoutError: it has not within ``timeout`` seconds; the error says how far it has come.
        """
        if self._ended is None:
            try:
                known = self._until_end(timeout) if self._until_end else None
                described, history = known or (self._polled_end(timeout), None)
            except WaitTimeoutError as error:
                raise WaitTimeoutError(
                    f"{error.message}\n{self._progress()}", "give wait() a longer timeout."
                ) from error
            self._ended = Outcome(described, self.reader, history)
        return self._ended

    def _polled_end(self, timeout: float) -> Described:
        return wait_until(
            self._described_end,
            what=f"the execution {self.name} to end",
            seconds=timeout,
            longest_pause=_LONGEST_PAUSE,
        )

    def ended(self, outcome: Outcome) -> Execution:
        """Take the outcome, which is known already."""
        self._ended = outcome
        return self

    def awaited_by(self, until_end: UntilEnd | None) -> Execution:
        """Have :meth:`wait` begin with what waits for the end and describes it, without asking again and again."""
        self._until_end = until_end
        return self

    def stop(self, cause: str = "The test stopped it.", started_since: datetime | None = None) -> bool:
        """Stop it, and return whether it was still running. An Express execution cannot be stopped.

        With ``started_since``, one that started before is left alone.
        """
        if self._ended is not None or self.reader.is_express(self.arn):
            return False
        described = self.reader.execution(self.arn)
        if not described.is_running or (started_since and described.started < started_since):
            return False
        self.reader.stop(self.arn, cause)
        return True

    def _described_end(self) -> Described | None:
        described = self.reader.execution(self.arn)
        return None if described.is_running else described

    def _progress(self) -> str:
        return f"So far: {path_line(self.reader.history(self.arn))}"

    def __repr__(self) -> str:
        return repr(self._ended) if self._ended else f"<execution {self.name}>"
