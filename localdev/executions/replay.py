"""Turn events into visits: follow ``previousEventId`` through a history.

The order of events says nothing about the way taken: branches and iterations write in turns. What an event belongs to
follows from the *position* that its previous event left: a branch or iteration, and the visit last seen there. Where an
event names its state, the name is looked for from that position outwards, since what closes a Parallel or Map may point
at any event inside of it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from operator import itemgetter
from typing import TYPE_CHECKING, Final, NamedTuple

from localdev.executions.family import child_of
from localdev.executions.history import Attempt, Failure, Frame, History, Iteration, Status, Visit
from localdev.executions.invocations import function_of, request_id_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from localdev.executions.events import Event

_ENTERED: Final = "StateEntered"
_EXITED: Final = "StateExited"
_TERMINAL: Final = {
    "ExecutionSucceeded": Status.SUCCEEDED,
    "ExecutionFailed": Status.FAILED,
    "ExecutionTimedOut": Status.TIMED_OUT,
    "ExecutionAborted": Status.ABORTED,
}
_CUT_OFF: Final = {
    Status.TIMED_OUT: Status.TIMED_OUT,
    Status.FAILED: Status.ABORTED,
    Status.ABORTED: Status.ABORTED,
    Status.SUCCEEDED: Status.ABORTED,
}
_STOPPED: Final = {Status.ABORTED, Status.TIMED_OUT}
_ITERATION_STARTED: Final = "MapIterationStarted"
_ITERATION: Final = {
    _ITERATION_STARTED: Status.RUNNING,
    "MapIterationSucceeded": Status.SUCCEEDED,
    "MapIterationFailed": Status.FAILED,
    "MapIterationAborted": Status.ABORTED,
}
_CONTAINERS: Final = ("Parallel", "Map")
_TASKS: Final = ("LambdaFunction", "Task", "Activity")
_MAP_RUN: Final = ("MapRunStarted", "MapRunSucceeded", "MapRunFailed", "MapRunAborted")
_TIMEOUT: Final = "States.Timeout"


def read_history(events: Iterable[Event]) -> History:
    """Return what the events of one execution, all of them and in any order, say that its states did.

    Those that come in their order are read as they come.
    """
    replay = _Replay()
    taken: list[Event] = []
    last = -math.inf
    for event in (coming := iter(events)):
        if event.id <= last:
            return read_history(_in_order([*taken, event, *coming]))
        replay.take(event)
        taken.append(event)
        last = event.id
    return replay.history(tuple(taken))


def ends_an_execution(event: Event) -> bool:
    """Return whether an event is the last one of its execution, unless that is redriven."""
    return event.type in _TERMINAL


def _in_order(events: Iterable[Event]) -> Iterable[Event]:
    """Return events by id; the same event twice is one."""
    return sorted({event.id: event for event in events}.values(), key=itemgetter(0))


class _Position(NamedTuple):
    """Point at which an event leaves its branch or iteration."""

    frames: tuple[Frame, ...] = ()
    visit: int | None = None
    opens: bool = False
    """Whether what comes next is the beginning of one of the visit's branches."""


_SOMEWHERE: Final = _Position()
"""Where an event is whose visit is not known: the end of a history lacks what it began with."""

type _Handler = Callable[[Event, _Position], _Position]


def _unknown(event: Event, position: _Position) -> _Position:
    """Return what is not known changes nothing."""
    del event
    return position


@dataclass
class _Visit:
    """A visit while it is being put together."""

    index: int
    entered: Event
    frames: tuple[Frame, ...]
    previous: int | None
    exited: Event | None = None
    attempts: list[Attempt] = field(default_factory=list)
    failure: Failure | None = None
    failed_by: int | None = None
    """The visit inside of it whose failure is its own."""
    closed: datetime | None = None
    """When it was cut off."""
    is_cut_off: bool = False
    """Whether a failure beside it did that, whatever it had tried before."""
    has_ended_others: bool = False
    """Whether its failure cut off what ran beside it."""
    rounds: int = 0
    redrives: int = 0
    round_began: list[datetime] = field(default_factory=list)
    branches: int = 0
    iterations: dict[tuple[int, int], Iteration] = field(default_factory=dict)
    items: int | None = None
    map_run_arn: str | None = None
    state: str = field(init=False)
    type: str = field(init=False)

    def __post_init__(self) -> None:
        self.state = self.entered.text("name") or "?"
        self.type = self.entered.type.removesuffix(_ENTERED)

    @property
    def is_open(self) -> bool:
        return self.exited is None and self.closed is None


class _Replay:
    """Takes events in the order of their ids."""

    def __init__(self) -> None:
        self._visits: list[_Visit] = []
        self._last_within: dict[Frame, int] = {}
        """The visit entered last in each branch and iteration."""
        self._cut_off: list[_Visit] = []
        """Each Parallel and Map that a failure beside it has cut off: what it holds follows."""
        self._cut_off_item: Frame | None = None
        """The iteration that was cut off last: its state follows."""
        self._positions: dict[int, _Position] = {0: _Position()}
        self._started: Event | None = None
        self._end: Event | None = None
        self._culprit: int | None = None
        self._redriven: tuple[int, ...] = ()
        """What a redrive goes on with, the innermost first, until a state is entered."""
        self._remarks: list[str] = []
        self._handlers: dict[str, _Handler] = {
            "ExecutionStarted": self._execution_started,
            "ExecutionRedriven": self._execution_redriven,
            "EvaluationFailed": self._evaluation_failed,
            **dict.fromkeys(_TERMINAL, self._execution_ended),
            **dict.fromkeys(_ITERATION, self._iteration),
            **dict.fromkeys(_MAP_RUN, self._map_run),
            **{f"{kind}StateStarted": self._container_started for kind in _CONTAINERS},
            **{f"{kind}StateSucceeded": self._container_succeeded for kind in _CONTAINERS},
            **{f"{kind}StateFailed": self._container_failed for kind in _CONTAINERS},
        }

    def take(self, event: Event) -> None:
        """Take one more event."""
        position = self._positions.get(event.previous)
        if position is None:
            self._remarks.append(f"Event {event.id} follows event {event.previous}, which is missing.")
            position = _Position()
        handler = self._handlers.get(event.type)
        if handler is None:
            handler = self._handlers[event.type] = self._handler(event.type)
        self._positions[event.id] = handler(event, position)

    def _handler(self, kind: str) -> _Handler:
        if kind.endswith(_ENTERED):
            return self._entered
        if kind.endswith(_EXITED):
            return self._exited
        if kind.endswith("StateAborted"):
            return self._aborted
        return self._attempt if kind.startswith(_TASKS) else _unknown

    # states

    def _entered(self, event: Event, position: _Position) -> _Position:
        if self._redriven and (again := self._entered_again(event)) is not None:
            return _Position(again.frames, again.index, opens=again.type == "Parallel")
        frames, previous = position.frames, position.visit
        if position.opens and position.visit is not None:
            container = self._visits[position.visit]
            frames = (*container.frames, Frame(container.index, container.branches, max(container.rounds, 1)))
            container.branches += 1
            previous = None
        elif previous is not None and self._visits[previous].exited is None:
            previous = None
        visit = _Visit(len(self._visits), event, frames, previous)
        self._visits.append(visit)
        if frames:
            self._last_within[frames[-1]] = visit.index
        # on some engines the branches follow the state's entry, on others the start of its work
        return _Position(frames, visit.index, opens=visit.type == "Parallel")

    def _entered_again(self, event: Event) -> _Visit | None:
        """Return the visit that a redrive goes on with, where the engine enters its state anew."""
        redriven, self._redriven = self._redriven, ()
        visits = (self._visits[index] for index in redriven)
        return next((each for each in visits if each.state == event.text("name") and each.exited is None), None)

    def _exited(self, event: Event, position: _Position) -> _Position:
        visit = self._named(position, event.text("name"))
        if visit is None:
            self._remarks.append(f"Event {event.id} leaves the state {event.text('name')!r}, which was not entered.")
            return _SOMEWHERE
        visit.exited = event
        return _Position(visit.frames, visit.index)

    def _aborted(self, event: Event, position: _Position) -> _Position:
        beside = self._cut_off_beside(position, event.type.removesuffix("StateAborted"))
        failed = self._at(position)
        visit = beside or failed
        if visit is None:
            return position
        if beside is not None:
            beside.is_cut_off = True
            if failed is not None:
                failed.has_ended_others = True
            if beside.type in _CONTAINERS:
                self._cut_off.append(beside)
        if visit.is_open:
            visit.closed = event.at
        return _Position(visit.frames, visit.index)

    def _cut_off_beside(self, position: _Position, kind: str) -> _Visit | None:
        """Return the state that a failure beside it, or beside what it is in, has cut off.

        Its event names no state, and follows what failed. One that follows its own state is of none beside it.
        """
        failed = self._at(position)
        if failed is None or (failed.type == kind and failed.failure is None):
            return None
        visits = (
            self._visits[self._last_within[frame]] for frame in self._beside(position) if frame in self._last_within
        )
        return next((visit for visit in visits if visit is not failed and visit.is_open and visit.type == kind), None)

    def _beside(self, position: _Position) -> Iterable[Frame]:
        """Yield the iterations and branches that may be cut off next."""
        if self._cut_off_item is not None:
            yield self._cut_off_item
        for visit in reversed(self._cut_off):
            yield from (Frame(visit.index, index, max(visit.rounds, 1)) for index in range(visit.branches))
        for frame in reversed(position.frames):
            branches = range(self._visits[frame.container].branches)
            yield from (Frame(frame.container, index, frame.round) for index in branches)

    def _forget_cut_off(self) -> None:
        self._cut_off, self._cut_off_item = [], None

    def _evaluation_failed(self, event: Event, position: _Position) -> _Position:
        visit = self._named(position, event.text("state")) or self._at(position)
        if visit is not None:
            visit.failure = _failure(event)
            return _Position(visit.frames, visit.index)
        return position

    # tasks

    def _attempt(self, event: Event, position: _Position) -> _Position:
        visit = self._at(position)
        if visit is None:
            return position
        what = next(event.type.removeprefix(prefix) for prefix in _TASKS if event.type.startswith(prefix))
        if what == "Scheduled" or not visit.attempts:
            visit.attempts.append(_scheduled(event, len(visit.attempts) + 1))
            visit.failure = None
        last = visit.attempts[-1]
        if what == "Succeeded":
            visit.attempts[-1] = replace(
                last,
                ended=event.at,
                status=Status.SUCCEEDED,
                output=event.text("output"),
                request_id=request_id_of(event) or last.request_id,
                child=child_of(event) or last.child,
            )
        elif what == "Submitted":
            visit.attempts[-1] = replace(last, request_id=request_id_of(event), child=child_of(event))
        elif what.endswith(("Failed", "TimedOut")):
            visit.failure = _failure(event)
            visit.attempts[-1] = replace(
                last,
                ended=event.at,
                status=Status.FAILED,
                failure=visit.failure,
                request_id=request_id_of(event) or last.request_id,
            )
        return position._replace(visit=visit.index, opens=False)

    # Parallel and Map

    def _container_started(self, event: Event, position: _Position) -> _Position:
        visit = self._container(position, event.type.removesuffix("StateStarted"))
        if visit is None:
            return _SOMEWHERE
        visit.rounds += 1
        visit.round_began.append(event.at)
        visit.branches = 0
        visit.items = event.number("length")
        visit.failure = visit.failed_by = None
        return _Position(visit.frames, visit.index, opens=visit.type == "Parallel")

    def _container_succeeded(self, event: Event, position: _Position) -> _Position:
        visit = self._container(position, event.type.removesuffix("StateSucceeded"))
        return _SOMEWHERE if visit is None else _Position(visit.frames, visit.index)

    def _container_failed(self, event: Event, position: _Position) -> _Position:
        self._forget_cut_off()
        visit = self._container(position, event.type.removesuffix("StateFailed"))
        if visit is None:
            return position
        inner = self._at(position)
        if inner is not None and inner is not visit:
            self._fail(inner, _failure(event))
            visit.failed_by = inner.index
        self._fail(visit, inner.failure if inner is not None and inner.failure else _failure(event))
        return _Position(visit.frames, visit.index)

    def _iteration(self, event: Event, position: _Position) -> _Position:
        name, index = event.text("name"), event.number("index")
        # several Maps of a name may be at work: where one is cut off, it is said before its iterations are
        cut_off = next((visit for visit in reversed(self._cut_off) if visit.state == name), None)
        container = cut_off or self._named(position, name)
        if container is None or index is None:
            return _SOMEWHERE if event.type == _ITERATION_STARTED else position
        turn = max(container.rounds, 1)
        own = Frame(container.index, index, turn)
        frames = position.frames if position.frames[-1:] == (own,) else (*container.frames, own)
        status = _ITERATION[event.type]
        container.iterations[turn, index] = Iteration(index, status, turn)
        if status is Status.ABORTED:
            self._cut_off_item = own
        else:
            self._forget_cut_off()
        if status is Status.RUNNING:
            return _Position(frames)
        inner = self._at(position)
        if status is Status.FAILED and inner is not None and inner.frames == frames:
            self._fail(inner, _failure(event))
        return _Position(frames, position.visit)

    def _map_run(self, event: Event, position: _Position) -> _Position:
        visit = self._container(position, "Map")
        if visit is None:
            return position
        visit.map_run_arn = event.text("mapRunArn") or visit.map_run_arn
        if event.type == "MapRunFailed":
            visit.failure = _failure(event)
        return _Position(visit.frames, visit.index)

    # the execution

    def _execution_started(self, event: Event, position: _Position) -> _Position:
        self._started = event
        return position

    def _execution_ended(self, event: Event, position: _Position) -> _Position:
        self._end = event
        if event.type == "ExecutionFailed":
            self._blame(position, _failure(event))
        return position

    def _execution_redriven(self, event: Event, position: _Position) -> _Position:
        """Resume the execution where it had failed."""
        failed = self._culprit
        self._end = self._culprit = None
        del event
        if failed is None:
            return position
        visit = self._visits[failed]
        self._redriven = (failed, *(frame.container for frame in visit.frames))
        for index in self._redriven:
            self._visits[index].failure = self._visits[index].failed_by = None
            self._visits[index].redrives += 1
        return _Position(visit.frames, failed)

    def _blame(self, position: _Position, failure: Failure) -> None:
        visit = self._at(position)
        if visit is None:
            return
        while visit.exited is not None and visit.frames:
            visit = self._visits[visit.frames[-1].container]
        self._fail(visit, failure)
        while visit.failed_by is not None:
            visit = self._visits[visit.failed_by]
            self._fail(visit, failure)
        self._culprit = visit.index
        for frame in reversed(visit.frames):
            self._fail(self._visits[frame.container], failure)

    def _fail(self, visit: _Visit, failure: Failure) -> None:
        """Take a failure: one that names no error leaves what is known; one that does fills in what is not."""
        if visit.exited is None and (visit.failure is None or (visit.failure.error is None and failure.error)):
            visit.failure = failure

    # finding

    def _at(self, position: _Position) -> _Visit | None:
        return None if position.visit is None else self._visits[position.visit]

    def _outwards(self, position: _Position) -> Iterable[_Visit]:
        at = self._at(position)
        if at is not None:
            yield at
        for frame in reversed(position.frames):
            yield self._visits[frame.container]

    def _named(self, position: _Position, name: str | None) -> _Visit | None:
        for visit in self._outwards(position):
            if visit.state == name and visit.exited is None:
                return visit
        if self._started is None:
            # of the end of a history it may be another one, entered before that
            return None
        return next((visit for visit in reversed(self._visits) if visit.state == name and visit.exited is None), None)

    def _container(self, position: _Position, kind: str) -> _Visit | None:
        """Return the Parallel or Map that an event without a name is about: the innermost that has not ended."""
        around = [visit for visit in self._outwards(position) if visit.type == kind and visit.exited is None]
        at_work = (visit for visit in around if visit.failure is None)
        return next(at_work, around[0] if around else None)

    # the result

    def history(self, events: tuple[Event, ...]) -> History:
        """Return what has been taken, made whole."""
        status = Status.RUNNING if self._end is None else _TERMINAL[self._end.type]
        failure = _failure(self._end) if self._end is not None and status is not Status.SUCCEEDED else None
        return History(
            status=status,
            events=events,
            visits=tuple(self._finished(visit, status) for visit in self._visits),
            input=self._started.text("input") if self._started else None,
            output=self._end.text("output") if self._end else None,
            failure=failure,
            culprit=self._culprit,
            visit_of={event.id: visit for event in events if (visit := self._owner(event)) is not None},
            remarks=tuple(self._remarks),
        )

    def _owner(self, event: Event) -> int | None:
        return None if event.type.startswith("Execution") else self._positions[event.id].visit

    def _finished(self, visit: _Visit, status: Status) -> Visit:
        own = self._status(visit, status)
        return Visit(
            index=visit.index,
            state=visit.state,
            type=visit.type,
            frames=visit.frames,
            previous=visit.previous,
            entered=visit.entered.id,
            exited=visit.exited.id if visit.exited else None,
            at=visit.entered.at,
            ended=self._ended(visit, own),
            status=own,
            input=visit.entered.text("input"),
            output=visit.exited.text("output") if visit.exited else None,
            attempts=tuple([_cut_off(attempt, own) for attempt in visit.attempts]) if visit.attempts else (),
            failure=visit.failure,
            rounds=max(visit.rounds, 1),
            redrives=visit.redrives,
            iterations=_iterations(visit, own) if visit.iterations else (),
            items=visit.items,
            map_run_arn=visit.map_run_arn,
            assigned=_assigned(visit.exited),
        )

    def _status(self, visit: _Visit, status: Status) -> Status:
        if visit.exited is not None:
            return Status.CAUGHT if visit.failure else Status.SUCCEEDED
        if visit.is_cut_off:
            return Status.ABORTED
        failed = visit.failure is not None or visit.type == "Fail"
        if failed and self._gone_on(visit) is not None:
            return Status.CAUGHT
        if failed and (status is not Status.RUNNING or visit.type == "Fail"):
            # one that was to be tried again is no failure of an execution that was stopped, or timed out, before
            return Status.FAILED if status not in _STOPPED or self._failed_for_good(visit) else _CUT_OFF[status]
        if visit.closed or self._gone_on(visit) or self._around_failed(visit):
            return Status.ABORTED
        return Status.RUNNING if status is Status.RUNNING else _CUT_OFF[status]

    def _gone_on(self, visit: _Visit) -> datetime | None:
        """Return when a state around the visit went on without it: left, or started its next round."""
        for frame in reversed(visit.frames):
            container = self._visits[frame.container]
            if container.exited is not None:
                return container.exited.at
            if container.rounds > frame.round:
                return container.round_began[frame.round]
        return None

    def _failed_for_good(self, visit: _Visit) -> bool:
        """Return whether a visit that failed was not to be tried again: what it is in has ended by it."""
        return visit.type == "Fail" or visit.has_ended_others or self._around_failed(visit) or self._item_failed(visit)

    def _item_failed(self, visit: _Visit) -> bool:
        items = (self._visits[each.container].iterations.get((each.round, each.index)) for each in visit.frames[-1:])
        return any(item is not None and item.status is Status.FAILED for item in items)

    def _around_failed(self, visit: _Visit) -> bool:
        return any(self._visits[frame.container].failure for frame in visit.frames)

    def _ended(self, visit: _Visit, status: Status) -> datetime | None:
        if visit.exited is not None:
            return visit.exited.at
        if status is Status.RUNNING:
            return None
        if visit.type == "Fail":
            return visit.entered.at
        if visit.failure is not None and status in {Status.FAILED, Status.CAUGHT}:
            return visit.failure.at
        return visit.closed or self._gone_on(visit) or (self._end.at if self._end else None)


def _iterations(visit: _Visit, own: Status) -> tuple[Iteration, ...]:
    return tuple([_ended_with(visit.iterations[key], own) for key in sorted(visit.iterations)])


def _assigned(exited: Event | None) -> dict[str, str]:
    variables = exited.details.get("assignedVariables") if exited else None
    if not isinstance(variables, Mapping):
        return {}
    return {str(name): value for name, value in variables.items() if isinstance(value, str)}


def _scheduled(event: Event, number: int) -> Attempt:
    return Attempt(
        number=number,
        scheduled=event.id,
        at=event.at,
        ended=None,
        status=Status.RUNNING,
        resource=_resource(event),
        function=function_of(event),
        request_id=None,
        input=event.text("input") or event.text("parameters"),
        output=None,
    )


def _resource(event: Event) -> str | None:
    kind, resource = event.text("resourceType"), event.text("resource")
    return f"{kind}:{resource}" if kind and resource else resource


def _cut_off(attempt: Attempt, visit_status: Status) -> Attempt:
    if attempt.status is Status.RUNNING and visit_status is not Status.RUNNING:
        return replace(attempt, status=visit_status)
    return attempt


def _ended_with(iteration: Iteration, visit_status: Status) -> Iteration:
    if iteration.status is Status.RUNNING and visit_status is not Status.RUNNING:
        return replace(iteration, status=Status.ABORTED)
    return iteration


def _failure(event: Event) -> Failure:
    error = event.text("error") or (_TIMEOUT if event.type.endswith("TimedOut") else None)
    return Failure(error, event.text("cause"), event.at)
