"""Two executions side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.routing import Route

from localdev.console.listings import Filters
from localdev.console.protect import form_of
from localdev.console.routes.pages import Pages
from localdev.executions.comparison import compare
from localdev.executions.records import execution_of
from localdev.executions.saved import read_saved

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response


_LONGEST_HISTORY: Final = 64_000_000
"""Bytes of a form; an execution's 25,000 events are some 10 MB, half as much again as a form."""


class ComparisonPages(Pages):
    """Answers requests for comparisons."""

    def routes(self) -> list[Route]:
        """Return the routes."""
        return [
            Route("/compare/{arn:path}", self.compare, methods=["GET"]),
            Route("/compare/{arn:path}", self.compare_saved, methods=["POST"]),
        ]

    def compare(self, request: Request) -> Response:
        """Return two executions side by side; with one alone, others to choose from."""
        left = self._reading.details(request.path_params["arn"])
        other = request.query_params.get("with")
        if other:
            right = self._reading.details(other)
            context: dict[str, Any] = {"right": right, "compared": compare(left.history, right.history)}
        else:
            machine = self._reading.state_machine(left.execution.state_machine_arn)[0]
            context = {"right": None, "others": self._reading.listing(machine, Filters(), after=None).rows}
        return self._page(request, "compare.html", left=left, execution=left.execution, **context)

    async def compare_saved(self, request: Request) -> Response:
        """Return an execution beside a history from elsewhere, such as an AWS account."""
        # nothing is changed by it: a console that is read-only compares, too
        fields = await form_of(request, self._settings, longest=_LONGEST_HISTORY)
        if fields is None:
            raise HTTPException(403, "The form is not of this console or is older than it, or the history is too long.")
        left = await run_in_threadpool(self._reading.details, request.path_params["arn"])
        history = await run_in_threadpool(read_saved, fields.get("history", ""))
        right = execution_of(history, arn="", name="The saved history", state_machine_arn="")
        context: dict[str, Any] = {"right": {"execution": right}, "compared": compare(left.history, history)}
        return self._page(request, "compare.html", left=left, execution=left.execution, **context)
