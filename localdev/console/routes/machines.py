"""State machines, lists of their executions, coverage."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from localdev.console import shown
from localdev.console.filters import STATUSES, address_of, filters_of
from localdev.console.routes.asked import number_of
from localdev.console.routes.pages import Pages

if TYPE_CHECKING:
    from starlette.requests import Request

    from localdev.console.settings import Starter
    from localdev.executions.records import ExecutionSummary, StateMachine

_STRIP: Final = 20
_COUNTED: Final = 100
"""The newest executions that the list of state machines shows of each."""


class MachinePages(Pages):
    """Answers requests for state machines."""

    def routes(self) -> list[Route]:
        """Return the routes."""
        return [
            Route("/", self.home),
            Route("/machines", self.machines),
            Route("/machines/{arn:path}", self.machine),
            Route("/list/{arn:path}", self.listing),
            Route("/coverage/{arn:path}", self.coverage),
        ]

    def home(self, request: Request) -> Response:
        """Return the one state machine there is, or the list of them."""
        machines = self._reading.state_machines()
        if len(machines) == 1:
            return RedirectResponse(f"/machines/{machines[0].arn}")
        return self.machines(request)

    def machines(self, request: Request) -> Response:
        """Return every state machine; as a part of the page, with what takes longer to count."""
        is_part = "part" in request.query_params
        counted = _COUNTED if is_part else _STRIP
        machines = self._reading.with_recent(counted, is_whole=is_part)
        has_more = not is_part and any(recent is None or len(recent) == _STRIP for _, recent in machines)
        template = "_machines.html" if is_part else "machines.html"
        fields: dict[str, Any] = {"has_more": has_more, "strip": _STRIP, "counted": counted, "statuses": STATUSES}
        return self._page(request, template, machines=machines, **fields)

    def machine(self, request: Request) -> Response:
        """Return a state machine: its executions, its definition, and what can be started."""
        arn = request.path_params["arn"]
        machine, graph, remarks = self._reading.state_machine(arn)
        return self._page(
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
        machine = self._reading.state_machine(request.path_params["arn"])[0]
        listed = self._listed(request, machine)
        if request.query_params.get("seen") == listed["seen"]:
            return Response(status_code=204)
        return self._page(request, "_list.html", machine=machine, **listed)

    def _listed(self, request: Request, machine: StateMachine) -> dict[str, Any]:
        query = request.query_params
        wanted = filters_of(query)
        after = query.get("after") or None
        listing = self._reading.listing(machine, wanted, after=after, is_whole=False)
        counts = self._reading.counts(machine)
        before = number_of(query.get("searched")) or 0 if after else 0
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
            "poll_query": urlencode({**kept, **({"after": after, "searched": before} if after else {})}),
            "next_query": urlencode({**kept, **further, "after": listing.next or ""}),
            "address_of": lambda **changed: urlencode(address_of(replace(wanted, **changed))),
            "longest": max((_seconds(row.summary) for row in listing.rows), default=0.0),
            # of what started today the time alone is shown, until midnight
            "seen": str(hash((rows, listing.searched, tuple(sorted(counts.by_status.items())), shown.today()))),
        }

    def coverage(self, request: Request) -> Response:
        """Return what the executions that a list's address names have reached of the definition."""
        machine = self._reading.state_machine(request.path_params["arn"])[0]
        wanted = filters_of(request.query_params)
        covered = self._reading.coverage(machine, wanted)
        graph = covered.coverage.counted_graph()
        kept = urlencode(address_of(wanted))
        graph_json = json.dumps(graph.as_data())
        return self._page(
            request, "coverage.html", machine=machine, covered=covered, graph_json=graph_json, kept=kept, wanted=wanted
        )


def _seconds(summary: ExecutionSummary) -> float:
    return ((summary.stopped or datetime.now(UTC)) - summary.started).total_seconds()
