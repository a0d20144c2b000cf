"""Test the pages of state machines and the lists of their executions."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from html import unescape
from threading import Event
from typing import TYPE_CHECKING, Any

import pytest

from localdev.console import shown
from localdev.console.shown import day
from localdev.executions.errors import UnknownPageError
from localdev.system.waiting import wait_until
from tests.unit.console.conftest import MACHINE, Console, ConsoleOf, execution_arn
from tests.unit.executions.conftest import recording
from tests.unit.executions.made_up import Writer

if TYPE_CHECKING:
    from localdev.executions.history import History
    from localdev.executions.records import Execution, ExecutionSummary, Page

AT = datetime(2026, 1, 1, tzinfo=UTC)


def test_executions_are_listed_with_status_input_and_duration(console_of: ConsoleOf) -> None:
    page = console_of("choice_default_to_fail", "choice").page(f"/machines/{MACHINE}")

    assert page.index("choice_default_to_fail") < page.index(">choice<")
    assert "<span>size</span> 1</span>" in page
    assert ">Failed<" in page
    assert "1.00 s" in page


def test_a_list_says_why_an_execution_failed_and_in_which_state(console_of: ConsoleOf) -> None:
    page = console_of("choice_default_to_fail").page(f"/machines/{MACHINE}")
    row = page[page.index('class="why"') :]

    assert recording("choice_default_to_fail").document["execution"]["error"] in row
    assert f"in {recording('choice_default_to_fail').history.visits[-1].state}" in row


def _caught_and_failed() -> History:
    """Return the history of a charge that is refused, after which the machine fails with an error of its own."""
    writer = Writer()
    writer.write("ExecutionStarted", input="{}")
    writer.fail_task("Charge", "Refused")
    writer.write("TaskStateExited", name="Charge", output="{}")
    writer.write("FailStateEntered", name="Sorry", input="{}")
    writer.write("ExecutionFailed", error="DefaultStateError")
    return writer.history()


def test_a_list_names_the_error_that_a_caught_state_had_before_the_one_of_the_fail_state(console_of: ConsoleOf) -> None:
    console = console_of("choice_default_to_fail")
    console.engine.histories["choice_default_to_fail"] = _caught_and_failed()
    error = recording("choice_default_to_fail").document["execution"]["error"]

    page = console.page(f"/machines/{MACHINE}")

    row = page[page.index('class="why"') :]
    assert "<strong>Refused</strong>" in row
    assert f"in Charge, then {error}" in row


def test_executions_can_be_found_by_the_error_they_ended_with(console_of: ConsoleOf) -> None:
    error = recording("choice_default_to_fail").document["execution"]["error"]
    page = _searched(console_of("choice", "choice_default_to_fail"), f"/machines/{MACHINE}?q={error}")

    assert "choice_default_to_fail" in page
    assert ">choice<" not in page


def test_the_state_machines_are_listed_with_their_newest_runs(console_of: ConsoleOf) -> None:
    page = console_of("choice_default_to_fail", "choice").page("/machines")

    assert "1 succeeded, 1 failed" in page
    assert "The newest 2 executions: Failed, Succeeded" in page
    assert 'hx-get="/machines?part=1"' not in page


def test_of_state_machines_that_ran_often_the_newest_runs_come_first_and_more_of_them_are_counted_after(
    console_of: ConsoleOf,
) -> None:
    console = console_of(*(f"choice#{number}" for number in range(150)))

    page = console.page("/machines")
    part = console.page("/machines?part=1")

    assert "20 succeeded of the newest 20" in page
    assert 'hx-get="/machines?part=1" hx-trigger="load"' in page
    assert "100 succeeded of the newest 100" in part
    assert "The newest 20 executions" in part
    assert "hx-get" not in part


def test_executions_can_be_filtered_by_status(console_of: ConsoleOf) -> None:
    page = console_of("choice", "choice_default_to_fail").page(f"/machines/{MACHINE}?status=FAILED")

    assert ">choice<" not in page
    assert "choice_default_to_fail" in page


def _searched(console: Console, path: str) -> str:
    """Return a page of a list when what it looks for has been looked for."""

    def found() -> str | None:
        page = console.page(path)
        return None if "Searching" in page else page

    return wait_until(found, what="the search", seconds=20)


def test_what_is_found_is_shown_while_the_rest_is_still_searched(console_of: ConsoleOf) -> None:
    console = console_of(*(f"choice#{number}" for number in range(1_200)))
    goes_on = Event()
    describe = console.engine.execution

    def slow(arn: str) -> Execution:
        if not arn.endswith("choice#0"):
            goes_on.wait()
        return describe(arn)

    console.engine.execution = slow  # type: ignore[method-assign]
    path = f"{MACHINE}?q=choice%230"

    first = wait_until(
        lambda: page if "1 execution so far" in (page := console.page(f"/machines/{path}")) else None,
        what="the first row",
        seconds=20,
    )
    assert "choice#0<" in first
    assert "Searching: 1 execution so far …" in first
    assert "Search older ones" not in first
    assert len(console.engine.calls) < 1_000
    poll = re.search(r'id="list-poll" hx-get="([^"]*)" hx-trigger="every 300ms"', first)
    assert poll
    assert console.web.get(unescape(poll[1])).status_code == 204
    goes_on.set()

    assert "The newest 500 executions were searched; older ones were not." in _searched(console, f"/machines/{path}")


def test_executions_can_be_filtered_by_what_their_input_contains(console_of: ConsoleOf) -> None:
    console = console_of("choice#1", "choice#2")
    console.engine.inputs = {"choice#1": '{"flavour": "Pineapple"}', "choice#2": '{"flavour": "pepperoni"}'}

    page = _searched(console, f"/machines/{MACHINE}?q=pineapple")

    assert "choice#1" in page
    assert "choice#2" not in page
    assert "2 executions were searched." in page


def test_executions_can_be_filtered_by_what_they_gave(console_of: ConsoleOf) -> None:
    console = console_of("jsonata_evaluated", "choice")

    page = _searched(console, f"/machines/{MACHINE}?q=%22big%22")

    assert f"/executions/{execution_arn('jsonata_evaluated')}" in page
    assert f"/executions/{execution_arn('choice')}" not in page


@pytest.mark.parametrize(
    ("query", "is_there"),
    [
        ("since=2025-12-30", True),
        ("since=2026-01-03", False),
        ("until=2026-01-02", True),
        ("until=2025-12-30", False),
        ("since=2025-12-30&until=2026-01-02", True),
        ("since=tomorrow", True),
    ],
)
def test_executions_can_be_filtered_by_their_date(console_of: ConsoleOf, query: str, *, is_there: bool) -> None:
    page = console_of("choice").page(f"/machines/{MACHINE}?{query}")

    assert (f"/executions/{execution_arn('choice')}" in page) is is_there


def test_how_many_executions_have_which_status_is_said_and_leads_to_them(console_of: ConsoleOf) -> None:
    console = console_of("choice", "choice#2", "choice_default_to_fail")
    page = _searched(console, f"/machines/{MACHINE}?q=size")

    counts = {
        unescape(link): text
        for link, text in re.findall(r'href="([^"]*)"><span class="sign"[^>]*><svg.*?</span>([^<]*)<', page)
    }
    assert counts[f"/machines/{MACHINE}?status=SUCCEEDED&q=size"] == "2 succeeded"
    assert counts[f"/machines/{MACHINE}?status=FAILED&q=size"] == "1 failed"


def test_a_long_list_is_paged_and_only_what_is_shown_is_read(console_of: ConsoleOf) -> None:
    console = console_of(*(f"choice#{number}" for number in range(10_000)))

    first = console.page(f"/machines/{MACHINE}")
    assert console.engine.calls.count("executions") == 2  # a page of them, and how many have which status
    assert console.engine.calls.count("execution") == 25
    second = console.page(f"/machines/{MACHINE}?after=25")

    assert "choice#24" in first
    assert "choice#25" not in first
    assert "Older executions" in first
    assert "choice#25" in second
    assert "Newest executions" in second


_IN_VAIN = "were searched by name, input, output, error, state and date; none matches."


def test_a_search_in_a_long_list_ends_says_how_far_it_came_and_goes_on_when_asked(console_of: ConsoleOf) -> None:
    console = console_of(*(f"choice#{number}" for number in range(1_200)))

    pages = [_searched(console, f"/machines/{MACHINE}?q=nowhere")]
    while match := re.search(r'href="([^"]*)">Search older ones', pages[-1]):
        pages.append(_searched(console, unescape(match[1])))

    assert [re.findall(r"<h2>(Nothing[^<]*)</h2>\s*<p>(.*?)</p>", page)[0] for page in pages] == [
        ("Nothing found yet", f"The newest 500 executions {_IN_VAIN} There are older ones."),
        ("Nothing found yet", f"Executions 501 to 1,000, newest first, {_IN_VAIN} There are older ones."),
        ("Nothing more matches", f"Executions 1,001 to 1,200, newest first, {_IN_VAIN} There are no older ones."),
    ]


def test_what_is_found_far_back_is_shown_with_how_far_the_search_came(console_of: ConsoleOf) -> None:
    console = console_of(*(f"choice#{number}" for number in range(1_200)))

    first = _searched(console, f"/machines/{MACHINE}?q=%23499")
    match = re.search(r'href="([^"]*)">Search older ones', first)

    assert "choice#499" in first
    assert "The newest 500 executions were searched; older ones were not." in first
    assert match
    assert "Executions 501 to 1,000" in _searched(console, unescape(match[1]))


def test_a_status_that_no_execution_has_is_said(console_of: ConsoleOf) -> None:
    assert "No execution has the status Aborted." in console_of("choice").page(f"/machines/{MACHINE}?status=ABORTED")


def test_a_list_that_is_current_is_not_sent_again_until_midnight(
    console_of: ConsoleOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shown, "today", lambda: date(2026, 12, 31))
    console = console_of("choice")
    match = re.search(r"seen=(-?\d+)", console.page(f"/machines/{MACHINE}"))
    assert match

    assert console.web.get(f"/list/{MACHINE}?seen={match[1]}").status_code == 204
    assert console.web.get(f"/list/{MACHINE}?seen=0").status_code == 200
    # then the times of the day before have its date
    monkeypatch.setattr(shown, "today", lambda: date(2027, 1, 1))
    assert console.web.get(f"/list/{MACHINE}?seen={match[1]}").status_code == 200


def test_with_no_execution_yet_the_page_says_what_to_type(console_of: ConsoleOf) -> None:
    page = console_of().page(f"/machines/{MACHINE}")

    assert "Use the form on this page, or type this in a terminal" in page
    assert '<pre class="command">./scripts/order pepperoni</pre>' in page


def test_without_a_form_of_its_own_the_page_says_where_to_start_one(console_of: ConsoleOf) -> None:
    console = console_of()
    console.orders.starts = "another"

    assert "Start one with any input, on this page" in console.page(f"/machines/{MACHINE}")


def test_express_executions_are_listed_from_the_log(console_of: ConsoleOf) -> None:
    console = console_of("express")
    console.engine.machine_type = "EXPRESS"

    page = console.page(f"/machines/{MACHINE}")

    assert "<span>size</span> 1</span>" in page
    assert "<strong>Burnt</strong>" in page
    assert "in Bake</span>" in page
    assert "executions" not in console.engine.calls
    assert "from the 5 newest lines of the state machine's log group." in page


def test_how_far_back_express_executions_were_read_and_how_many_are_shown_is_said(console_of: ConsoleOf) -> None:
    console = console_of(*(f"express#{number}" for number in range(120)))
    console.engine.machine_type = "EXPRESS"
    console.engine.read_since = AT

    page = console.page(f"/machines/{MACHINE}")

    assert f"since {day(AT)}. Older ones are not listed." in page
    assert "The newest 100 of 120 are shown." in page


def test_an_express_machine_without_a_log_says_why_nothing_is_listed(console_of: ConsoleOf) -> None:
    console = console_of()
    console.engine.machine_type = "EXPRESS"

    assert "Express executions have no history" in console.page(f"/machines/{MACHINE}")


@pytest.mark.parametrize("page", ["machines", "list"])
def test_a_link_to_a_page_of_a_list_that_is_not_known_any_more_leads_to_the_first(
    console_of: ConsoleOf, page: str
) -> None:
    console = console_of("choice")
    executions = console.engine.executions

    def forgotten(*given: Any, after: str | None, **options: Any) -> Page[ExecutionSummary]:
        if after:
            raise UnknownPageError("The list has no such page.")
        return executions(*given, after=after, **options)

    console.engine.executions = forgotten  # type: ignore[method-assign]
    answer = console.web.get(f"/{page}/{MACHINE}?status=FAILED&q=a%26b&after=old&searched=500")

    assert answer.status_code == 307
    assert answer.headers["location"] == f"/{page}/{MACHINE}?status=FAILED&q=a%26b"


def test_state_machines_are_shown_before_the_engine_has_listed_their_executions(console_of: ConsoleOf) -> None:
    console = console_of("choice")
    listed, executions = Event(), console.engine.executions

    def slowly(*given: Any, **options: Any) -> Page[ExecutionSummary]:
        listed.wait()
        return executions(*given, **options)

    console.engine.executions = slowly  # type: ignore[method-assign]
    first = console.page("/machines")
    listed.set()

    assert "<strong>pizzeria</strong>" in first
    assert "Counting its executions" in first
    asks = re.search(r'id="machines" hx-get="([^"]*)" hx-trigger="load"', first)
    assert asks
    assert "1 succeeded" in console.page(asks[1])
