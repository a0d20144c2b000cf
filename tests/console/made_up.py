"""Consoles over executions that no engine ran: of ten thousand items, or of what an engine seldom says."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, cast

from localdev.console.settings import Settings
from tests.console.conftest import served
from tests.unit.console.conftest import RecordedClient, execution_arn

if TYPE_CHECKING:
    from collections.abc import Iterator

    from localdev.executions.client import ExecutionsClient
    from localdev.executions.definition import Definition
    from localdev.executions.history import History

NAME = "choice"
"""The recording that a made-up execution takes its status and its input from."""


@contextmanager
def console_over(definition: Definition, history: History) -> Iterator[str]:
    """Serve a console, and yield the address of the execution's page in it."""
    client = RecordedClient([NAME], histories={NAME: history}, made_up=definition)
    settings = Settings(
        client=cast("ExecutionsClient", client), control=None, where="a made-up engine", how_to_start="./scripts/up"
    )
    with served(settings) as url:
        yield f"{url}/executions/{execution_arn(NAME)}"
