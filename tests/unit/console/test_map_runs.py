"""The items of a distributed Map, each an execution of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.unit.console.conftest import execution_arn
from tests.unit.executions.made_up import Writer

if TYPE_CHECKING:
    from collections.abc import Callable

    from localdev.executions.history import History
    from tests.unit.console.conftest import Console

_RUN = "arn:aws:states:us-east-1:000000000000:mapRun:pizzeria/Each:1"


def _distributed() -> History:
    writer = Writer()
    writer.write("ExecutionStarted", input="{}")
    writer.write("MapStateEntered", name="Each", input="[1, 2, 3]")
    writer.write("MapStateStarted", length=3)
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
