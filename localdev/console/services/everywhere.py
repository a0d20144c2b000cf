"""Functions, queues and rules of every account and region that is read."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from localdev.console.services.stack import Stack
from localdev.executions.errors import NotFoundError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime, timedelta

    from localdev.console.services.stack import Function, Queue, Rule
    from localdev.executions.logs import Invocation


class StackEverywhere(Stack):
    """Reads what stands around the state machines of several accounts and regions of one endpoint.

    What is elsewhere than in the first of them is known by its ARN, as two may have the same name.
    """

    def __init__(
        self,
        client: Callable[[str], Any],
        *,
        emulator: str | None,
        others: Callable[[], Sequence[Stack]],
        of: Callable[[str], Stack | None],
    ) -> None:
        """Take what reads the first place, and the ones beside it.

        ``of`` returns the one of these that an ARN is of; ``None`` for the first.
        """
        super().__init__(client, emulator=emulator)
        self._others = others
        self._of = of

    def functions(self) -> list[Function]:
        """Return the functions, by name."""
        elsewhere = [replace(each, is_elsewhere=True) for other in self._others() for each in other.functions()]
        return sorted([*super().functions(), *elsewhere], key=lambda each: each.name)

    def function(self, name: str) -> Function:
        """Return one function, by its name or its ARN."""
        if other := self._of(name):
            return replace(other.function(name), is_elsewhere=True)
        here = super().function
        return self._first(lambda: here(name), lambda other: replace(other.function(name), is_elsewhere=True))

    def logged(self, function: Function, request_id: str, at: datetime, took: timedelta) -> list[Invocation]:
        """Return the log lines of one invocation."""
        other = self._of(function.arn)
        return (other.logged if other else super().logged)(function, request_id, at, took)

    def last_logged(self, function: Function) -> list[Invocation]:
        """Return the invocations of the last hours that the function's log tells of, newest first."""
        other = self._of(function.arn)
        return (other.last_logged if other else super().last_logged)(function)

    def queues(self) -> list[Queue]:
        """Return the queues, by name."""
        elsewhere = [replace(each, is_elsewhere=True) for other in self._others() for each in other.queues()]
        return sorted([*super().queues(), *elsewhere], key=lambda each: each.name)

    def queue(self, name: str) -> Queue:
        """Return one queue, by its name or its ARN."""
        if other := self._of(name):
            return replace(other.queue(name.rpartition(":")[2]), is_elsewhere=True)
        here = super().queue
        return self._first(lambda: here(name), lambda other: replace(other.queue(name), is_elsewhere=True))

    def rules(self) -> list[Rule]:
        """Return the rules of every bus, by name, without their targets."""
        elsewhere = [replace(each, is_elsewhere=True) for other in self._others() for each in other.rules()]
        return sorted([*super().rules(), *elsewhere], key=lambda each: (each.name, each.bus))

    def rule(self, bus: str, name: str) -> Rule:
        """Return one rule with its targets; ``bus`` may be an ARN."""
        if other := self._of(bus):
            return replace(other.rule(bus, name), is_elsewhere=True)
        here = super().rule
        return self._first(lambda: here(bus, name), lambda other: replace(other.rule(bus, name), is_elsewhere=True))

    def _first[T](self, here: Callable[[], T], there: Callable[[Stack], T]) -> T:
        """Return what is found first: a name without account and region may be of any.

        :raises NotFoundError: it is nowhere.
        """
        try:
            return here()
        except NotFoundError:
            for other in self._others():
                try:
                    return there(other)
                except NotFoundError:
                    continue
            raise
