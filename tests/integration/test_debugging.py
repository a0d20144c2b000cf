"""``./scripts/up --debug``: a deployed function that waits for a debugger."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import pytest

from localdev.deployment.debugging import let_debug
from localdev.engines.embedded import EmbeddedEngine
from localdev.system.debugged import Debugged
from localdev.system.errors import LocaldevError
from localdev.system.waiting import wait_until
from pizzeria.stack import stack_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    from localdev.engines import Engine
    from tests.integration.conftest import Api

pytestmark = pytest.mark.only_on("embedded")


@pytest.fixture
def embedded(engine: Engine, api: Api) -> Iterator[EmbeddedEngine]:
    """Provide the engine with the stack on it, whose functions are no longer debugged afterwards."""
    assert api
    assert isinstance(engine, EmbeddedEngine)
    yield engine
    let_debug(engine, [stack_name(engine)], [Debugged("OrderPizza", 1)])
    engine.debug_file.unlink()


def test_a_function_that_ran_already_starts_anew_with_its_debugger_and_serves(
    embedded: EmbeddedEngine, api: Api, outcome_of: Callable[[Any], dict[str, Any]]
) -> None:
    assert outcome_of(api.order("pepperoni"))["status"] == "SUCCEEDED"
    with socket.socket() as taken:
        # where another environment has the port, the function goes on without a debugger
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        let_debug(embedded, [stack_name(embedded)], [Debugged("OrderPizza", port)])
        assert outcome_of(api.order("pepperoni"))["status"] == "SUCCEEDED"

    wait_until(lambda: _is_logged(embedded, f"127.0.0.1:{port}:wait"), what="the function's log", seconds=30)


def _is_logged(engine: EmbeddedEngine, text: str) -> bool | None:
    logs = engine.clients().client("logs")
    groups = [group["logGroupName"] for group in logs.describe_log_groups()["logGroups"]]
    events = [event for group in groups for event in logs.filter_log_events(logGroupName=group)["events"]]
    return any("no debugger can attach" in event["message"] and text in event["message"] for event in events) or None


def test_a_function_that_is_not_there_is_named_with_those_that_are(embedded: EmbeddedEngine) -> None:
    with pytest.raises(LocaldevError, match="There is no function 'Pasta'"):
        let_debug(embedded, [stack_name(embedded)], [Debugged("Pasta")])
