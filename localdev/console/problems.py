"""Answers where something goes wrong: a page, or for htmx a sentence in a header."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, urlencode

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    CredentialRetrievalError,
    LoginError,
    NoAuthTokenError,
    NoCredentialsError,
    ParamValidationError,
    SSOError,
    TokenRetrievalError,
)
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from localdev.console.pulse import PATIENCE_SECONDS
from localdev.console.watched import Fate
from localdev.executions.errors import HintedError, NotFoundError, UnknownPageError

if TYPE_CHECKING:
    from starlette.requests import Request

    from localdev.console.reading import Reading
    from localdev.console.rendering import Renderer
    from localdev.console.settings import Settings

_ADVISED: Final = {404, 422}
"""The statuses of what a person can do something about."""
_LONGEST: Final = 2_000
"""Characters of a message in a header for htmx."""
_SIGNED_OUT: Final = (
    CredentialRetrievalError, LoginError, NoAuthTokenError, NoCredentialsError, SSOError, TokenRetrievalError,
)  # fmt: skip
_EXPIRED: Final = {
    "ExpiredToken", "ExpiredTokenException", "InvalidClientTokenId", "RequestExpired", "UnrecognizedClientException",
}  # fmt: skip
"""https://docs.aws.amazon.com/step-functions/latest/apireference/CommonErrors.html, and STS's for a session's end."""
_FATES: Final = {
    Fate.READ: ("This page goes on by itself when it answers.", ""),
    Fate.SENT: (
        "What you asked for has been sent: it is done when the engine goes on, unless that is ended first.",
        "The engine answers again. Look whether what you asked for has been done before you ask again.",
    ),
    Fate.NOT_SENT: (
        "What you asked for has not been sent, and nothing was changed. Ask again when the engine answers.",
        "The engine answers again. What you asked for was not sent: ask again.",
    ),
}
"""What is said of a request in the meantime, and when the engine answers again."""


class Problems:
    """Answers requests that failed."""

    def __init__(self, settings: Settings, reading: Reading, renderer: Renderer) -> None:
        self._settings = settings
        self._reading = reading
        self._renderer = renderer

    def handlers(self) -> dict[Any, Any]:
        """Return the answer to each kind of error."""
        return {
            NotFoundError: self.not_found,
            UnknownPageError: self.first_page,
            HintedError: self.refused,
            ParamValidationError: self.nothing_there,
            BotoCoreError: self.away,
            ClientError: self.engine_error,
            HTTPException: self.http_error,
            Exception: self.broken,
        }

    def not_found(self, request: Request, error: Exception) -> Response:
        """Answer that there is no such execution or state machine, or not any more."""
        assert isinstance(error, HintedError)
        machine = self._reading.successor(request.path_params.get("arn", ""))
        if machine is None:
            return self._error(request, 404, "Not found", error.message, error.hint)
        forgotten = (
            "or it ended more than 90 days ago: AWS keeps none for longer"
            if self._settings.aws_region
            else f"or {self._settings.where} was started anew since and has forgotten it"
        )
        message = f"{error.message} It has been deleted, {forgotten}. The state machine {machine.name} is there."
        way_on = (f"/machines/{machine.arn}", f"Executions of {machine.name}")
        return self._error(request, 404, "Not there any more", message, way_on=way_on)

    def first_page(self, request: Request, _error: Exception) -> Response:
        """Lead to the first page of a list: the one asked for was forgotten, or is of an earlier engine."""
        kept = {name: value for name, value in request.query_params.items() if name not in {"after", "searched"}}
        return RedirectResponse(f"{request.url.path}?{urlencode(kept)}")

    def silent(self, request: Request, fate: Fate) -> Response:
        """Answer that the engine is there and says nothing, and what becomes of the request."""
        state = (
            f"{self._settings.where} takes connections and has not answered for {PATIENCE_SECONDS:.0f} seconds: it is "
            "frozen or very busy."
        )
        rest, later = _FATES[fate]
        answer = self._error(request, 503, "The engine does not answer", f"{state} {rest}", retries=fate is Fate.READ)
        if later:
            answer.headers["X-Later"] = quote(later)
        return answer

    def refused(self, request: Request, error: Exception) -> Response:
        """Answer that what was asked for cannot be done or read."""
        assert isinstance(error, HintedError)
        return self.refusal(request, error.message, error.hint)

    def refusal(self, request: Request, message: str, hint: str | None) -> Response:
        """Answer that something was not accepted, and why."""
        return self._error(request, 422, "That did not work", message, hint)

    def nothing_there(self, request: Request, error: Exception) -> Response:
        """Answer that an address names nothing that the engine could be asked for."""
        return self._error(request, 404, "Not found", "There is nothing at this address.", str(error))

    def away(self, request: Request, error: Exception) -> Response:
        """Answer that the engine does not answer, or that nobody is signed in to ask it."""
        if isinstance(error, _SIGNED_OUT):
            return self._signed_out(request, str(error))
        where, how = self._settings.where, self._settings.how_to_start
        if self._settings.aws_region:
            message = f"{where} does not answer. Look at the network and the proxy; this page goes on by itself."
            return self._error(request, 503, "AWS does not answer", message, str(error), retries=True)
        message = f"{where} does not answer. Start it with {how}; this page goes on by itself when it is back."
        return self._error(request, 503, "The engine is away", message, str(error), retries=True)

    def engine_error(self, request: Request, error: Exception) -> Response:
        """Answer with the engine's own error."""
        assert isinstance(error, ClientError)
        reason = error.response.get("Error", {})
        if reason.get("Code") in _EXPIRED:
            return self._signed_out(request, reason.get("Message") or reason["Code"])
        message = f"{self._settings.where} answered: {reason.get('Message') or reason.get('Code')}"
        return self._error(request, 502, "The engine reports an error", message, reason.get("Code"))

    def _signed_out(self, request: Request, reason: str) -> Response:
        message = (
            f"{self._settings.where} does not accept the AWS session any more: it has expired, or there is none. Sign "
            "in again, as with `aws sso login` or `aws login`; this page goes on by itself. Where the keys are in "
            "environment variables, start the console again with new ones."
        )
        return self._error(request, 503, "The AWS session has expired", message, reason, retries=True)

    def http_error(self, request: Request, error: Exception) -> Response:
        """Answer as Starlette does."""
        assert isinstance(error, HTTPException)
        sentence = "There is nothing at this address." if error.status_code == 404 else error.detail
        return self._error(request, error.status_code, "Not found" if error.status_code == 404 else "Refused", sentence)

    def broken(self, request: Request, error: Exception) -> Response:
        """Answer that the console made a mistake, which its own log tells in full."""
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
            advice = f"{message} {hint}" if hint and status in _ADVISED else message
            headers = {"HX-Reswap": "none", "X-Problem": quote(advice[:_LONGEST], errors="replace")}
            if way_on:
                headers["X-Way-On"] = " ".join(map(quote, way_on))
            return Response(status_code=status, headers=headers)
        context = {"title": title, "message": message, "hint": hint, "retries": retries, "way_on": way_on}
        return self._renderer.page(request, "error.html", status, **context)
