"""The console's routes."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, urlencode

from botocore.exceptions import BotoCoreError, ClientError
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from localdev.console import shown
from localdev.console.event_groups import grouped, is_failure
from localdev.console.family import has_family
from localdev.console.filters import STATUSES, address_of, filters_of
from localdev.console.listings import Filters
from localdev.console.protect import Protected, form_of
from localdev.console.pulse import SilentError
from localdev.console.reading import Reading
from localdev.console.services.pages import ServicePages
from localdev.console.services.traces import function_name
from localdev.console.settings import Settings, StarterError
from localdev.console.single_states import role_of, state_alone, stopped_text
from localdev.console.views import aws_console_url, execution_url, execution_view, item_view, nth_visit, waiting_of
from localdev.executions.client import NotFoundError, execution_of
from localdev.executions.comparison import compare
from localdev.executions.errors import HintedError
from localdev.executions.graph import mark_of
from localdev.executions.items import containing, events_of
from localdev.executions.saved import read_saved

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.requests import Request

    from localdev.console.details import ExecutionDetails
    from localdev.console.settings import Starter
    from localdev.console.views import ItemView
    from localdev.executions.client import ExecutionSummary, StateMachine
    from localdev.executions.control import ExecutionsControl
    from localdev.executions.events import Event
    from localdev.executions.history import Attempt, Visit

_FOLDER: Final = Path(__file__).parent
_EVENTS_PAGE: Final = 150
_COMPRESSED_FROM: Final = 20_000
"""Bytes of a page: the graph of two hundred states is large, and most of it is repetition."""
_STRIP: Final = 20
"""The newest executions that the list of state machines shows of each."""
_LONGEST_HISTORY: Final = 64_000_000
"""Bytes of a form; an execution's 25,000 events are some 10 MB, half as much again as a form."""
_PATIENCE: Final = 3
_ADVISED: Final = {404, 422}
"""The statuses of what a person can do something about."""


def create_app(settings: Settings) -> Starlette:
    """Return the console as an ASGI application."""
    console = _Console(settings)
    return Starlette(
        routes=[
            Route("/", console.home),
            Route("/machines", console.machines),
            Route("/machines/{arn:path}", console.machine),
            Route("/list/{arn:path}", console.listing),
            Route("/coverage/{arn:path}", console.coverage),
            Route("/compare/{arn:path}", console.compare, methods=["GET"]),
            Route("/compare/{arn:path}", console.compare_saved, methods=["POST"]),
            Route("/executions/{arn:path}", console.execution),
            Route("/live/{arn:path}", console.live),
            Route("/events/{arn:path}", console.events),
            Route("/event/{arn:path}", console.event),
            Route("/log/{arn:path}", console.log),
            Route("/document/{arn:path}", console.document),
            Route("/items/{arn:path}", console.items),
            Route("/family/{arn:path}", console.family),
            *ServicePages(settings.stack, console.reading, console.page).routes(),
            Route("/place", console.place, methods=["POST"]),
            Route("/start/{arn:path}", console.start, methods=["POST"]),
            Route("/stop/{arn:path}", console.stop, methods=["POST"]),
            Route("/redrive/{arn:path}", console.redrive, methods=["POST"]),
            Route("/answer/{arn:path}", console.answer, methods=["POST"]),
            Route("/test/{arn:path}", console.test, methods=["POST"]),
            Mount("/static", GZipMiddleware(_Static(directory=_FOLDER / "static"), minimum_size=1000)),
        ],
        middleware=[
            Middleware(Protected, settings=settings),
            Middleware(GZipMiddleware, minimum_size=_COMPRESSED_FROM, compresslevel=1),
        ],
        exception_handlers={
            NotFoundError: console.not_found,
            SilentError: console.silent,
            HintedError: console.refused,
            BotoCoreError: console.away,
            ClientError: console.engine_error,
            HTTPException: console.http_error,
            Exception: console.broken,
        },
    )


class _Static(StaticFiles):
    """Files that a browser asks about again each time: they change with the checkout."""

    def file_response(self, *args: Any, **kwargs: Any) -> Response:
        """Return the file, to be kept only as long as it is the same."""
        response = super().file_response(*args, **kwargs)
        response.headers["Cache-Control"] = "no-cache"
        return response


class _Console:
    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.reading = Reading(settings.client)
        self._templates = _templates(settings)

    # pages

    def home(self, request: Request) -> Response:
        """Return the one state machine there is, or the list of them."""
        machines = self.reading.state_machines()
        if len(machines) == 1:
            return RedirectResponse(f"/machines/{machines[0].arn}")
        return self.machines(request)

    def machines(self, request: Request) -> Response:
        """Return every state machine."""
        return self.page(request, "machines.html", machines=self.reading.with_recent(_STRIP))

    def machine(self, request: Request) -> Response:
        """Return a state machine: its executions, its definition, and what can be started."""
        arn = request.path_params["arn"]
        machine, graph, remarks = self.reading.state_machine(arn)
        return self.page(
            request,
            "machine.html",
            machine=machine,
            graph_json=json.dumps(graph.as_data()) if graph else "",
            remarks=remarks,
            **{**self._listed(request, machine), "starter": self._starter_of(machine)},
        )

    def _starter_of(self, machine: StateMachine) -> Starter | None:
        starter = self._settings.starter
        return starter if starter and starter.state_machine_arn() == machine.arn else None

    def listing(self, request: Request) -> Response:
        """Return the rows of a state machine's executions, for a page that is kept current."""
        machine = self.reading.state_machine(request.path_params["arn"])[0]
        listed = self._listed(request, machine)
        if request.query_params.get("seen") == listed["seen"]:
            return Response(status_code=204)
        return self.page(request, "_list.html", machine=machine, **listed)

    def _listed(self, request: Request, machine: StateMachine) -> dict[str, Any]:
        query = request.query_params
        wanted = filters_of(query)
        after = query.get("after") or None
        listing = self.reading.listing(machine, wanted, after=after)
        counts = self.reading.counts(machine)
        before = _number(query.get("searched")) or 0 if after else 0
        further = {"searched": before + listing.scanned} if wanted.is_search else {}
        kept = address_of(wanted)
        rows = tuple((row.summary.arn, row.summary.status) for row in listing.rows)
        return {
            "listing": listing,
            "starter": None if listing.rows else self._starter_of(machine),
            "before": before,
            "wanted": wanted,
            "counts": counts,
            "after": after,
            "statuses": STATUSES,
            "query": urlencode(kept),
            "next_query": urlencode({**kept, **further, "after": listing.next or ""}),
            "address_of": lambda **changed: urlencode(address_of(replace(wanted, **changed))),
            "longest": max((_seconds(row.summary) for row in listing.rows), default=0.0),
            "seen": str(hash((rows, tuple(sorted(counts.by_status.items()))))),
        }

    def coverage(self, request: Request) -> Response:
        """Return what the executions that a list's address names have reached of the definition."""
        machine = self.reading.state_machine(request.path_params["arn"])[0]
        wanted = filters_of(request.query_params)
        covered = self.reading.coverage(machine, wanted)
        graph = covered.coverage.counted_graph()
        kept = urlencode(address_of(wanted))
        graph_json = json.dumps(graph.as_data())
        return self.page(
            request, "coverage.html", machine=machine, covered=covered, graph_json=graph_json, kept=kept, wanted=wanted
        )

    def compare(self, request: Request) -> Response:
        """Return two executions side by side; with one alone, others to choose from."""
        left = self.reading.told(request.path_params["arn"])
        other = request.query_params.get("with")
        if other:
            right = self.reading.told(other)
            context = {"right": right, "compared": compare(left.history, right.history)}
        else:
            machine = self.reading.state_machine(left.execution.state_machine_arn)[0]
            context = {"right": None, "others": self.reading.listing(machine, Filters(), after=None).rows}
        return self.page(request, "compare.html", left=left, execution=left.execution, **context)

    async def compare_saved(self, request: Request) -> Response:
        """Return an execution beside a history from elsewhere, such as an AWS account."""
        # nothing is changed by it: a console that is read-only compares, too
        fields = await form_of(request, self._settings, longest=_LONGEST_HISTORY)
        if fields is None:
            raise HTTPException(403, "The form is not of this console or is older than it, or the history is too long.")
        left = await run_in_threadpool(self.reading.told, request.path_params["arn"])
        history = await run_in_threadpool(read_saved, fields.get("history", ""))
        right = execution_of(history, arn="", name="The saved history", state_machine_arn="")
        context = {"right": {"execution": right}, "compared": compare(left.history, history)}
        return self.page(request, "compare.html", left=left, execution=left.execution, **context)

    def execution(self, request: Request) -> Response:
        """Return one execution."""
        return self.page(request, "execution.html", **self._execution(request))

    def live(self, request: Request) -> Response:
        """Return the part of an execution's page that changes; nothing where what is shown is current."""
        context = self._execution(request)
        if request.query_params.get("seen") == context["view"].seen:
            return Response(status_code=204)
        return self.page(request, "_live.html", **context)

    def _execution(self, request: Request) -> dict[str, Any]:
        arn = request.path_params["arn"]
        state = request.query_params.get("state")
        visit = _number(request.query_params.get("visit"))
        nth = _number(request.query_params.get("nth"))
        told = self.reading.told(arn)
        if nth is not None and state is not None:
            visit = nth_visit(told.history, state, nth)
        view = execution_view(told, state=state, visit=visit, item=request.query_params.get("item"))
        events = _events(told, view.item)
        asked = {"visit": visit} if visit is not None else {"state": state} if state else {}
        return {
            "view": view,
            "execution": told.execution,
            "history": told.history,
            **_shown(told, events, view.item, None),
            "asked": urlencode(asked | ({"item": view.item.key} if view.item else {})),
            "has_family": has_family(told.execution, told.history),
            "aws_url": aws_console_url(told.execution, self._settings.aws_region),
        }

    def events(self, request: Request) -> Response:
        """Return every event of an execution, or of one item of it, or those of them that are failures."""
        told = self.reading.told(request.path_params["arn"])
        item = item_view(told.history, request.query_params.get("item"))
        only = "failures" if request.query_params.get("only") == "failures" else ""
        events = [event for event in _events(told, item) if not only or is_failure(event)]
        return self.page(request, "_events.html", execution=told.execution, **_shown(told, events, item, only))

    def event(self, request: Request) -> Response:
        """Return one event in full."""
        told = self.reading.told(request.path_params["arn"])
        number = _number(request.query_params.get("id"))
        found = next((event for event in told.history.events if event.id == number), None)
        if found is None:
            raise HTTPException(404)
        return self.page(request, "_event.html", id=number, text=json.dumps(found.details, default=str))

    def items(self, request: Request) -> Response:
        """Return the indexes of a visit's items that contain a text, as JSON."""
        told = self.reading.told(request.path_params["arn"])
        text = request.query_params.get("q", "")
        return JSONResponse(sorted(containing(told.history, _visit_of(told, request), text)))

    def family(self, request: Request) -> Response:
        """Return what started an execution, and what it started, as a tree."""
        return self.page(request, "_family.html", family=self.reading.family(request.path_params["arn"]))

    def log(self, request: Request) -> Response:
        """Return what a function wrote during one attempt."""
        told = self.reading.told(request.path_params["arn"])
        attempt = _attempt_of(_visit_of(told, request), request)
        invocations = self._settings.client.invocations(attempt, told.history.request_ids())
        return self.page(request, "_log.html", attempt=attempt, invocations=invocations)

    def document(self, request: Request) -> Response:
        """Return an input, an output or the cause of a failed attempt as it is, however long."""
        told = self.reading.told(request.path_params["arn"])
        what = request.query_params.get("of", "input")
        source: Any = _visit_of(told, request) if "visit" in request.query_params else told.execution
        if what in {"cause", "sent", "answer"}:
            attempt = _attempt_of(_visit_of(told, request), request)
            cause = attempt.failure.cause if attempt.failure else None
            text = {"cause": cause, "sent": attempt.input, "answer": attempt.output}[what]
        else:
            text = source.output if what == "output" else source.input
        if text is None:
            raise HTTPException(404)
        headers = {"Content-Disposition": f'attachment; filename="{what}.json"'} if _wants_file(request) else {}
        return PlainTextResponse(text, headers=headers)

    # changes

    async def place(self, request: Request) -> Response:
        """Start an execution from outside, as the starter does."""
        fields = await self._fields(request)
        starter = self._settings.starter
        if starter is None:
            raise HTTPException(404)
        value, key = fields.get("value", ""), fields.get("key", "").strip() or None
        try:
            arn = await run_in_threadpool(starter.start, value, key)
        except StarterError as error:
            message = str(error)
            return await run_in_threadpool(self._refusal, request, message, None)
        return _redirect(request, execution_url(arn))

    async def start(self, request: Request) -> Response:
        """Start an execution with any input."""
        fields = await self._fields(request)
        arn = await run_in_threadpool(self._control().start, request.path_params["arn"], fields.get("input", ""))
        return _redirect(request, execution_url(arn))

    async def stop(self, request: Request) -> Response:
        """Stop an execution."""
        await self._fields(request)
        arn = request.path_params["arn"]
        await run_in_threadpool(self._control().stop, arn, "Stopped in the console")
        said = stopped_text(await run_in_threadpool(self.reading.told, arn))
        if request.headers.get("hx-request"):
            return Response(status_code=204, headers={"X-Said": quote(said)})
        return _redirect(request, execution_url(arn))

    async def redrive(self, request: Request) -> Response:
        """Let a failed execution go on."""
        await self._fields(request)
        arn = request.path_params["arn"]
        await run_in_threadpool(self._control().redrive, arn)
        return _redirect(request, execution_url(arn))

    async def answer(self, request: Request) -> Response:
        """Answer a task that waits for its token."""
        fields = await self._fields(request)
        arn = request.path_params["arn"]
        told = await run_in_threadpool(self.reading.told, arn)
        waiting = waiting_of(told, _visit_of(told, request))
        if waiting is None or waiting.token is None:
            raise HTTPException(409, "The task does not wait for an answer any more, or its token is not known.")
        control = self._control()
        if fields.get("answer") == "failure":
            error, cause = fields.get("error", ""), fields.get("cause", "")
            await run_in_threadpool(control.send_failure, waiting.token, error, cause)
        else:
            await run_in_threadpool(control.send_success, waiting.token, fields.get("output", ""))
        if request.headers.get("hx-request"):
            return Response(status_code=204, headers={"X-Said": quote("The answer was sent.")})
        return _redirect(request, execution_url(arn))

    async def test(self, request: Request) -> Response:
        """Run one state alone, and return what it did."""
        fields = await self._fields(request)
        told = await run_in_threadpool(self.reading.told, request.path_params["arn"])
        state = state_alone(told, request.query_params.get("state", ""))
        role = role_of(told)
        if state is None or role is None:
            raise HTTPException(404)
        result = await run_in_threadpool(self._control().test, state, role, fields.get("input", ""))
        return self.page(request, "_test.html", result=result)

    async def _fields(self, request: Request) -> dict[str, str]:
        if self._settings.is_read_only:
            raise HTTPException(403, "This console is read-only.")
        fields = await form_of(request, self._settings)
        if fields is None:
            raise HTTPException(403, "The form is not of this console, or was opened before it was started again.")
        return dict(fields)

    def _control(self) -> ExecutionsControl:
        if self._settings.control is None:
            raise HTTPException(403, "This console is read-only.")
        return self._settings.control

    # what goes wrong

    def not_found(self, request: Request, error: Exception) -> Response:
        """Answer that there is no such execution or state machine, or not any more."""
        assert isinstance(error, HintedError)
        machine = self.reading.successor(request.path_params.get("arn", ""))
        if machine is None:
            return self._error(request, 404, "Not found", error.message, error.hint)
        message = (
            f"{error.message} It has been deleted, or {self._settings.where} was started anew since and has forgotten "
            f"it. The state machine {machine.name} is there."
        )
        way_on = (f"/machines/{machine.arn}", f"Executions of {machine.name}")
        return self._error(request, 404, "Not there any more", message, way_on=way_on)

    def silent(self, request: Request, error: Exception) -> Response:
        """Answer that the engine is there and says nothing."""
        del error
        message = (
            f"{self._settings.where} takes connections and has not answered for {_PATIENCE} seconds: it is frozen or "
            "very busy. This page goes on by itself when it answers."
        )
        return self._error(request, 503, "The engine does not answer", message, retries=True)

    def refused(self, request: Request, error: Exception) -> Response:
        """Answer that what was asked for cannot be done or read."""
        assert isinstance(error, HintedError)
        return self._refusal(request, error.message, error.hint)

    def _refusal(self, request: Request, message: str, hint: str | None) -> Response:
        return self._error(request, 422, "That did not work", message, hint)

    def away(self, request: Request, error: Exception) -> Response:
        """Return the engine does not answer."""
        where, how = self._settings.where, self._settings.how_to_start
        message = f"{where} does not answer. Start it with {how}; this page goes on by itself when it is back."
        return self._error(request, 503, "The engine is away", message, str(error), retries=True)

    def engine_error(self, request: Request, error: Exception) -> Response:
        """Return the engine answers with an error of its own."""
        assert isinstance(error, ClientError)
        reason = error.response.get("Error", {})
        message = f"{self._settings.where} answered: {reason.get('Message') or reason.get('Code')}"
        return self._error(request, 502, "The engine reports an error", message, reason.get("Code"))

    def http_error(self, request: Request, error: Exception) -> Response:
        """Answer as Starlette does."""
        assert isinstance(error, HTTPException)
        sentence = "There is nothing at this address." if error.status_code == 404 else error.detail
        return self._error(request, error.status_code, "Not found" if error.status_code == 404 else "Refused", sentence)

    def broken(self, request: Request, error: Exception) -> Response:
        """Return a mistake of ours, which the console's own log tells in full."""
        message = f"The console made a mistake: {type(error).__name__}. What led to it is in the terminal it runs in."
        return self._error(request, 500, "That should not have happened", message)

    def _error(
        self,
        request: Request,
        status: int,
        title: str,
        message: str,
        hint: str | None = None,
        *,
        retries: bool = False,
        way_on: tuple[str, str] | None = None,
    ) -> Response:
        if request.headers.get("hx-request"):
            # what to do about it is said too, but not an engine's code for it, or why a connection failed
            told = f"{message} {hint}" if hint and status in _ADVISED else message
            headers = {"HX-Reswap": "none", "X-Problem": quote(told)}
            if way_on:
                headers["X-Way-On"] = " ".join(map(quote, way_on))
            return Response(status_code=status, headers=headers)
        template = self._templates.get_template("error.html")
        html = template.render(request=request, title=title, message=message, hint=hint, retries=retries, way_on=way_on)
        return HTMLResponse(html, status)

    def page(self, request: Request, template: str, **context: Any) -> Response:
        """Return a template as a page."""
        return HTMLResponse(self._templates.get_template(template).render(request=request, **context))


def _seconds(summary: ExecutionSummary) -> float:
    return ((summary.stopped or datetime.now(UTC)) - summary.started).total_seconds()


def _shown(told: ExecutionDetails, events: Sequence[Event], item: ItemView | None, only: str | None) -> dict[str, Any]:
    """Return what the table of events needs; ``only`` is ``None`` on a page that shows the first of all of them."""
    shown = events[:_EVENTS_PAGE] if only is None else events
    fields = {"item": item.key if item else "", "only": only or ""}
    return {
        "events": grouped(told.history, shown),
        "more_events": len(events) - len(shown),
        "item_key": f"-{item.key}" if item else "",
        "shown_only": only or "",
        "kept_open": only is not None,
        "events_url": f"/events/{told.execution.arn}?{urlencode(fields)}",
    }


def _events(told: ExecutionDetails, item: ItemView | None) -> Sequence[Event]:
    """Return the events of an execution, or of the one item of it that is looked at."""
    if item is None:
        return told.history.events
    shown = events_of(told.history, item.chosen)
    return [event for event in told.history.events if event.id in shown]


def _templates(settings: Settings) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_FOLDER / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    filters = (
        shown.cause, shown.chips, shown.day, shown.document, shown.duration, shown.elapsed,
        shown.in_short, shown.input_in_short, shown.iso, shown.laid_out, shown.moment, shown.said, shown.sign,
        shown.status_mark, shown.status_word, shown.titled, shown.variables,
    )  # fmt: skip
    environment.filters.update({function.__name__: function for function in filters})
    environment.globals.update(
        longest_json=shown.LONGEST_JSON,
        now=lambda: datetime.now(UTC),
        settings=settings,
        execution_url=execution_url,
        function_name=function_name,
        mark_of=_mark,
    )
    return environment


def _mark(visit: Visit) -> str:
    return shown.mark_class(mark_of(visit))


def _wants_file(request: Request) -> bool:
    return "download" in request.query_params


def _visit_of(told: ExecutionDetails, request: Request) -> Visit:
    index = _number(request.query_params.get("visit"))
    if index is None or index >= len(told.history.visits):
        raise HTTPException(404)
    return told.history.visits[index]


def _attempt_of(visit: Visit, request: Request) -> Attempt:
    number = _number(request.query_params.get("attempt"))
    if number is None or not 0 < number <= len(visit.attempts):
        raise HTTPException(404)
    return visit.attempts[number - 1]


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isdigit() and len(text) < 9 else None


def _redirect(request: Request, url: str) -> Response:
    if request.headers.get("hx-request"):
        return Response(status_code=204, headers={"HX-Redirect": url})
    return RedirectResponse(url, status_code=303)
