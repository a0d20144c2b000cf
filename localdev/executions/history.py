"""Describe what each state of an execution did.

One *visit* is one time that a state was entered: a loop visits a state again, a Map visits its states once for each
item. Iterations and branches are kept apart by their *frames*.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from datetime import datetime, timedelta

    from localdev.executions.events import Event


class Status(StrEnum):
    """Status of an execution, a visit or an attempt. An execution is never ``CAUGHT``."""

    RUNNING = "RUNNING"
    SUCCEEDED = "SUCCEEDED"
    CAUGHT = "CAUGHT"
    """It failed, and the failure was handled: by its own Catch, or by a Catch or Retry of a state around it."""
    FAILED = "FAILED"
    TIMED_OUT = "TIMED_OUT"
    """The execution's time was up; said of the states that were at work as well."""
    ABORTED = "ABORTED"
    """Cut off: the execution was stopped, or a neighbouring branch or iteration failed."""


@dataclass(frozen=True)
class Failure:
    """Failure with its error and cause. ``error`` is ``None`` where the history does not name it."""

    error: str | None
    cause: str | None
    at: datetime


# An Attempt and a Visit are not frozen, though nothing changes them: a history has ten thousand, and each field of what
# is frozen is set by a call of its own, which takes seven times as long.


@dataclass
class Attempt:
    """One try of a Task: a function's invocation, a service's call, an activity."""

    number: int
    """Counted from 1."""
    scheduled: int
    """The id of its first event."""
    at: datetime
    ended: datetime | None
    status: Status
    resource: str | None
    """A function's or activity's ARN, or an integration such as ``lambda:invoke``."""
    function: str | None
    """The name or ARN of the function that was invoked, if it was one."""
    request_id: str | None
    """The invocation's, where the history gives it: see :func:`localdev.executions.invocations.request_id_of`."""
    input: str | None
    output: str | None
    failure: Failure | None = None
    child: str | None = None
    """The ARN of the execution that it started, if it started one."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One branch or iteration of one visit of a Parallel or Map."""

    container: int
    """The index of the container's visit."""
    index: int
    """The iteration's index; a branch's number, in the order in which branches were started."""
    round: int = 1
    """Counted from 1: a container that is retried runs all of its branches again."""


@dataclass(frozen=True, slots=True)
class Iteration:
    """One item of a Map."""

    index: int
    status: Status
    round: int = 1


@dataclass
class Visit:
    """One time that a state was entered."""

    index: int
    """Its place among the history's visits."""
    state: str
    type: str
    frames: tuple[Frame, ...]
    """The branches and iterations it stands in, outermost first; none at the top."""
    previous: int | None
    """The visit it was entered from, in the same branch or iteration; ``None`` where that begins."""
    entered: int
    """The id of the event."""
    exited: int | None
    """The id of the event; ``None`` while at work, and for ever where it failed or was cut off."""
    at: datetime
    ended: datetime | None
    status: Status
    input: str | None
    output: str | None
    attempts: tuple[Attempt, ...] = ()
    failure: Failure | None = None
    """The last failure, whether it was caught or not; not one that a later attempt made good."""
    rounds: int = 1
    """How often a Parallel or Map was started: more than once when it was retried or redriven."""
    redrives: int = 0
    """How often the execution was redriven from here, or from within."""
    iterations: tuple[Iteration, ...] = ()
    items: int | None = None
    """How many items a Map has, the ones that were not started included, where the history says."""
    map_run_arn: str | None = None
    """A distributed Map's: its items are executions of their own."""
    assigned: Mapping[str, str] = field(default_factory=dict)
    """The workflow variables that it assigned when it was left, each as JSON."""

    @property
    def retries(self) -> int:
        """Return how many tries came after the first, without those that a person has asked for."""
        return max(max(len(self.attempts), self.rounds) - 1 - self.redrives, 0)

    @property
    def duration(self) -> timedelta | None:
        """Time from entered to exited or cut off; ``None`` while at work."""
        return None if self.ended is None else self.ended - self.at


@dataclass(frozen=True)
class Step:
    """Transition from one visited state to another of the same machine, or, without a source, from the start."""

    source: str | None
    target: str
    caught: bool
    """Whether the source's failure led there."""


@dataclass(frozen=True)
class History:
    """A whole execution, so far."""

    status: Status
    events: tuple[Event, ...]
    visits: tuple[Visit, ...]
    """In the order in which they were entered."""
    input: str | None = None
    output: str | None = None
    failure: Failure | None = None
    """Why it did not succeed; ``None`` while it runs and when it did."""
    culprit: int | None = None
    """The visit whose failure ended it: the innermost, where it was inside of a Parallel or Map."""
    visit_of: Mapping[int, int] = field(default_factory=dict)
    """The index of the visit that an event belongs to, by the event's id; none for the execution's own events."""
    remarks: tuple[str, ...] = ()
    """What could not be made sense of, a sentence each."""
    injected: Mapping[int, str] = field(default_factory=dict)
    """What a test has put in place of the real thing, ``mocked: return`` or ``fault: throttle``, by its event's id."""

    def injected_into(self, visits: Collection[Visit]) -> list[str]:
        """Return what was injected into some visits, each once."""
        wanted = {visit.index for visit in visits}
        return list(dict.fromkeys(text for event, text in self.injected.items() if self.visit_of.get(event) in wanted))

    def visits_of(self, state: str) -> Iterator[Visit]:
        """Return every visit of a state, in order."""
        return (visit for visit in self.visits if visit.state == state)

    def request_ids(self) -> frozenset[str]:
        """Return those of every invocation that the history names."""
        ids = (attempt.request_id for visit in self.visits for attempt in visit.attempts)
        return frozenset(request_id for request_id in ids if request_id is not None)

    def path(self) -> tuple[Visit, ...]:
        """Return the visits at the top: the path without what happened inside of Parallel and Map."""
        return tuple(visit for visit in self.visits if not visit.frames)

    @property
    def is_whole(self) -> bool:
        """Return whether it begins with the execution's first event; else only its end was read."""
        return not self.events or self.events[0].id == 1

    def steps(self, only: Collection[int] | None = None) -> Counter[Step]:
        """Return every step taken at every depth, and how often; of certain visits alone where ``only`` names them."""
        counted = self.visits if only is None else [visit for visit in self.visits if visit.index in only]
        ways = Counter(self._way(visit) for visit in counted if visit.previous is not None or not visit.frames)
        return Counter({Step(*way): times for way, times in ways.items()})

    def _way(self, visit: Visit) -> tuple[str | None, str, bool]:
        if visit.previous is None:
            return None, visit.state, False
        source = self.visits[visit.previous]
        return source.state, visit.state, source.status is Status.CAUGHT
