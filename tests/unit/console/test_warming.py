"""What a console does before its first page is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from localdev.console.reading import Reading
from localdev.console.rendering import Renderer

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.unit.console.conftest import Console


def test_a_console_asks_beforehand_what_its_first_pages_ask(console_of: Callable[..., Console]) -> None:
    console = console_of("choice")

    Reading(console.settings.client).warm()
    Renderer(console.settings).load()

    assert {"state_machines", "state_machine", "executions", "execution", "history"} <= set(console.engine.calls)
