"""Make the pages' content from what was read."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from localdev.console.item_letters import counts_of, letters_of
from localdev.console.shown import mark_class
from localdev.console.single_states import can_be_tested, role_of
from localdev.console.timeline import ticks, timeline
from localdev.executions.graph import Mark, graph_of, mark_of
from localdev.executions.history import Status
from localdev.executions.items import ChosenItem, inside, items_of, without_others
from localdev.executions.limits import limit_of_execution, limit_of_visit
from localdev.executions.origin import origin_of
from localdev.executions.rules import rules_of, variables_before
from localdev.executions.text import failure_text
from localdev.executions.tokens import waiting_task

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import timedelta

    from localdev.console.details import ExecutionDetails
    from localdev.console.timeline import TimelineRow
    from localdev.executions.definition import Place, State
    from localdev.executions.history import Frame, History, Visit
    from localdev.executions.items import Item
    from localdev.executions.records import Execution
    from localdev.executions.rules import Rule
    from localdev.executions.tokens import WaitingTask

_STRIP: Final = 12
_ITEM: Final = re.compile(r"(\d{1,7})\.(\d{1,7})")
_AWS_CONSOLES: Final = {
    "aws": "console.aws.amazon.com",
    "aws-cn": "console.amazonaws.cn",
    "aws-us-gov": "console.amazonaws-us-gov.com",
}
"""By the partition of an ARN."""
_MOST_CHOICES: Final = 100
_GRAVE: Final = {Mark.FAILED, Mark.TIMED_OUT}


@dataclass(frozen=True)
class StateView:
    """One state, at one of its visits."""

    name: str
    type: str
    comment: str | None
    visits: tuple[Visit, ...]
    visit: Visit | None
    mark: str
    failure: str | None
    """Error and cause of the visit; of a Fail state, its own."""
    items: tuple[Item, ...] = ()
    """Those of the visit of a Map, or the branches of a Parallel's."""
    definition: str | None = None
    """The state as it is written."""
    rules: tuple[Rule, ...] = ()
    """Of a Choice."""
    variables: Mapping[str, str] = field(default_factory=dict)
    """What it could read, each as JSON."""
    waiting: WaitingTask | None = None
    """What it waits for."""
    limit: str | None = None
    """Which limit it passed, where it timed out."""
    injected: str = ""
    """What a test has put in place of the real thing at the visit."""
    child: str | None = None
    """The execution that it started, where the visit failed."""
    elsewhere: Visit | None = None
    """The distributed Map around it, whose items are executions of their own."""
    from_here: str | None = None
    """How it can be run again from here: ``redrive`` the execution, or ``test`` the state alone."""
    maps: frozenset[int] = frozenset()
    """The indexes of the visits of Maps that its visits are in."""
    depth: int = 0
    """How many Maps around it need no mention: one of their items is looked at."""

    @property
    def tabs(self) -> list[tuple[str, str]]:
        """The tabs that have something to show, as key and title, in order."""
        visit = self.visit
        attempts = visit.attempts if visit else ()
        has = {
            "rules": self.rules,
            "items": self.items,
            "input": visit,
            "sent": attempts,
            "output": visit,
            "variables": self.variables or (visit and visit.assigned),
            "definition": self.definition,
            "attempts": attempts,
            "logs": any(attempt.function for attempt in attempts),
        }
        return [(key, key.capitalize()) for key, shown in has.items() if shown]

    @property
    def first_tab(self) -> str:
        """The tab that is open unless another one was chosen."""
        keys = [key for key, _ in self.tabs]
        return next((key for key in ("logs", "rules", "items", "input") if key in keys), "definition")

    @cached_property
    def choices(self) -> list[Visit]:
        """The visits to choose from: what failed first, then by item; of very many the first and what is looked at."""

        def rank(visit: Visit) -> tuple[bool, list[int], int]:
            return mark_of(visit) not in _GRAVE, [frame.index for frame in visit.frames], visit.index

        first = sorted(self.visits, key=rank)[:_MOST_CHOICES]
        if self.visit is None or any(each.index == self.visit.index for each in first):
            return first
        return [*first, self.visit]

    @property
    def item_letters(self) -> str:
        """A letter for the status of each item of a Map, or of each branch of a Parallel: see items.js."""
        return letters_of(item.status for item in self.items)

    @property
    def item_counts(self) -> list[tuple[str, str, int]]:
        """Letter, word and number of each status that items have, the gravest first."""
        return counts_of(item.status for item in self.items)

    @property
    def number(self) -> int:
        """Number of the visit that is looked at, counted from 1."""
        return self._numbers.get(self.visit.index, 1) if self.visit else 1

    @cached_property
    def _numbers(self) -> dict[int, int]:
        return {visit.index: number for number, visit in enumerate(self.visits, 1)}

    @property
    def item_key(self) -> str | None:
        """Name the innermost item that the visit is of, in an address."""
        if self.visit is None or not self.visit.frames:
            return None
        frame = self.visit.frames[-1]
        return f"{frame.container}.{frame.index}"

    def neighbour(self, step: int) -> int | None:
        """Return the index of the visit before or after the one that is looked at."""
        at = self.number - 1 + step
        return self.visits[at].index if 0 <= at < len(self.visits) else None

    def label(self, visit: Visit, history: History) -> str:
        """Return what tells one visit from the others: the item of a Map, or which time it was."""
        number, count = self._rounds[visit.index]
        maps = [f"{history.visits[frame.container].state} {frame.index}" for frame in _in_maps(visit, history)]
        rounds = [f"#{number}"] if count > 1 else []
        return " · ".join([*maps[self.depth :], *rounds]) or f"#{number}"

    def item_of(self, history: History) -> tuple[str, str] | None:
        """Return key and name of the innermost item of a Map that the visit is of."""
        frames = _in_maps(self.visit, history) if self.visit else []
        if not frames:
            return None
        frame = frames[-1]
        return f"{frame.container}.{frame.index}", f"{history.visits[frame.container].state} {frame.index}"

    @cached_property
    def _rounds(self) -> dict[int, tuple[int, int]]:
        """Of each visit, which one of its item it is, and of how many."""
        of_item: dict[tuple[tuple[int, int], ...], list[int]] = {}
        for visit in self.visits:
            item = tuple((frame.container, frame.index) for frame in visit.frames if frame.container in self.maps)
            of_item.setdefault(item, []).append(visit.index)
        return {
            index: (number, len(indexes)) for indexes in of_item.values() for number, index in enumerate(indexes, 1)
        }


@dataclass(frozen=True)
class ExecutionView:
    """The page of one execution."""

    details: ExecutionDetails
    state: StateView | None
    timeline: tuple[TimelineRow, ...]
    ticks: tuple[timedelta, ...]
    """Times since the start, evenly along the timeline."""
    spare_rows: int
    """How many states have not been reached: rows kept free, so that nothing moves when they are."""
    strip: tuple[tuple[str, str], ...]
    """The way taken: name and mark of each state, the middle of a long way left out."""
    graph_json: str
    seen: str
    """Names what this view shows: another one is shown where it differs."""
    item: ItemView | None = None
    """The one item that is looked at, where one was chosen."""
    origin: StateView | None = None
    """The state whose error made the execution fail, where that is not the one it ended in."""
    limit: str | None = None
    """Which limit it passed, where it timed out."""
    failed: StateView | None = None
    """The state that led to the failure, with what it started, be it an execution or a Map run."""


@dataclass(frozen=True)
class ItemView:
    """One item of a Map, or one branch of a Parallel."""

    chosen: ChosenItem
    container: Visit
    status: Status | None
    count: int
    """How many there are."""

    @property
    def key(self) -> str:
        """Name it in an address."""
        return f"{self.chosen.container}.{self.chosen.index}"

    @property
    def noun(self) -> str:
        """Say what it is one of."""
        return "Branch" if self.container.type == "Parallel" else "Item"

    def neighbour(self, step: int) -> str | None:
        """Return the key of the item before or after it."""
        index = self.chosen.index + step
        return f"{self.chosen.container}.{index}" if 0 <= index < self.count else None


def execution_view(
    details: ExecutionDetails, *, state: str | None, visit: int | None, item: str | None = None
) -> ExecutionView:
    """Return the page of an execution with one state selected: the one asked for, or the one worth looking at.

    Where an item is chosen, graph and timeline are about that one of its container's items alone.
    """
    history = details.history
    of_item = item_view(details, item)
    visits = inside(history, of_item.chosen) if of_item else history.visits
    chosen = _chosen(details, state, visit, of_item)
    if chosen and of_item:
        chosen = _within_item(chosen, of_item, visits, history)
    graph = details.graph
    if of_item and details.definition:
        graph = graph_of(details.definition, history, without_others(history, of_item.chosen))
    goes_on = of_item is not None or history.status is Status.RUNNING
    rows = timeline(history, visits) if goes_on else details.derived("timeline", lambda: timeline(history, visits))
    states = len(graph.nodes) if graph else 0
    return ExecutionView(
        details=details,
        state=chosen,
        timeline=tuple(rows),
        ticks=ticks(history, visits),
        spare_rows=0 if of_item or not details.execution.is_running else max(min(states, 12) - len(rows), 0),
        strip=details.derived("strip", lambda: _strip(details)),
        graph_json=details.graph_json if graph is details.graph else json.dumps(graph.as_data()) if graph else "",
        seen=seen_of(details),
        item=of_item,
        origin=_origin(details),
        limit=_limit(details),
        failed=_failed(details),
    )


def _within_item(view: StateView, item: ItemView, visits: Sequence[Visit], history: History) -> StateView:
    """Return a state with the visits of the chosen item alone; the container of the items with all of its own."""
    own = tuple(each for each in visits if each.state == view.name)
    if view.visit not in own:
        return view
    around = _in_maps(item.container, history)
    return replace(view, visits=own, depth=len(around) + (item.container.type == "Map"))


def _in_maps(visit: Visit, history: History) -> list[Frame]:
    """Return the items of Maps that a visit is in, the outermost first."""
    return [frame for frame in visit.frames if history.visits[frame.container].type == "Map"]


def seen_of(details: ExecutionDetails) -> str:
    """Name what the view of an execution shows: another name where it shows something else."""
    return f"{len(details.history.events)}-{details.execution.status}"


def item_view(details: ExecutionDetails, key: str | None) -> ItemView | None:
    """Return the item that an address names; ``None`` where there is no such item."""
    history = details.history
    found = _ITEM.fullmatch(key or "")
    if found is None or int(found[1]) >= len(history.visits):
        return None
    chosen = ChosenItem(int(found[1]), int(found[2]))
    container = history.visits[chosen.container]
    items = details.derived(("items", container.index), lambda: items_of(container, history))
    if chosen.index >= len(items):
        return None
    return ItemView(chosen, container, items[chosen.index].status, len(items))


def _origin(details: ExecutionDetails) -> StateView | None:
    found = _origin_visit(details)
    if found is None or found.index == details.history.culprit:
        return None
    return state_view(details, found.state, found)


def _limit(details: ExecutionDetails) -> str | None:
    found = _origin_visit(details)
    view = state_view(details, found.state, found) if found else None
    return limit_of_execution(details.history, details.definition) or (view.limit if view else None)


def _failed(details: ExecutionDetails) -> StateView | None:
    found = _origin_visit(details)
    return state_view(details, found.state, found) if found else None


def _origin_visit(details: ExecutionDetails) -> Visit | None:
    return details.derived("origin", lambda: origin_of(details.history, details.definition))


def _chosen(details: ExecutionDetails, state: str | None, visit: int | None, item: ItemView | None) -> StateView | None:
    history = details.history
    if visit is not None and 0 <= visit < len(history.visits):
        return state_view(details, history.visits[visit].state, history.visits[visit])
    visits = inside(history, item.chosen) if item else ()
    if state is not None:
        return state_view(details, state, next((each for each in reversed(visits) if each.state == state), None))
    if item is not None:
        found = _worth_looking_at(visits) or item.container
        return state_view(details, found.state, found)
    looked_at = _origin_visit(details)
    if details.end is not None and (at_work := details.end.at_work) is not None:
        return _at_work(details, at_work)
    # of the end of a history nobody knows what else there is to look at
    if looked_at is None and history.is_whole:
        looked_at = details.derived("worth looking at", lambda: _worth_looking_at(history.visits))
    return state_view(details, looked_at.state, looked_at) if looked_at else None


def _at_work(details: ExecutionDetails, name: str) -> StateView | None:
    """Return a state that is at work, of which the end of a history may not have the beginning."""
    view = state_view(details, name, None)
    return replace(view, mark=mark_class(Mark.RUNNING)) if view else None


def nth_visit(details: ExecutionDetails, state: str, number: int) -> int | None:
    """Return the index of a state's visit by its number, counted from 1; the last one's where there are fewer."""
    visits = details.visits_of(state)
    return visits[min(max(number, 1), len(visits)) - 1].index if visits else None


def _worth_looking_at(visits: Sequence[Visit]) -> Visit | None:
    """Return what is at work, what did not go smoothly, or what came last."""
    latest = list(reversed(visits))
    for marks in ({Mark.RUNNING, Mark.TIMED_OUT}, {Mark.FAILED}, {Mark.CAUGHT, Mark.RETRIED, Mark.ABORTED}):
        found = next((visit for visit in latest if mark_of(visit) in marks), None)
        if found is not None:
            return found
    return latest[0] if latest else None


def state_view(details: ExecutionDetails, name: str, visit: Visit | None) -> StateView | None:
    """Return one state; the last of its visits unless one is given. ``None`` where there is no such state."""
    key = ("state", name, visit.index if visit else None)
    return details.derived(key, lambda: _state_view(details, name, visit))


def _items_of(details: ExecutionDetails, visit: Visit) -> tuple[Item, ...]:
    return details.derived(("items", visit.index), lambda: items_of(visit, details.history))


def _state_view(details: ExecutionDetails, name: str, visit: Visit | None) -> StateView | None:
    visits = details.visits_of(name)
    places = details.definition.walk() if details.definition else ()
    place = next((place for place in places if place.state.name == name), None)
    if not visits and place is None:
        return None
    looked_at = visit or (visits[-1] if visits else None)
    own = place.state if place else None
    return StateView(
        name=name,
        type=own.type if own else visits[0].type,
        comment=own.comment if own else None,
        visits=visits,
        visit=looked_at,
        mark=mark_class(mark_of(looked_at)) if looked_at else "not-reached",
        failure=_failure(looked_at, own.error if own else None, own.cause if own else None),
        items=_items_of(details, looked_at) if looked_at else (),
        definition=json.dumps(own.source, ensure_ascii=False) if own else None,
        rules=rules_of(own, looked_at, details.history) if own else (),
        variables=variables_before(looked_at, details.history) if looked_at else {},
        waiting=waiting_task(own, looked_at, details.history.events) if own and looked_at else None,
        limit=limit_of_visit(looked_at, own, details.history.events) if looked_at else None,
        injected=", ".join(details.history.injected_into([looked_at])) if looked_at else "",
        child=looked_at.attempts[-1].child if looked_at and looked_at.failure and looked_at.attempts else None,
        elsewhere=_elsewhere(details, place) if place and not visits else None,
        from_here=_from_here(details, own, looked_at) if own and looked_at else None,
        maps=frozenset(frame.container for each in visits for frame in _in_maps(each, details.history)),
    )


def _elsewhere(details: ExecutionDetails, place: Place) -> Visit | None:
    """Return the visit of the distributed Map that a state is within, where it started executions."""
    containers = {each.state.name: each.container for each in details.definition.walk()} if details.definition else {}
    name = place.container
    while name is not None:
        found = next((visit for visit in details.visits_of(name) if visit.map_run_arn), None)
        if found is not None:
            return found
        name = containers.get(name)
    return None


def _from_here(details: ExecutionDetails, state: State, visit: Visit) -> str | None:
    """Return how a state can be run again: a redrive begins with what ended the execution, or what is around it."""
    culprit = details.history.culprit
    if details.execution.is_redrivable and culprit is not None:
        ended = details.history.visits[culprit]
        if visit.index in {culprit, *(frame.container for frame in ended.frames)}:
            return "redrive"
    return "test" if visit.input and can_be_tested(state.type, state.resource) and role_of(details) else None


def waiting_of(details: ExecutionDetails, visit: Visit) -> WaitingTask | None:
    """Return what a visit waits for, if it waits for a token."""
    view = state_view(details, visit.state, visit)
    return view.waiting if view else None


def _failure(visit: Visit | None, error: str | None, cause: str | None) -> str | None:
    if visit is None:
        return None
    if visit.failure is not None and (visit.failure.error or visit.failure.cause):
        return failure_text(visit.failure.error, visit.failure.cause)
    return failure_text(error, cause) if visit.type == "Fail" else None


def _strip(details: ExecutionDetails) -> tuple[tuple[str, str], ...]:
    history = details.history
    half = _STRIP // 2
    if not history.is_whole:
        return (("…", "not-reached"), *_end_of_strip(details)[-half:])
    path = [(_named(visit, history), mark_class(mark_of(visit))) for visit in history.path()]
    if len(path) <= _STRIP:
        return tuple(path)
    return (*path[:half], (f"{len(path) - 2 * half:,} more", "not-reached"), *path[-half:])


def _end_of_strip(details: ExecutionDetails) -> list[tuple[str, str]]:
    """Return the last steps of the way, of which the end of a history says what became of them."""
    if details.end is None:
        return []
    visits, at_work = details.end.path, details.end.at_work
    if at_work is not None and not (visits and visits[-1].state == at_work):
        return [(at_work, mark_class(Mark.RUNNING))]
    return [(_named(visit, details.history), mark_class(mark_of(visit))) for visit in visits]


def _named(visit: Visit, history: History) -> str:
    """Return a state's name, and that of the state inside of it that it failed in."""
    culprit = history.visits[history.culprit] if history.culprit is not None else None
    inside = culprit is not None and any(frame.container == visit.index for frame in culprit.frames)
    return f"{visit.state} › {culprit.state}" if culprit and inside else visit.state  # noqa: RUF001 - a chevron is meant


def execution_url(arn: str, state: str | None = None) -> str:
    """Return the page of an execution, with one of its states looked at."""
    query = f"?state={quote(state, errors='replace')}" if state else ""
    return f"/executions/{quote(arn, safe=':')}{query}"


def aws_console_url(execution: Execution, region: str | None) -> str | None:
    """Return the same execution in AWS's own console; ``None`` where it is not in AWS."""
    if region is None:
        return None
    arn = execution.arn
    console = _AWS_CONSOLES.get(arn.split(":")[1], _AWS_CONSOLES["aws"])
    kind, query = "v2/executions", ""
    if execution.is_express:
        # it is looked for in the log group, from its beginning
        kind, query = "express-executions", f"?startDate={int(execution.started.timestamp() * 1000)}"
    return f"https://{region}.{console}/states/home?region={region}#/{kind}/details/{quote(arn, safe=':')}{query}"
