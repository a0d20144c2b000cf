"""The items of a distributed Map, each an execution of its own."""

from __future__ import annotations

import json
import re
from html import unescape
from typing import TYPE_CHECKING, Any

from tests.unit.console.conftest import execution_arn
from tests.unit.executions.conftest import recording
from tests.unit.executions.made_up import Writer, map_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from localdev.executions.history import History
    from tests.unit.console.conftest import Console

_RUN = "arn:aws:states:us-east-1:000000000000:mapRun:pizzeria/Each:1"


def _distributed() -> History:
    writer = Writer()
    writer.write("ExecutionStarted", input="{}")
    writer.begin_map("Each", 3, given="[1, 2, 3]")
    writer.write("MapRunStarted", mapRunArn=_RUN)
    writer.write("MapRunSucceeded")
    writer.write("MapStateSucceeded")
    writer.write("MapStateExited", name="Each", output="[]")
    writer.write("ExecutionSucceeded", output="[]")
    return writer.history()


def _console(console_of: Callable[..., Console]) -> Console:
    console = console_of("choice", "task", "task_caught_to_fail")
    console.engine.histories["choice"] = _distributed()
    return console


def test_items_of_a_distributed_map_have_the_statuses_of_their_executions(console_of: Callable[..., Console]) -> None:
    console = _console(console_of)
    arn = execution_arn("choice")

    assert f'hx-get="/run/{arn}?visit=0"' in console.execution("choice")
    for _ in range(2):
        shown = console.page(f"/run/{arn}?visit=0")

    assert 'data-items="ssf"' in shown
    assert "1 failed" in shown
    assert "2 succeeded" in shown
    # every page of what has ended is read once
    assert [call for call in console.engine.calls if _RUN in call] == [
        f"executions of {_RUN} after {after}" for after in (None, 2)
    ]


def test_an_item_of_a_distributed_map_leads_to_its_execution(console_of: Callable[..., Console]) -> None:
    console = _console(console_of)
    of_run = f"/run/{execution_arn('choice')}?visit=0"

    assert console.web.get(f"{of_run}&at=1").headers["location"] == f"/executions/{execution_arn('task')}"
    assert console.web.get(f"{of_run}&at=3").status_code == 404


def test_a_state_that_started_no_run_says_so(console_of: Callable[..., Console]) -> None:
    response = console_of("choice").web.get(f"/run/{execution_arn('choice')}?visit=0")

    assert response.status_code == 404
    assert "has started no Map run" in response.text


def test_the_items_of_a_distributed_map_are_found_by_what_their_executions_say(
    console_of: Callable[..., Console],
) -> None:
    console = _console(console_of)
    items = f"/items/{execution_arn('choice')}?visit=0"

    assert console.web.get(f"{items}&q=TASK").json() == [1, 2]
    assert console.web.get(f"{items}&q=caught_to").json() == [2]
    assert console.web.get(f"{items}&q=nothing-like-it").json() == []


def test_what_ended_is_asked_for_once_however_often_a_text_is_looked_for(console_of: Callable[..., Console]) -> None:
    console = _console(console_of)
    items = f"/items/{execution_arn('choice')}?visit=0"
    console.web.get(f"{items}&q=a")
    asked = console.engine.calls.count("execution")

    console.web.get(f"{items}&q=b")

    assert console.engine.calls.count("execution") == asked


def test_why_a_distributed_map_failed_is_said_by_the_first_item_that_did(console_of: Callable[..., Console]) -> None:
    console = _console(console_of)

    why = console.page(f"/run/{execution_arn('choice')}?visit=0&why=1")

    assert f'href="/executions/{execution_arn("task_caught_to_fail")}"' in why
    assert "failed in" in why
    assert recording("task_caught_to_fail").document["execution"]["error"] in why


def test_a_state_within_a_distributed_map_leads_to_the_items(console_of: Callable[..., Console]) -> None:
    console = _console(console_of)
    console.engine.made_up = map_of(1)[0]

    page = console.page(f"/executions/{execution_arn('choice')}?state=Accept")

    assert "is an execution of its own: choose one there" in page
    assert "Not reached" not in page
    (accept,) = (node for node in _nodes(page) if node["name"] == "Accept")
    assert accept["elsewhere"] == "Each"


def _nodes(page: str) -> list[dict[str, Any]]:
    match = re.search(r'data-graph="([^"]*)"', page)
    assert match
    found: list[dict[str, Any]] = json.loads(unescape(match[1]))["nodes"]
    return found
