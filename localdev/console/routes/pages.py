"""The base of those who answer with pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from localdev.console.reading import Reading
    from localdev.console.rendering import Renderer
    from localdev.console.settings import Settings


class Pages:
    """Holds what every request for a page needs."""

    def __init__(self, settings: Settings, reading: Reading, renderer: Renderer) -> None:
        self._settings = settings
        self._reading = reading
        self._page = renderer.page
