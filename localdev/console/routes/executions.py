"""One execution: its page, and what the page loads on demand."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from localdev.console.event_groups import grouped, is_failure
from localdev.console.family import has_family
from localdev.console.map_runs import MOST_SEARCHED
from localdev.console.routes.asked import attempt_of, number_of, redirect, visit_of
from localdev.console.routes.pages import Pages
from localdev.console.views import aws_console_url, execution_url, execution_view, item_view, nth_visit, seen_of
from localdev.executions.items import containing, events_of
from localdev.executions.text import encodable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.requests import Request

    from localdev.console.details import ExecutionDetails
    from localdev.console.views import ExecutionView, ItemView
    from localdev.executions.events import Event

_FIRST_EVENTS: Final = 100
_MORE_EVENTS: Final = 500
_WITHIN: Final = ("state", "visit", "nth", "item")
"""What an address looks at within an execution: the end of its history may not have it."""


class ExecutionPages(Pages):
    """Answers requests for executions."""

    def routes(self) -> list[Route]:
        """Return the routes."""
        return [
            Route("/executions/{arn:path}", self.execution),
            Route("/live/{arn:path}", self.live),
            Route("/events/{arn:path}", self.events),
            Route("/event/{arn:path}", self.event),
            Route("/log/{arn:path}", self.log),
            Route("/document/{arn:path}", self.document),
            Route("/items/{arn:path}", self.items),
            Route("/run/{arn:path}", self.map_run),
            Route("/family/{arn:path}", self.family),
        ]

    def execution(self, request: Request) -> Response:
        """Return one execution; of a long one its end first, which asks for the rest."""
        details = self._reading.beginning(request.path_params["arn"])
        if details.history.is_whole:
            return self._page(request, "execution.html", **self._execution(request, details))
        asked = {name: value for name, value in request.query_params.items() if name in _WITHIN}
        view = execution_view(details, state=asked.get("state"), visit=None)
        if asked and "state" not in asked:
            # which state that is, the rest of the history says
            view = replace(view, state=None)
        shared = self._shared(details, view)
        return self._page(request, "execution.html", **shared, asked=urlencode(asked))

    def live(self, request: Request) -> Response:
        """Return the part of an execution's page that changes; nothing where what is shown is current."""
        details = self._reading.details(request.path_params["arn"])
        if request.query_params.get("seen") == seen_of(details):
            return Response(status_code=204)
        return self._page(request, "_live.html", **self._execution(request, details))

    def _execution(self, request: Request, details: ExecutionDetails) -> dict[str, Any]:
        state = request.query_params.get("state")
        visit = number_of(request.query_params.get("visit"))
        nth = number_of(request.query_params.get("nth"))
        if nth is not None and state is not None:
            visit = nth_visit(details, state, nth)
        view = execution_view(details, state=state, visit=visit, item=request.query_params.get("item"))
        events = _events(details, view.item)
        asked = {"visit": visit} if visit is not None else {"state": state} if state else {}
        return {
            **self._shared(details, view),
            **_shown(details, events, view.item, only=None, upto=_FIRST_EVENTS),
            "asked": urlencode(asked | ({"item": view.item.key} if view.item else {})),
            "has_family": details.derived("family", lambda: has_family(details.execution, details.history)),
        }

    def _shared(self, details: ExecutionDetails, view: ExecutionView) -> dict[str, Any]:
        """Return what the page of an execution and that of the end of one need."""
        return {
            "view": view,
            "execution": details.execution,
            "history": details.history,
            "aws_url": aws_console_url(details.execution, self._settings.aws_region),
        }

    def events(self, request: Request) -> Response:
        """Return the events of an execution or of one item of it, all or its failures, some hundred at a time."""
        details = self._reading.details(request.path_params["arn"])
        item = item_view(details, request.query_params.get("item"))
        only = "failures" if request.query_params.get("only") == "failures" else ""
        events = [event for event in _events(details, item) if not only or is_failure(event)]
        begin = number_of(request.query_params.get("from"))
        if begin is not None and begin >= len(events):
            # what runs is asked for again; at the end nothing takes the place of the row that asks
            return Response(status_code=204) if details.execution.is_running else HTMLResponse("")
        template = "_events.html" if begin is None else "_event_rows.html"
        shown = _shown(details, events, item, only=only, begin=begin or 0, upto=(begin or 0) + _MORE_EVENTS)
        return self._page(request, template, execution=details.execution, **shown)

    def event(self, request: Request) -> Response:
        """Return one event in full."""
        details = self._reading.details(request.path_params["arn"])
        number = number_of(request.query_params.get("id"))
        found = next((event for event in details.history.events if event.id == number), None)
        if found is None:
            raise HTTPException(404)
        return self._page(request, "_event.html", id=number, text=json.dumps(found.details, default=str))

    def items(self, request: Request) -> Response:
        """Return the indexes of a visit's items that contain a text, as JSON."""
        details = self._reading.details(request.path_params["arn"])
        text = request.query_params.get("q", "")
        visit = visit_of(details, request)
        if visit.map_run_arn is not None:
            return JSONResponse(self._reading.items_containing(self._reading.map_run(details, visit), text))
        return JSONResponse(sorted(containing(details.history, visit, text)))

    def map_run(self, request: Request) -> Response:
        """Return the executions that a distributed Map started, or lead to the one with the number ``at``."""
        details = self._reading.details(request.path_params["arn"])
        visit = visit_of(details, request)
        run = self._reading.map_run(details, visit)
        if "why" in request.query_params:
            return self._page(request, "_run_why.html", failed=self._reading.failed_items(run))
        if "at" not in request.query_params:
            shown: dict[str, Any] = {"run": run, "visit": visit, "execution": details.execution}
            return self._page(request, "_run.html", most_searched=MOST_SEARCHED, **shown)
        at = number_of(request.query_params["at"])
        if at is None or at >= len(run.executions):
            raise HTTPException(404)
        return redirect(request, execution_url(run.executions[at].arn))

    def family(self, request: Request) -> Response:
        """Return what started an execution, and what it started, as a tree."""
        return self._page(request, "_family.html", family=self._reading.family(request.path_params["arn"]))

    def log(self, request: Request) -> Response:
        """Return what a function wrote during one attempt."""
        details = self._reading.details(request.path_params["arn"])
        attempt = attempt_of(visit_of(details, request), request)
        invocations = self._settings.client.invocations(attempt, details.history.request_ids())
        return self._page(request, "_log.html", attempt=attempt, invocations=invocations)

    def document(self, request: Request) -> Response:
        """Return an input, an output or the cause of a failed attempt as it is, however long."""
        details = self._reading.details(request.path_params["arn"])
        what = request.query_params.get("of", "input")
        source: Any = visit_of(details, request) if "visit" in request.query_params else details.execution
        if what in {"cause", "sent", "answer"}:
            attempt = attempt_of(visit_of(details, request), request)
            cause = attempt.failure.cause if attempt.failure else None
            text = {"cause": cause, "sent": attempt.input, "answer": attempt.output}[what]
        else:
            text = source.output if what == "output" else source.input
        if text is None:
            raise HTTPException(404)
        headers = (
            {"Content-Disposition": f'attachment; filename="{what}.json"'} if "download" in request.query_params else {}
        )
        return PlainTextResponse(encodable(text), headers=headers)


def _shown(
    details: ExecutionDetails,
    events: Sequence[Event],
    item: ItemView | None,
    *,
    only: str | None,
    upto: int,
    begin: int = 0,
) -> dict[str, Any]:
    """Return what the table of events needs; ``only`` is ``None`` on a page that shows the first of all of them."""
    fields = {"item": item.key if item else "", "only": only or ""}
    key = ("events", *fields.values(), begin, upto)
    return {
        "events": details.derived(key, lambda: grouped(details.history, events[begin:upto])),
        "next_event": min(upto, len(events)),
        "more_events": max(len(events) - upto, 0),
        "more_at_once": _MORE_EVENTS,
        "item_key": f"-{item.key}" if item else "",
        "shown_only": only or "",
        "kept_open": only is not None,
        "events_url": f"/events/{details.execution.arn}?{urlencode(fields)}",
    }


def _events(details: ExecutionDetails, item: ItemView | None) -> Sequence[Event]:
    """Return the events of an execution, or of the one item of it that is looked at."""
    if item is None:
        return details.history.events
    return details.derived(("events of", item.key), lambda: _events_of_item(details, item))


def _events_of_item(details: ExecutionDetails, item: ItemView) -> Sequence[Event]:
    shown = events_of(details.history, item.chosen)
    return [event for event in details.history.events if event.id in shown]
