"""Tell whether the end of a long history alone says what failed: what came before it may say otherwise.

Of an end, the events before it are missing. A Parallel or Map that was entered before it is not known as the one around
what it holds, and the way back from the state that ended the execution may lead out of it. So each step of that way is
looked at: it holds where its events are there, one after the other, and where the definition says that both states are
of one machine. From the first step that is missing, the definition says whether a Catch can still lead there.
"""

from __future__ import annotations

from collections import Counter
from functools import cached_property
from typing import TYPE_CHECKING

from localdev.executions.definition import TransitionKind
from localdev.executions.history import Status
from localdev.executions.origin import WaysBack, innermost, origin_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from localdev.executions.definition import Definition, Place, Transition
    from localdev.executions.events import Event
    from localdev.executions.history import History, Visit

_ENTERED = "StateEntered"
_EXITED = "StateExited"
_STARTED = "Started"
_ITERATION = "MapIteration"
_REDRIVEN = "ExecutionRedriven"
_CONTAINERS = ("Map", "Parallel")
_CLOSED_BY_FAILURE = ("Failed", "Aborted")


def says_what_failed(history: History, definition: Definition | None) -> bool:
    """Return whether all of a history would name the same origin as this end of it does.

    An execution that did not fail has no origin, whatever came before.
    """
    if history.is_whole or history.status not in {Status.FAILED, Status.RUNNING}:
        return True
    if definition is None or history.culprit is None:
        return False
    return End(history, definition).says_what_failed()


class End:
    """The end of a long history, and what it says for certain."""

    def __init__(self, history: History, definition: Definition) -> None:
        self._history = history
        self._definition = definition
        self._events: Mapping[int, Event] = {event.id: event for event in history.events}
        self._places = _places(definition)

    def says_what_failed(self) -> bool:
        """Return whether all of the history would name the same origin; an execution that runs has none yet."""
        if self._history.status is not Status.FAILED:
            return self._history.status is not Status.RUNNING
        found = self._origin
        return found is not None and found is origin_of(self._history, self._definition)

    def settled_states(self) -> frozenset[str]:
        """Return the names of the states of which all of the history would say the same.

        What fails at last is as grave as it can be; so is what was caught, but in a Map, where another item may have
        failed in it. What succeeds, with neither Retry nor Catch, has always done so.
        """
        smooth = {visit.state for visit in self.path if not self._can_recover(visit.state)}
        if not self.says_what_failed():
            return frozenset(smooth)
        origin = origin_of(self._history, self._definition)
        failed = [visit for visit in (origin, self._culprit) if visit is not None]
        return frozenset(
            smooth | {visit.state for visit in failed if visit.status is not Status.CAUGHT or self._is_at_top(visit)}
        )

    @cached_property
    def path(self) -> tuple[Visit, ...]:
        """The visits at the top that the end has the beginnings of."""
        return tuple(visit for visit in self._history.visits if self._is_at_top(visit))

    @cached_property
    def at_work(self) -> str | None:
        """Name of the state at the top that is at work; ``None`` where this end does not say for certain.

        A state at the top is entered when the one before it has been left. What a Parallel or Map holds may write
        events after that was left, but begins nothing: so the last event at the top counts, and without one, the state
        that all events are within, where anything has begun there.
        """
        if self._history.status is not Status.RUNNING:
            return None
        around: set[str] = set()
        has_begun = False
        for event in reversed(self._history.events):
            if not event.type.endswith((_ENTERED, _EXITED)) and not event.type.startswith(_ITERATION):
                continue
            name = event.text("name") or ""
            place = self._places.get(name)
            if place is None:
                return None
            if place.container is None and not event.type.startswith(_ITERATION):
                return name if event.type.endswith(_ENTERED) else None
            around.add(self._outermost(place).state.name)
            has_begun = has_begun or event.type.endswith((_ENTERED, _STARTED))
        return around.pop() if has_begun and len(around) == 1 else None

    def _outermost(self, place: Place) -> Place:
        """Return the state at the top that a state is or stands in."""
        while place.container is not None:
            place = self._places[place.container]
        return place

    @property
    def _culprit(self) -> Visit | None:
        """The visit that ended the execution."""
        return None if self._history.culprit is None else self._history.visits[self._history.culprit]

    def _is_at_top(self, visit: Visit) -> bool:
        """Return whether a visit stands in no Parallel or Map, by the history and by the definition."""
        place = self._places.get(visit.state)
        return not visit.frames and place is not None and place.container is None

    def _can_recover(self, state: str) -> bool:
        """Return whether a state may fail and the execution go on."""
        return any(self._places[state].state.source.get(key) for key in ("Retry", "Catch"))

    @cached_property
    def _origin(self) -> Visit | None:
        """Return the visit whose error made the execution fail; ``None`` where this end does not say for certain."""
        end = self._culprit
        # a redrive goes on with states that were entered before
        if end is None or any(event.type == _REDRIVEN for event in self._events.values()) or not self._ended_it(end):
            return None
        ways = WaysBack(self._definition)
        at, caught = end, None
        while at is end or ways.lead_on(at, caught):
            before = self._before(at)
            if before is None and not self._began(at) and self._can_be_caught_before(at.state, ways.handlers):
                return None
            if before is None:
                break
            if before.status is Status.CAUGHT:
                caught = before
            at = before
        return innermost(self._history, caught) if caught else end

    def _ended_it(self, visit: Visit) -> bool:
        """Return whether the execution's last event comes from a visit, and its container did nothing in between."""
        way = self._way(self._history.events[-1], visit.entered)
        if way is None or visit.state not in self._places:
            return False
        outermost = self._history.visits[visit.frames[0].container] if visit.frames else visit
        if self._is_at_top(outermost):
            return True
        closes = all(event.type.endswith(_CLOSED_BY_FAILURE) for event in way if event.type.startswith(_CONTAINERS))
        return closes and visit.exited is None and not any(event.type.endswith(_EXITED) for event in way)

    def _before(self, visit: Visit) -> Visit | None:
        """Return the visit that a visit was entered from, where both are of one machine and nothing is missing."""
        left = self._events.get(self._events[visit.entered].previous)
        if visit.previous is None or left is None:
            return None
        before = self._history.visits[visit.previous]
        one, other = self._places.get(visit.state), self._places.get(before.state)
        is_step = before.exited == left.id and left.text("name") == before.state and visit.frames == before.frames
        if one is None or other is None or not is_step or self._way(left, before.entered) is None:
            return None
        return before if (one.container, one.branch) == (other.container, other.branch) else None

    def _began(self, visit: Visit) -> bool:
        """Return whether a visit is the first of its branch or item, all of which is in this end."""
        if not visit.frames or visit.previous is not None or self._events[visit.entered].previous not in self._events:
            return False
        place, container = self._places.get(visit.state), self._history.visits[visit.frames[-1].container]
        return place is not None and place.container == container.state

    def _way(self, event: Event, first: int) -> list[Event] | None:
        """Return the events between one and an earlier one that it follows; ``None`` where one is missing."""
        way: list[Event] = []
        at = event.previous
        while at != first:
            found = self._events.get(at)
            if found is None or at < first:
                return None
            way.append(found)
            at = found.previous
        return way

    def _can_be_caught_before(self, state: str, handlers: frozenset[str]) -> bool:
        """Return whether a state's error can lead to a state, through none but states that handle errors."""
        ways: dict[str, list[Transition]] = {}
        for way in self._definition.transitions():
            ways.setdefault(way.target, []).append(way)
        seen: set[str] = set()
        todo = [state]
        while todo:
            name = todo.pop()
            if name in seen:
                continue
            seen.add(name)
            if any(way.kind is TransitionKind.CATCH for way in ways.get(name, ())):
                return True
            todo += [way.source for way in ways.get(name, ()) if way.source in handlers]
        return False


def _places(definition: Definition) -> dict[str, Place]:
    """Return the places of states by name; of names that two states have, none."""
    places = list(definition.walk())
    times = Counter(place.state.name for place in places)
    return {place.state.name: place for place in places if times[place.state.name] == 1}
