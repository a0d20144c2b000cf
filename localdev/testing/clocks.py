"""The clock of a test: the own time of each execution that it starts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from localdev.system.errors import LocaldevError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from localdev.testing.running import Execution

type Turn = Callable[[str, dict[str, Any]], dict[str, Any]]
"""Sends what is to happen with the clock of the execution of a name, and returns what has."""


class Clock:
    """The clock of one test. A test that has it gives every execution that it starts a time of its own."""

    def __init__(self, names: Callable[[], Sequence[str]], turn: Turn) -> None:
        self.settings: dict[str, bool] = {}
        """What an execution begins with."""
        self._names = names
        self._turn = turn

    def skip_waits(self, *, time_outs: bool = False) -> None:
        """Let executions not wait: each jumps over Wait states and back-offs whenever nothing of it runs.

        :param time_outs: jump also while a task token or an activity waits for its answer, to its time-out
        """
        self.settings = {"skipWaits": True, "timeOuts": time_outs}
        for name in self._names():
            self._turn(name, self.settings)

    def advance(
        self,
        length: timedelta | None = None,
        *,
        execution: Execution | None = None,
        days: float = 0,
        hours: float = 0,
        minutes: float = 0,
        seconds: float = 0,
    ) -> None:
        """Let a time pass at once for the executions of this test, or for one, with all that is due in it.

        :raises LocaldevError: the time is in the past, no execution has started, or one does not come to rest.
        """
        length = (length or timedelta()) + timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
        if length < timedelta():
            raise LocaldevError(f"A clock does not go back: it was to advance by {length.total_seconds():g} seconds.")
        names = [execution.name] if execution else list(self._names())
        if not names:
            raise LocaldevError("There is no execution whose clock could advance.", "start one before.")
        for name in names:
            answer = self._turn(name, {"advanceSeconds": length.total_seconds()})
            if not answer["arrived"]:
                raise LocaldevError(
                    f"The execution {name} does not come to rest, so that its clock cannot advance.",
                    "what it calls still runs; mock it, or wait for it first.",
                )

    def now(self, execution: Execution) -> datetime:
        """Return the time of an execution."""
        return datetime.fromtimestamp(self._turn(execution.name, {})["now"], UTC)
