"""Test the pages of coverage and of two executions side by side."""

from __future__ import annotations

import json

import pytest

from tests.unit.console.conftest import MACHINE, Console, ConsoleOf, execution_arn
from tests.unit.console.parts import graph_of
from tests.unit.executions.conftest import recording


def test_what_executions_have_reached_is_drawn_with_counts(console_of: ConsoleOf) -> None:
    page = console_of("choice", "choice#2").page(f"/coverage/{MACHINE}")

    graph = graph_of(page)
    counts = {(edge["source"], edge["target"]): edge["taken"] for edge in graph["edges"]}
    assert counts["By size", "Large"] == 2
    assert counts["By size", "Small"] == 0
    assert "By the 2 executions" in page or "By 2 executions" in page
    assert "Small" in page.partition("Not reached")[2]


def test_executions_of_another_definition_are_not_counted(console_of: ConsoleOf) -> None:
    page = console_of("choice", "loop").page(f"/coverage/{MACHINE}")

    assert "1 of an earlier one is not counted" in page


def test_coverage_is_of_the_executions_that_the_filter_names(console_of: ConsoleOf) -> None:
    page = console_of("choice", "choice_default_to_fail").page(f"/coverage/{MACHINE}?status=FAILED")

    counts = {(edge["source"], edge["target"]): edge["taken"] for edge in graph_of(page)["edges"]}
    assert (counts["By size", "Large"], counts["By size", "Small"]) == (0, 1)


def test_two_executions_are_compared_and_the_first_difference_marked(console_of: ConsoleOf) -> None:
    console = console_of("choice", "choice_default_to_fail")
    page = console.page(f"/compare/{execution_arn('choice')}?with={execution_arn('choice_default_to_fail')}")

    assert "First in By size: input" in page
    assert page.count("first-difference") == 1


def _saved(name: str) -> str:
    return json.dumps({"events": recording(name).document["events"]})


def _compared(console: Console, history: str) -> str:
    response = console.web.post(
        f"/compare/{execution_arn('choice')}", data={"token": console.settings.token, "history": history}
    )
    return response.text


def test_an_execution_is_compared_with_a_saved_history(console_of: ConsoleOf) -> None:
    page = _compared(console_of("choice"), _saved("choice_default_to_fail"))

    assert "The saved history" in page
    assert "First in By size: input" in page


def test_a_saved_history_of_the_same_execution_did_the_same(console_of: ConsoleOf) -> None:
    assert "Both did the same" in _compared(console_of("choice"), _saved("choice"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("<events>", "The saved history is not JSON"),
        ('{"events": 1}', "has no list &#39;events&#39;"),
        ("[]", "has no events"),
        ('[{"id": "one"}]', "is not an event of a history"),
        ("[" * 100_000, "The saved history is not JSON"),
    ],
)
def test_what_is_no_saved_history_is_refused_with_what_to_do(console_of: ConsoleOf, text: str, said: str) -> None:
    page = _compared(console_of("choice"), text)

    assert said in page
    assert "get-execution-history" in page or "GetExecutionHistory" in page


def test_a_comparison_with_a_saved_history_needs_the_consoles_own_form(console_of: ConsoleOf) -> None:
    response = console_of("choice").web.post(f"/compare/{execution_arn('choice')}", data={"history": "[]"})

    assert response.status_code == 403


def test_what_an_execution_can_be_compared_with_is_listed(console_of: ConsoleOf) -> None:
    page = console_of("choice", "loop").page(f"/compare/{execution_arn('choice')}")

    assert f"/compare/{execution_arn('choice')}?with={execution_arn('loop')}" in page
