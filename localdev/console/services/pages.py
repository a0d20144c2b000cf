"""The routes of what stands around state machines."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from localdev.console.services.traces import trace_of, trace_of_execution
from localdev.executions.errors import NotFoundError
from localdev.executions.text import json_object

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request

    from localdev.console.reading import Reading
    from localdev.console.services.record import Entry, Recorded
    from localdev.console.services.stack import Stack
    from localdev.console.services.traces import Span, Trace
    from localdev.executions.history import History
    from localdev.executions.records import Execution

_LISTED: Final = 100
_LAST: Final = 25
_MOST_STARTS: Final = 400
WIDTH: Final = 1000
_THINNEST: Final = 4.0
_PROBE: Final = "TRACE "
"""A method that no API has: so `up` asks each API whether it is there, which is no request of anybody's."""


@dataclass(frozen=True)
class Row:
    """A part of a trace, as a line of its page."""

    depth: int
    span: Span
    x: float
    width: float


class _Source:
    """Gives traces their parts."""

    def __init__(self, stack: Stack, reading: Reading) -> None:
        self._stack = stack
        self._reading = reading

    def recorded(self, limit: int, **equal: str) -> Recorded:
        """Return entries of the record."""
        return self._stack.recorded(limit, **equal)

    def execution(self, arn: str) -> tuple[Execution, History]:
        """Return an execution with what it did."""
        details = self._reading.details(arn)
        return details.execution, details.history


class ServicePages:
    """Answers requests for traces, functions, queues and rules."""

    def __init__(self, stack: Stack | None, reading: Reading, page: Callable[..., Response]) -> None:
        self._given = stack
        self._reading = reading
        self._page = page

    def routes(self) -> list[Route]:
        """Return the routes."""
        return [
            Route("/requests", self.requests),
            Route("/traces/{key:path}", self.trace),
            Route("/functions", self.functions),
            Route("/functions/{name}", self.function),
            Route("/function-log/{name}/{request_id}", self.log),
            Route("/queues", self.queues),
            Route("/queues/{name}", self.queue),
            Route("/rules", self.rules),
            Route("/rules/{bus:path}/{name}", self.rule),
        ]

    @property
    def _stack(self) -> Stack:
        if self._given is None:
            raise NotFoundError("This console reads state machines alone.", "Start it with the engine it is to read.")
        return self._given

    def requests(self, request: Request) -> Response:
        """Return the newest API requests, with the executions that they started; or the trace that is looked for."""
        wanted = request.query_params.get("q", "").strip()
        if wanted.startswith(("1-", "arn:")):
            return RedirectResponse(f"/traces/{quote(wanted, safe=':/')}")
        filters = {"text": wanted} if wanted else {}
        found = self._stack.recorded(_LISTED, kind="request", **filters)
        found = replace(found, entries=tuple(each for each in found.entries if not each.name.startswith(_PROBE)))
        starts = self._stack.recorded(_MOST_STARTS, kind="call", name="stepfunctions:StartExecution")
        started: dict[str, list[str]] = {}
        for call in starts.entries:
            arn = json_object(call.output).get("executionArn")
            if call.trace and isinstance(arn, str):
                started.setdefault(call.trace, []).append(arn)
        seen = str(hash(tuple((entry.id, len(started.get(entry.trace or "", ()))) for entry in found.entries)))
        if request.query_params.get("seen") == seen:
            return Response(status_code=204)
        template = "_requests.html" if "part" in request.query_params else "requests.html"
        return self._page(request, template, found=found, started=started, wanted=wanted, seen=seen, stack=self._stack)

    def trace(self, request: Request) -> Response:
        """Return a trace, by its id or by the ARN of an execution that is a part of it."""
        key = request.path_params["key"]
        source = _Source(self._stack, self._reading)
        is_execution = key.startswith("arn:")
        trace = trace_of_execution(source, key) if is_execution else trace_of(source, key)
        if not trace.spans:
            raise NotFoundError(
                f"Nothing is known of the trace {key}.",
                "An emulator keeps the newest few thousand requests, invocations and calls, and none from before its "
                "start; AWS keeps traces in X-Ray.",
            )
        return self._page(
            request, "trace.html", key=key, trace=trace, rows=_rows(trace), stack=self._stack, is_execution=is_execution
        )

    def functions(self, request: Request) -> Response:
        """Return every function, with its newest invocations."""
        newest = self._stack.recorded(_MOST_STARTS, kind="invocation")
        by_name: dict[str, list[Entry]] = {}
        for entry in newest.entries:
            by_name.setdefault(entry.name, []).append(entry)
        return self._page(
            request,
            "functions.html",
            functions=self._stack.functions(),
            newest=by_name,
            recorded=newest,
            last=_LAST - 5,
        )

    def function(self, request: Request) -> Response:
        """Return one function with its last invocations."""
        function = self._stack.function(request.path_params["name"])
        recorded = self._stack.recorded(_LAST, kind="invocation", name=function.name)
        logged = () if recorded.since else self._stack.last_logged(function)[:_LAST]
        return self._page(
            request, "function.html", function=function, recorded=recorded, logged=logged, stack=self._stack
        )

    def log(self, request: Request) -> Response:
        """Return the log lines of one invocation."""
        function = self._stack.function(request.path_params["name"])
        request_id = request.path_params["request_id"]
        try:
            at = datetime.fromisoformat(request.query_params.get("at", ""))
            took = timedelta(seconds=float(request.query_params.get("seconds") or 0))
        except (ValueError, OverflowError):
            raise HTTPException(404) from None
        invocations = self._stack.logged(function, request_id, at, took)
        return self._page(request, "_invocation_log.html", invocations=invocations)

    def queues(self, request: Request) -> Response:
        """Return every queue, with how many messages it has."""
        return self._page(request, "queues.html", queues=self._stack.queues())

    def queue(self, request: Request) -> Response:
        """Return one queue with its messages, none of which is received."""
        queue = self._stack.queue(request.path_params["name"])
        messages = self._stack.messages(queue)
        return self._page(
            request,
            "queue.html",
            queue=queue,
            messages=None if messages is None else messages[:_LISTED],
            more=max(len(messages or ()) - _LISTED, 0),
            execution_in=_execution_in,
        )

    def rules(self, request: Request) -> Response:
        """Return every rule, with how often it matched of late."""
        newest = self._stack.recorded(_MOST_STARTS, kind="delivery")
        counts: dict[str, int] = {}
        for entry in newest.entries:
            counts[entry.resource] = counts.get(entry.resource, 0) + 1
        return self._page(request, "rules.html", rules=self._stack.rules(), counts=counts, recorded=newest)

    def rule(self, request: Request) -> Response:
        """Return one rule with the events that it matched last."""
        rule = self._stack.rule(request.path_params["bus"], request.path_params["name"])
        recorded = self._stack.recorded(_LAST, kind="delivery", name=rule.name)
        return self._page(
            request, "rule.html", rule=rule, recorded=recorded, stack=self._stack, execution_in=_execution_in
        )


def _rows(trace: Trace) -> list[Row]:
    began = trace.began
    length = max((trace.ended - began).total_seconds(), 0.001)

    def at(moment: datetime) -> float:
        return round((moment - began).total_seconds() / length * WIDTH, 1)

    rows = []
    for depth, span in trace.rows():
        ended = span.ended or (trace.ended if span.mark == "running" else span.at)
        width = max(at(ended) - at(span.at), _THINNEST)
        rows.append(Row(depth, span, min(at(span.at), WIDTH - _THINNEST), round(width, 1)))
    return rows


def _execution_in(text: str | None) -> str | None:
    """Return the ARN of the execution that an event is about, if it is about one."""
    detail = json_object(text).get("detail")
    arn = detail.get("executionArn") if isinstance(detail, dict) else None
    return arn if isinstance(arn, str) else None
