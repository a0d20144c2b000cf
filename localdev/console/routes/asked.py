"""What an address asks for, and how an action is answered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

if TYPE_CHECKING:
    from starlette.requests import Request

    from localdev.console.details import ExecutionDetails
    from localdev.executions.history import Attempt, Visit


def number_of(text: str | None) -> int | None:
    """Return a whole number of an address; ``None`` where it is none."""
    return int(text) if text and text.isdigit() and len(text) < 9 else None


def visit_of(details: ExecutionDetails, request: Request) -> Visit:
    """Return the visit that an address names. :raises HTTPException: there is none."""
    index = number_of(request.query_params.get("visit"))
    if index is None or index >= len(details.history.visits):
        raise HTTPException(404)
    return details.history.visits[index]


def attempt_of(visit: Visit, request: Request) -> Attempt:
    """Return the attempt of a visit that an address names. :raises HTTPException: there is none."""
    number = number_of(request.query_params.get("attempt"))
    if number is None or not 0 < number <= len(visit.attempts):
        raise HTTPException(404)
    return visit.attempts[number - 1]


def redirect(request: Request, url: str) -> Response:
    """Lead a browser or htmx to another page."""
    if request.headers.get("hx-request"):
        return Response(status_code=204, headers={"HX-Redirect": url})
    return RedirectResponse(url, status_code=303)
