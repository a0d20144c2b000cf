"""A trace: everything that one API request, invocation or execution brought about, as a tree in time.

The record joins what carries the same trace id: a request, the invocation that it made, and the calls of that. From a
call or an answer that names an execution the tree goes on with its tasks and their functions, which have traces of
their own; from an execution with the rules that matched its events, and where these were sent; from a message or an
event with the function that it was handed to.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final, Protocol

from localdev.console.shown import mark_class, status_mark
from localdev.executions.errors import NotFoundError
from localdev.executions.graph import mark_of
from localdev.executions.text import json_object

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from localdev.console.services.record import Entry, Recorded
    from localdev.executions.history import Attempt, History, Visit
    from localdev.executions.records import Execution

MOST_SPANS: Final = 300
_DEEPEST: Final = 12
_MOST_OF_ONE: Final = 200
_STARTS: Final = ("stepfunctions:StartExecution", "stepfunctions:StartSyncExecution")
_PUTS: Final = ("sqs:", "sns:", "events:")
_EXECUTION: Final = re.compile(r"arn:aws[a-z-]*:states:[a-z0-9-]*:\d*:(?:execution|express):[^\"\\\s]+")
_HANDED_ON: Final = re.compile(r'"(?:MessageId|EventId)": ?"([0-9a-f-]{36})"')
_ARN_PARTS: Final = 6


class Source(Protocol):
    """What traces are put together from."""

    def recorded(self, limit: int, **equal: str) -> Recorded:
        """Return entries of the emulator's record."""
        ...

    def execution(self, arn: str) -> tuple[Execution, History]:
        """Return an execution with what it did.

        :raises NotFoundError: the engine does not know it.
        """
        ...


@dataclass
class Span:
    """A part of a trace: something that took a time, and what it brought about."""

    kind: str
    """``request``, ``function``, ``execution``, ``task``, ``call``, ``rule``, ``queue`` or ``target``."""
    title: str
    at: datetime
    ended: datetime | None
    mark: str
    href: str | None = None
    note: str = ""
    input: str | None = None
    output: str | None = None
    error: str | None = None
    is_cut: bool = False
    function: str | None = None
    request_id: str | None = None
    """Of an invocation: by both its log lines are found."""
    children: list[Span] = field(default_factory=list)

    @property
    def key(self) -> str:
        """Return what tells it from the others of the page."""
        return f"{self.kind}-{self.request_id or int(self.at.timestamp() * 1_000_000)}"


@dataclass(frozen=True)
class Trace:
    """The tree of a trace."""

    spans: tuple[Span, ...]
    is_cut: bool
    """Whether it has more parts than are shown."""

    def rows(self) -> list[tuple[int, Span]]:
        """Return its parts with their depths, what brought something about before that."""
        found: list[tuple[int, Span]] = []

        def add(spans: Iterable[Span], depth: int) -> None:
            for span in sorted(spans, key=lambda each: each.at):
                found.append((depth, span))
                add(span.children, depth + 1)

        add(self.spans, 0)
        return found

    @property
    def began(self) -> datetime:
        """Return when its first part began."""
        return min(span.at for _, span in self.rows())

    @property
    def ended(self) -> datetime:
        """Return when its last part ended; of what goes on, now."""
        now = datetime.now(UTC)
        return max(span.ended or (now if span.mark == "running" else span.at) for _, span in self.rows())


def trace_of(source: Source, root: str) -> Trace:
    """Return the trace of an id; without parts where nothing is known of it."""
    return _Assembly(source).trace(root)


def trace_of_execution(source: Source, arn: str) -> Trace:
    """Return the trace that an execution is a part of; where nothing else is known, the execution's own."""
    starts = source.recorded(_MOST_OF_ONE, text=arn)
    names = {entry.trace for entry in starts.entries if entry.trace and entry.name in _STARTS and _answers(entry, arn)}
    names |= {entry.trace for entry in starts.entries if entry.trace and not names and _is_started_by(entry, arn)}
    assembly = _Assembly(source)
    return assembly.trace(min(names)) if names else assembly.of_execution(arn)


def _answers(entry: Entry, arn: str) -> bool:
    return json_object(entry.output).get("executionArn") == arn


def _is_started_by(entry: Entry, arn: str) -> bool:
    # an API that starts executions without a function answers with their ARNs
    return entry.kind == "request" and _answers(entry, arn)


class _Assembly:
    """Puts one trace together; nothing is in it twice."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._seen: set[str] = set()
        self._count = 0
        self._is_cut = False

    def trace(self, root: str) -> Trace:
        """Return the trace of an id."""
        entries = self._source.recorded(_MOST_OF_ONE, trace=root).entries[::-1]
        spans = [*self._requests(entries), *self._invocations(entries)]
        spans += [self._call(entry) for entry in entries if entry.kind == "call" and self._takes(entry)]
        spans += self._deliveries([entry for entry in entries if entry.kind == "delivery"])
        return Trace(tuple(spans), self._is_cut)

    def of_execution(self, arn: str) -> Trace:
        """Return what an execution brought about."""
        span = self._execution(arn, 0)
        return Trace((span,) if span else (), self._is_cut)

    def _takes(self, entry: Entry) -> bool:
        """Return whether an entry is to be a part: it is none yet, and there are not too many."""
        key = f"{entry.kind} {entry.id} {entry.target} {entry.at}"
        if key in self._seen:
            return False
        self._seen.add(key)
        return self._has_room()

    def _has_room(self) -> bool:
        self._count += 1
        self._is_cut = self._is_cut or self._count > MOST_SPANS
        return self._count <= MOST_SPANS

    # what the record tells

    def _requests(self, entries: Sequence[Entry]) -> list[Span]:
        spans = []
        for entry in entries:
            if entry.kind != "request" or not self._takes(entry):
                continue
            span = _span_of(entry, "request", entry.name)
            span.note = entry.status
            within = [each for each in entries if each.kind == "invocation" and entry.at <= each.at <= entry.ended]
            span.children += self._invocations(within or _unless_many(entries))
            for arn in _executions_in(entry.output):
                if child := self._execution(arn, 1):
                    span.children.append(child)
            spans.append(span)
        return spans

    def _invocations(self, entries: Iterable[Entry], depth: int = 1) -> list[Span]:
        chosen = [entry for entry in entries if entry.kind == "invocation" and self._takes(entry)]
        return [self._invocation(entry, depth) for entry in chosen]

    def _invocation(self, entry: Entry, depth: int) -> Span:
        span = _span_of(entry, "function", entry.name, href=f"/functions/{entry.name}")
        span.function, span.request_id = entry.name, entry.id
        if entry.parent and depth < _DEEPEST:
            calls = self._source.recorded(_MOST_OF_ONE, kind="call", parent=entry.parent).entries[::-1]
            span.children += [self._call(call, depth + 1) for call in calls if self._takes(call)]
        return span

    def _call(self, entry: Entry, depth: int = 1) -> Span:
        span = _span_of(entry, "call", entry.name)
        if entry.name in _STARTS:
            for arn in _executions_in(entry.output)[:1]:
                if child := self._execution(arn, depth + 1):
                    span.children.append(child)
        elif entry.name.startswith(_PUTS):
            if queue := _queue_of(entry):
                span.href, span.note = f"/queues/{queue}", queue
            for handed_on in _HANDED_ON.findall(entry.output or ""):
                span.children += self._handed_on(handed_on, depth + 1)
        return span

    def _handed_on(self, number: str, depth: int) -> list[Span]:
        """Return where a message or an event of this id went: by rules, and to the functions that were given it."""
        if depth >= _DEEPEST:
            return []
        deliveries = self._source.recorded(_MOST_OF_ONE, kind="delivery", id=number).entries[::-1]
        found = self._source.recorded(_MOST_OF_ONE, kind="invocation", text=number).entries[::-1]
        return [*self._deliveries(deliveries), *self._invocations(found, depth + 1)]

    def _deliveries(self, entries: Iterable[Entry]) -> list[Span]:
        return [self._delivery(entry) for entry in entries if self._takes(entry)]

    def _delivery(self, entry: Entry) -> Span:
        bus = entry.resource.partition(":rule/")[2].rpartition("/")[0] or "default"
        span = _span_of(entry, "rule", entry.name, href=f"/rules/{bus}/{entry.name}")
        span.children.append(_target_of(entry))
        span.children += self._handed_on(entry.id, _DEEPEST - 1) if entry.id else []
        return span

    # what an execution tells

    def _execution(self, arn: str, depth: int) -> Span | None:
        if arn in self._seen or depth >= _DEEPEST or not self._has_room():
            return None
        self._seen.add(arn)
        try:
            execution, history = self._source.execution(arn)
        except NotFoundError:
            return None
        span = Span(
            kind="execution",
            title=execution.name,
            at=execution.started,
            ended=execution.stopped,
            mark=status_mark(execution.status),
            href=f"/executions/{arn}",
            note=execution.state_machine_arn.rpartition(":")[2],
            input=execution.input,
            output=execution.output,
            error=_failure_of(execution),
        )
        for visit in history.visits:
            span.children += [
                self._task(arn, visit, attempt, depth + 1) for attempt in visit.attempts if self._has_room()
            ]
        span.children += self._deliveries(self._of_its_events(arn))
        return span

    def _task(self, arn: str, visit: Visit, attempt: Attempt, depth: int) -> Span:
        span = Span(
            kind="task",
            title=visit.state,
            at=attempt.at,
            ended=attempt.ended,
            mark=mark_class(mark_of(visit)) if len(visit.attempts) == 1 else status_mark(attempt.status),
            href=f"/executions/{arn}?visit={visit.index}",
            note=f"attempt {attempt.number}" if len(visit.attempts) > 1 else _resource(attempt),
            input=attempt.input,
            output=attempt.output,
            error=attempt.failure.error if attempt.failure else None,
        )
        if attempt.function:
            span.children += self._of_attempt(arn, attempt, depth + 1)
        if attempt.child and (child := self._execution(attempt.child, depth + 1)):
            span.children.append(child)
        return span

    def _of_attempt(self, arn: str, attempt: Attempt, depth: int) -> list[Span]:
        """Return the invocation of an attempt: by its request id where the history has it, else by its time."""
        if attempt.request_id:
            found = self._source.recorded(1, kind="invocation", id=attempt.request_id).entries
        else:
            invoked = self._source.recorded(_MOST_OF_ONE, kind="invocation", execution=arn).entries[::-1]
            found = tuple(each for each in invoked if _is_within(each, attempt))[:1]
        spans = self._invocations(found, depth)
        return spans or [_function_of(attempt)]

    def _of_its_events(self, arn: str) -> list[Entry]:
        found = self._source.recorded(_MOST_OF_ONE, kind="delivery", text=arn).entries[::-1]
        return [entry for entry in found if _event_is_of(entry, arn)]


def _span_of(entry: Entry, kind: str, title: str, href: str | None = None) -> Span:
    return Span(
        kind=kind,
        title=title,
        at=entry.at,
        ended=entry.ended,
        mark=entry.mark,
        href=href,
        input=entry.input,
        output=entry.output,
        error=entry.error,
        is_cut=entry.is_cut,
    )


def _unless_many(entries: Sequence[Entry]) -> list[Entry]:
    """Return the invocations of a trace with one request: clocks of both need not agree to the millisecond."""
    requests = [entry for entry in entries if entry.kind == "request"]
    return [entry for entry in entries if entry.kind == "invocation"] if len(requests) == 1 else []


def _executions_in(text: str | None) -> list[str]:
    return list(dict.fromkeys(_EXECUTION.findall(text or "")))


def _queue_of(entry: Entry) -> str | None:
    url = json_object(entry.input).get("QueueUrl")
    return url.rpartition("/")[2] if isinstance(url, str) else None


def _target_of(entry: Entry) -> Span:
    """Return what a rule sent its event to."""
    parts = entry.target.split(":", _ARN_PARTS - 1)
    service, name = (parts[2], parts[-1]) if len(parts) == _ARN_PARTS else ("", entry.target)
    name = name.removeprefix("function:").removeprefix("stateMachine:")
    hrefs = {"sqs": f"/queues/{name}", "lambda": f"/functions/{name}", "states": f"/machines/{entry.target}"}
    kind = "queue" if service == "sqs" else "target"
    return Span(kind, name, entry.ended, entry.ended, entry.mark, href=hrefs.get(service), note=service)


def _failure_of(execution: Execution) -> str | None:
    return ": ".join(part for part in (execution.error, execution.cause) if part) or None


def _resource(attempt: Attempt) -> str:
    return "" if attempt.function else attempt.resource or ""


def _function_of(attempt: Attempt) -> Span:
    """Return the invocation that an attempt was, as its history alone tells of it."""
    name = function_name(attempt.function or "")
    return Span(
        kind="function",
        title=name,
        at=attempt.at,
        ended=attempt.ended,
        mark=status_mark(attempt.status),
        href=f"/functions/{name}",
        input=attempt.input,
        output=attempt.output,
        function=name,
        request_id=attempt.request_id,
    )


def function_name(function: str) -> str:
    """Return the name in a function's name or ARN, without a version.

    >>> function_name("arn:aws:lambda:us-east-1:000000000000:function:bake:3")
    'bake'
    """
    return function.partition(":function:")[2].partition(":")[0] or function.partition(":")[0]


def _is_within(entry: Entry, attempt: Attempt) -> bool:
    slack = timedelta(milliseconds=100)
    if entry.name != function_name(attempt.function or "") or entry.at < attempt.at - slack:
        return False
    return attempt.ended is None or entry.at <= attempt.ended + slack


def _event_is_of(entry: Entry, arn: str) -> bool:
    detail = json_object(entry.input).get("detail")
    return isinstance(detail, dict) and detail.get("executionArn") == arn
