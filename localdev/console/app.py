"""The console as an ASGI application."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

from localdev.console.problems import Problems
from localdev.console.protect import Protected
from localdev.console.pulse import BETWEEN_SECONDS, Pulse
from localdev.console.reading import Reading
from localdev.console.rendering import FOLDER, Renderer
from localdev.console.routes.changes import Changes
from localdev.console.routes.comparisons import ComparisonPages
from localdev.console.routes.executions import ExecutionPages
from localdev.console.routes.machines import MachinePages
from localdev.console.routes.presence import Presence
from localdev.console.services.pages import ServicePages
from localdev.console.warming import while_served
from localdev.console.watched import Watched

if TYPE_CHECKING:
    from starlette.responses import Response

    from localdev.console.settings import Settings

_COMPRESSED_FROM: Final = 20_000
"""Bytes of a page: the graph of two hundred states is large, and most of it is repetition."""

_BETWEEN_IN_AN_ACCOUNT: Final = 5.0


def create_app(settings: Settings) -> Starlette:
    """Return the console as an ASGI application."""
    reading, renderer = Reading(settings.client), Renderer(settings)
    problems = Problems(settings, reading, renderer)
    # an account counts its requests
    between = _BETWEEN_IN_AN_ACCOUNT if settings.aws_region else BETWEEN_SECONDS
    pulse = Pulse(lambda: settings.client.ping(), between=between)  # noqa: PLW0108 - asked for when it is asked
    return Starlette(
        routes=[
            *MachinePages(settings, reading, renderer).routes(),
            *ExecutionPages(settings, reading, renderer).routes(),
            *ComparisonPages(settings, reading, renderer).routes(),
            *ServicePages(settings.stack, reading, renderer.page).routes(),
            *Changes(settings, reading, renderer, problems).routes(),
            *Presence(settings, reading, renderer).routes(),
            Mount("/static", GZipMiddleware(_Static(directory=FOLDER / "static"), minimum_size=1000)),
        ],
        middleware=[
            Middleware(Protected, settings=settings),
            Middleware(GZipMiddleware, minimum_size=_COMPRESSED_FROM, compresslevel=1),
            Middleware(Watched, pulse=pulse, silent=problems.silent),
        ],
        exception_handlers=problems.handlers(),
        lifespan=while_served(reading, renderer),
    )


class _Static(StaticFiles):
    """Files that a browser asks about again each time: they change with the checkout."""

    def file_response(self, *args: Any, **kwargs: Any) -> Response:
        """Return the file, to be kept only as long as it is the same."""
        response = super().file_response(*args, **kwargs)
        response.headers["Cache-Control"] = "no-cache"
        return response
