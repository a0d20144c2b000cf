"""Schedules of the stacks, whose time comes when a test says so."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from localdev.system.errors import LocaldevError
from localdev.testing.control import Control

if TYPE_CHECKING:
    from localdev.testing.stacks import Stacks

_TYPES: Final = {"AWS::Events::Rule", "AWS::Scheduler::Schedule"}


@dataclass(frozen=True)
class Run:
    """A run of a schedule."""

    name: str
    at: datetime
    """When it would have been."""


class Schedules:
    """The rules with a schedule, and the schedules of EventBridge Scheduler, in one test."""

    def __init__(self, stacks: Stacks) -> None:
        self.now = datetime.now(UTC)
        """How far they have come; a test may set where they begin."""
        self._stacks = stacks
        endpoint_url = stacks.reader.clients.client("stepfunctions").meta.endpoint_url
        self._control = Control(endpoint_url)

    def advance(
        self, *names: str, days: float = 0, hours: float = 0, minutes: float = 0, seconds: float = 0
    ) -> list[Run]:
        """Run schedules as often as they come due in a time, in the order of their times; without a name the stacks'.

        :raises LocaldevError: the time is in the past, or there is no such schedule.
        """
        length = timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
        if length < timedelta():
            raise LocaldevError(
                f"Schedules do not go back: they were to advance by {length.total_seconds():g} seconds."
            )
        answer = self._control.post(
            {
                "from": self.now.timestamp(),
                "advanceSeconds": length.total_seconds(),
                "names": list(names) or self._names(),
                "passOver": not names,
            },
            "/schedules",
        )
        self.now += length
        return [Run(run["name"], datetime.fromisoformat(run["at"])) for run in answer["runs"]]

    def _names(self) -> list[str]:
        """Return the names of the stacks' rules and schedules; rules without a schedule are passed over."""
        resources = (each for stack in self._stacks.values() for each in stack.resources)
        return [each.name.rpartition("|")[2] for each in resources if each.type in _TYPES]
