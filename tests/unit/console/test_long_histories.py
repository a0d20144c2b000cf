"""Test the pages of executions of many events: their end comes first."""

from __future__ import annotations

from html import unescape
from typing import TYPE_CHECKING

import pytest

from localdev.executions.replay import read_history
from tests.unit.console.conftest import ConsoleOf, execution_arn
from tests.unit.console.parts import graph_of, strip_of
from tests.unit.executions.made_up import long_failure, long_loop, map_of

if TYPE_CHECKING:
    from localdev.executions.definition import Definition
    from localdev.executions.history import History
    from tests.unit.console.conftest import Console


def _console_with(console_of: ConsoleOf, made_up: tuple[Definition, History]) -> Console:
    """Return a console in which the execution "choice" has a definition and a history that were made up."""
    console = console_of("choice")
    console.engine.made_up, console.engine.histories["choice"] = made_up
    return console


def test_the_events_of_a_long_history_come_in_pages(console_of: ConsoleOf) -> None:
    console = console_of("choice")
    console.engine.histories["choice"] = map_of(400)[1]
    arn = execution_arn("choice")

    first = console.page(f"/events/{arn}")
    second = console.page(f"/events/{arn}?from=500")

    assert "Show 500 of 1,106 more events" in first
    assert '<td class="number">500</td>' in first
    assert '<td class="number">501</td>' not in first
    assert '<td class="number">501</td>' in second
    assert "<table" not in second
    assert console.web.get(f"/events/{arn}?from=1606").text == ""


def test_of_a_long_history_the_end_is_shown_before_the_rest_is_read(console_of: ConsoleOf) -> None:
    console = _console_with(console_of, long_failure(2_000))
    arn = execution_arn("choice")

    first = console.page(f"/executions/{arn}")

    assert "Reading the 7,009 events before these" in first
    assert "no money is left" in first
    assert next(node for node in graph_of(first)["nodes"] if node["is_culprit"])["name"] == "Charge"
    assert 'class="remark"' not in first
    assert f'hx-get="/live/{arn}"' in first
    rest = console.page(f"/live/{arn}")
    assert next(node for node in graph_of(rest)["nodes"] if node["name"] == "Price")["visits"] == 2_000
    assert "Reading the" not in console.page(f"/executions/{arn}")


def test_of_a_long_history_that_is_looked_into_the_end_is_shown_first_too(console_of: ConsoleOf) -> None:
    console = _console_with(console_of, long_failure(2_000))
    arn = execution_arn("choice")

    first = console.page(f"/executions/{arn}?state=Price")

    assert "Reading the 7,009 events before these" in first
    assert 'id="state-title">Price<' in first
    head = first[first.index('<div class="state-head') :].partition("</div>")[0]
    assert "pill" not in head  # the end may not say what became of it
    assert "no money is left" in first
    assert f'hx-get="/live/{arn}?state=Price"' in first
    rest = console.page(f"/live/{arn}?state=Price")
    assert "2,000" in rest[rest.index('id="state"') :]


@pytest.mark.parametrize("query", ["visit=3", "item=0.3", "visit=3&item=0.3"])
def test_of_a_long_history_the_rest_says_which_visit_an_address_names(console_of: ConsoleOf, query: str) -> None:
    console = _console_with(console_of, long_failure(2_000))
    arn = execution_arn("choice")

    first = unescape(console.page(f"/executions/{arn}?{query}"))

    assert 'id="state-title">State<' in first
    assert f'hx-get="/live/{arn}?{query}"' in first


def test_of_a_long_history_whose_end_does_not_say_what_failed_the_outcome_is_shown_and_no_culprit(
    console_of: ConsoleOf,
) -> None:
    console = _console_with(console_of, long_loop(1_000, catch="Again?"))

    first = console.page(f"/executions/{execution_arn('choice')}")

    assert "<strong>TooMany</strong>" in first
    assert "It started in" not in first
    assert "Looking for the state whose error it was" in first
    assert not any(node["is_culprit"] for node in graph_of(first)["nodes"])


def test_of_a_long_history_that_goes_on_where_it_is_now_is_shown_before_the_rest_is_read(
    console_of: ConsoleOf,
) -> None:
    console = console_of("running")
    definition, history = map_of(2_000)
    console.engine.made_up = definition
    console.engine.histories["running"] = read_history(history.events[:-3])

    first = console.page(f"/executions/{execution_arn('running')}")

    assert "Running: Each" in first
    assert "Reading the 7,003 events before these" in first
    assert {node["name"]: node["mark"] for node in graph_of(first)["nodes"]} == {
        "Each": "running",
        "Accept": "not reached",
    }
    assert strip_of(first) == ["…", "Each"]


def test_of_a_long_loop_that_leads_to_a_fail_state_the_end_is_shown_first(console_of: ConsoleOf) -> None:
    console = _console_with(console_of, long_loop(1_000))

    first = console.page(f"/executions/{execution_arn('choice')}")

    assert "Reading the 5,003 events before these" in first
    assert next(node for node in graph_of(first)["nodes"] if node["is_culprit"])["name"] == "Sorry"
    assert strip_of(first) == ["…", "Again?", "Poll", "Again?", "Poll", "Again?", "Sorry"]


def test_of_a_long_history_that_succeeded_the_end_is_shown_first_and_no_state(console_of: ConsoleOf) -> None:
    console = _console_with(console_of, map_of(2_000))

    first = console.page(f"/executions/{execution_arn('choice')}")

    assert "Reading the 7,006 events before these" in first
    assert 'id="state-title">State<' in first
    # what is in a Map may have been caught before
    assert {node["mark"] for node in graph_of(first)["nodes"]} == {"not reached"}


def test_of_the_end_of_a_history_no_state_is_drawn_that_may_turn_out_otherwise(console_of: ConsoleOf) -> None:
    console = _console_with(console_of, long_failure(2_000))

    first = console.page(f"/executions/{execution_arn('choice')}")

    assert {node["name"]: node["mark"] for node in graph_of(first)["nodes"]} == {
        "Each": "not reached",
        "Price": "not reached",
        "Charge": "failed",
    }


def test_the_last_row_of_events_asks_for_more_while_it_runs(console_of: ConsoleOf) -> None:
    console = console_of("running")
    arn = execution_arn("running")
    count = len(console.engine.history(arn).events)

    assert f"from={count}" in console.page(f"/events/{arn}")
    assert console.web.get(f"/events/{arn}?from={count}").status_code == 204
