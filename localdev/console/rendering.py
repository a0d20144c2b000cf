"""Turn templates into pages."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse

from localdev.console import shown
from localdev.console.services.traces import function_name
from localdev.console.views import execution_url
from localdev.executions.graph import mark_of
from localdev.executions.text import encodable, failure_text

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from localdev.console.settings import Settings
    from localdev.executions.history import Visit

FOLDER: Final = Path(__file__).parent


class Renderer:
    """Renders the templates of one console."""

    def __init__(self, settings: Settings) -> None:
        self._templates = _templates(settings)

    def load(self) -> None:
        """Compile every template, which would else be done for the first page that has it."""
        for name in self._templates.list_templates():
            self._templates.get_template(name)

    def page(self, request: Request, template: str, status: int = 200, **context: Any) -> Response:
        """Return a template as a page."""
        text = self._templates.get_template(template).render(request=request, **context)
        return HTMLResponse(encodable(text), status)


def _templates(settings: Settings) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(FOLDER / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    filters = (
        shown.cause, shown.chips, shown.day, shown.day_in_short, shown.document, shown.duration, shown.elapsed,
        shown.in_parts, shown.in_short, shown.input_in_short, shown.iso, shown.laid_out, shown.moment, shown.said,
        shown.sign, shown.status_mark, shown.status_word, shown.tick, shown.titled, shown.variables,
    )  # fmt: skip
    environment.filters.update({function.__name__: function for function in filters})
    # Jinja's own knows nothing of half a surrogate pair, which the name of a state can have
    environment.filters["urlencode"] = partial(quote, errors="replace")
    environment.globals.update(
        longest_json=shown.LONGEST_JSON,
        now=lambda: datetime.now(UTC),
        settings=settings,
        execution_url=execution_url,
        failure_text=failure_text,
        function_name=function_name,
        mark_of=_mark,
    )
    return environment


def _mark(visit: Visit) -> str:
    return shown.mark_class(mark_of(visit))
