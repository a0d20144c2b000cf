"""What a person can change: start, stop, redrive, answer, test."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Route

from localdev.console.protect import form_of
from localdev.console.routes.asked import redirect, visit_of
from localdev.console.routes.pages import Pages
from localdev.console.settings import StarterError
from localdev.console.single_states import role_of, state_alone, stopped_text
from localdev.console.views import execution_url, waiting_of

if TYPE_CHECKING:
    from starlette.requests import Request

    from localdev.console.problems import Problems
    from localdev.console.reading import Reading
    from localdev.console.rendering import Renderer
    from localdev.console.settings import Settings
    from localdev.executions.control import ExecutionsControl


class Changes(Pages):
    """Answers requests that change something."""

    def __init__(self, settings: Settings, reading: Reading, renderer: Renderer, problems: Problems) -> None:
        super().__init__(settings, reading, renderer)
        self._problems = problems

    def routes(self) -> list[Route]:
        """Return the routes."""
        return [
            Route("/place", self.place, methods=["POST"]),
            Route("/start/{arn:path}", self.start, methods=["POST"]),
            Route("/stop/{arn:path}", self.stop, methods=["POST"]),
            Route("/redrive/{arn:path}", self.redrive, methods=["POST"]),
            Route("/answer/{arn:path}", self.answer, methods=["POST"]),
            Route("/test/{arn:path}", self.test, methods=["POST"]),
        ]

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
            return await run_in_threadpool(self._problems.refusal, request, message, None)
        return redirect(request, execution_url(arn))

    async def start(self, request: Request) -> Response:
        """Start an execution with any input."""
        fields = await self._fields(request)
        arn = await run_in_threadpool(self._control().start, request.path_params["arn"], fields.get("input", ""))
        return redirect(request, execution_url(arn))

    async def stop(self, request: Request) -> Response:
        """Stop an execution."""
        await self._fields(request)
        arn = request.path_params["arn"]
        await run_in_threadpool(self._control().stop, arn, "Stopped in the console")
        said = stopped_text(await run_in_threadpool(self._reading.details, arn))
        if request.headers.get("hx-request"):
            return Response(status_code=204, headers={"X-Said": quote(said, errors="replace")})
        return redirect(request, execution_url(arn))

    async def redrive(self, request: Request) -> Response:
        """Let a failed execution go on."""
        await self._fields(request)
        arn = request.path_params["arn"]
        await run_in_threadpool(self._control().redrive, arn)
        return redirect(request, execution_url(arn))

    async def answer(self, request: Request) -> Response:
        """Answer a task that waits for its token."""
        fields = await self._fields(request)
        arn = request.path_params["arn"]
        details = await run_in_threadpool(self._reading.details, arn)
        waiting = waiting_of(details, visit_of(details, request))
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
        return redirect(request, execution_url(arn))

    async def test(self, request: Request) -> Response:
        """Run one state alone, and return what it did."""
        fields = await self._fields(request)
        details = await run_in_threadpool(self._reading.details, request.path_params["arn"])
        state = state_alone(details, request.query_params.get("state", ""))
        role = role_of(details)
        if state is None or role is None:
            raise HTTPException(404)
        result = await run_in_threadpool(self._control().test, state, role, fields.get("input", ""))
        return self._page(request, "_test.html", result=result)

    async def _fields(self, request: Request) -> dict[str, str]:
        if self._settings.is_read_only:
            raise HTTPException(403, "This console is read-only.")
        fields = await form_of(request, self._settings)
        if fields is None:
            raise HTTPException(
                403, "The form is not of this console, was opened before it was started again, or is too long."
            )
        return dict(fields)

    def _control(self) -> ExecutionsControl:
        if self._settings.control is None:
            raise HTTPException(403, "This console is read-only.")
        return self._settings.control
