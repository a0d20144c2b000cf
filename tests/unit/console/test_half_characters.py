"""Half of a surrogate pair, which JSON can escape and UTF-8 cannot have, wherever a page shows what somebody wrote."""

from __future__ import annotations

from html import unescape
from typing import TYPE_CHECKING

import pytest

from localdev.executions.definition import read_definition
from tests.unit.console.conftest import MACHINE, Console, execution_arn
from tests.unit.executions.made_up import Writer

if TYPE_CHECKING:
    from collections.abc import Callable

HALF = "\ud83d"
SHOWN = "\N{REPLACEMENT CHARACTER}"


@pytest.fixture
def console(console_of: Callable[..., Console]) -> Console:
    """Provide the console of an execution with such halves in every text that can be of a person's."""
    console = console_of("choice")
    state = f"Ask {HALF}"
    writer = Writer()
    writer.write("ExecutionStarted", input="{}")
    writer.write("TaskStateEntered", name=state, input=f'{{"a": "{HALF}"}}')
    writer.write("LambdaFunctionScheduled", resource="arn:aws:lambda:us-east-1:000000000000:function:f", input="{}")
    writer.write("LambdaFunctionFailed", error=f"Error {HALF}", cause=f"cause {HALF}")
    writer.write("ExecutionFailed", error=f"Error {HALF}", cause=f"cause {HALF}")
    task = {"Type": "Task", "Comment": HALF, "Resource": "arn:aws:lambda:us-east-1:000000000000:function:f"}
    console.engine.made_up = read_definition({"StartAt": state, "States": {state: {**task, "End": True}}})
    console.engine.histories["choice"] = writer.history()
    return console


@pytest.mark.parametrize(
    "path", [f"/executions/{execution_arn('choice')}", f"/executions/{execution_arn('choice')}?visit=0"]
)
def test_a_page_shows_that_there_was_one(console: Console, path: str) -> None:
    assert f"cause {SHOWN}" in unescape(console.page(path))


def test_the_machines_page_is_there(console: Console) -> None:
    assert console.web.get(f"/machines/{MACHINE}").status_code == 200


def test_a_cause_can_be_downloaded(console: Console) -> None:
    answer = console.web.get(f"/document/{execution_arn('choice')}?of=cause&visit=0&attempt=1&download")
    assert answer.text == f"cause {SHOWN}"
