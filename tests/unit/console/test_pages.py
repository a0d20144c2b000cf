"""Test what the console's pages say."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from html import unescape
from threading import Event
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import unquote

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, NoCredentialsError, UnauthorizedSSOTokenError
from starlette.testclient import TestClient

from localdev.console import shown
from localdev.console.app import create_app
from localdev.console.shown import day, document
from localdev.console.views import aws_console_url
from localdev.executions.emulator import UnansweredError
from localdev.executions.errors import DefinitionError, NotFoundError, UnknownPageError
from localdev.executions.events import read_events
from localdev.executions.logs import Invocation, LogLine
from localdev.executions.records import Execution, ExecutionSummary, Page, StateMachine
from localdev.executions.replay import read_history
from localdev.system.waiting import wait_until
from tests.unit.console.conftest import MACHINE, Console, execution_arn
from tests.unit.executions.conftest import NAMES, recording
from tests.unit.executions.made_up import Writer, long_failure, long_loop, map_of

if TYPE_CHECKING:
    from localdev.executions.history import History

type ConsoleOf = Callable[..., Console]
AT = datetime(2026, 1, 1, tzinfo=UTC)


def _graph(page: str) -> dict[str, Any]:
    match = re.search(r'data-graph="([^"]*)"', page)
    assert match
    graph: dict[str, Any] = json.loads(unescape(match[1]))
    return graph


def _strip(page: str) -> list[str]:
    """Return the names in the strip of the way taken."""
    strip = page[page.index('<ol class="strip"') :].partition("</ol>")[0]
    return [unescape(name) for name in re.findall(r"<span>([^<]*)</span>", strip)]


def test_the_only_state_machine_is_the_home_page(console_of: ConsoleOf) -> None:
    assert console_of().web.get("/").headers["location"] == f"/machines/{MACHINE}"


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
    writer.write("TaskStateEntered", name="Charge", input="{}")
    writer.write("TaskScheduled", resourceType="sqs", resource="sendMessage")
    writer.write("TaskFailed", error="Refused")
    writer.write("TaskStateExited", name="Charge", output="{}")
    writer.write("FailStateEntered", name="Sorry", input="{}")
    writer.write("ExecutionFailed", error="DefaultStateError")
    return read_history(read_events(writer.events))


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


def test_an_execution_can_be_run_again_with_its_own_input(console_of: ConsoleOf) -> None:
    console = console_of("choice")
    console.engine.inputs = {"choice": '{"flavour": "margherita"}'}

    page = console.execution("choice")

    assert f'action="/start/{MACHINE}"' in page
    assert "&#34;flavour&#34;: &#34;margherita&#34;" in page


def test_a_console_that_is_read_only_offers_no_run(console_of: ConsoleOf) -> None:
    assert "Run again" not in console_of("choice", read_only=True).execution("choice").replace("data-open", "")


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


def test_an_execution_of_many_events_is_looked_at_less_often(console_of: ConsoleOf) -> None:
    console = console_of("running")
    assert 'hx-trigger="every 400ms"' in console.execution("running")

    one = recording("running").history.events[-1]
    events = tuple(one._replace(id=number) for number in range(1, 501))
    console.engine.histories["running"] = replace(recording("running").history, events=events)

    assert 'hx-trigger="every 1500ms"' in console.execution("running")


@pytest.mark.parametrize("name", [name for name in NAMES if name != "express"])
def test_every_recorded_execution_has_a_page(console_of: ConsoleOf, name: str) -> None:
    page = console_of(name).execution(name)

    assert _graph(page)["nodes"]
    assert "Timeline" in page


def test_a_failed_executions_page_tells_where_and_why(console_of: ConsoleOf) -> None:
    page = console_of("map_failed").execution("map_failed")

    assert "Burnt" in page
    assert "The oven was too hot" in page
    assert [node["name"] for node in _graph(page)["nodes"] if node["is_culprit"]] == ["Large"]
    assert '<h2 id="state-title">Large</h2>' in page


def test_of_a_functions_cause_the_message_is_shown_and_the_whole_can_be_copied(console_of: ConsoleOf) -> None:
    page = console_of("task_retries_run_out").execution("task_retries_run_out")

    assert '<span class="cause">attempt 3 is to fail</span>' in page
    assert "stackTrace" in page.split('id="cause">')[1].split("</span>")[0]


def test_any_state_can_be_looked_at_also_one_that_was_not_reached(console_of: ConsoleOf) -> None:
    console = console_of("choice")

    assert "The execution has not come this way" in console.execution("choice", "?state=Small")
    assert '<h2 id="state-title">By size</h2>' in console.execution("choice", "?state=By%20size")


def test_each_visit_of_a_state_can_be_looked_at(console_of: ConsoleOf) -> None:
    page = console_of("map").execution("map", "?state=Large")

    assert "Each 1" in page
    assert "Each 2" in page
    assert 'aria-current="true"' in page


def test_what_failed_is_the_first_of_many_visits_and_items(console_of: ConsoleOf) -> None:
    console = console_of("map_failed")
    grid = re.search(r'data-items="(\w+)"', console.execution("map_failed", "?state=Each"))
    inside = console.execution("map_failed", "?state=By%20size")

    assert grid
    assert grid[1] == "sfn"
    assert inside.index("Each 0") < inside.index("Each 1")


def test_variables_that_a_state_has_assigned_are_shown_with_it(console_of: ConsoleOf) -> None:
    console = console_of("jsonata_evaluated")

    assert 'aria-label="the variables assigned"' in console.execution("jsonata_evaluated", "?state=Take")
    assert 'aria-label="the variables assigned"' not in console.execution("jsonata_evaluated", "?state=Done")


def test_a_state_that_is_none_is_distinguished_from_one(console_of: ConsoleOf) -> None:
    assert "Choose a state in the graph" in console_of("choice").execution("choice", "?state=Nowhere")


def test_a_running_executions_page_keeps_itself_current(console_of: ConsoleOf) -> None:
    console = console_of("running", "choice")
    seen = re.search(r"seen=([\w-]+)", console.execution("running"))
    assert seen

    live = f"/live/{execution_arn('running')}"
    assert console.web.get(f"{live}?seen={seen[1]}").status_code == 204
    assert 'id="poll"' in console.page(f"{live}?seen=0")
    assert 'id="poll"' not in console.execution("choice")


def test_an_execution_that_has_ended_is_read_once(console_of: ConsoleOf) -> None:
    console = console_of("choice", "running")
    for name in ("choice", "choice", "running", "running"):
        console.execution(name)

    assert console.engine.calls.count("history") == 3


def test_the_log_lines_of_an_attempt_are_shown_json_or_not(console_of: ConsoleOf) -> None:
    console = console_of("task")
    reported = json.dumps({"level": "INFO", "message": "Pizza analysed", "flavour": "<b>hawaii</b>"})
    lines = (LogLine(AT, "a", reported), LogLine(AT, "a", "no <i>JSON</i>"))
    console.engine.found = [Invocation("id-1", AT, AT, lines)]

    page = console.page(f"/log/{execution_arn('task')}?visit=0&attempt=1")

    assert "Pizza analysed" in page
    assert "&lt;b&gt;hawaii&lt;/b&gt;" in page
    assert "no &lt;i&gt;JSON&lt;/i&gt;" in page


def test_what_a_function_at_work_has_logged_so_far_is_read_again_and_again(console_of: ConsoleOf) -> None:
    console = console_of("task_token_waiting", "task")

    at_work, ended = console.execution("task_token_waiting"), console.execution("task")

    assert 'id="log-0-1-so-far"' in at_work
    assert 'hx-trigger="intersect once, every 1s"' in at_work
    assert 'id="log-0-1"' in ended
    assert 'hx-trigger="intersect once"' in ended


def test_where_several_invocations_may_be_meant_the_page_says_so(console_of: ConsoleOf) -> None:
    console = console_of("task")
    console.engine.found = [Invocation(name, AT, AT, ()) for name in ("id-1", "id-2")]

    assert "2 invocations" in console.page(f"/log/{execution_arn('task')}?visit=0&attempt=1")


def test_an_invocation_that_was_found_by_its_time_is_distinguished_from_one_that_the_history_names(
    console_of: ConsoleOf,
) -> None:
    console = console_of("task_retried")
    console.engine.found = [Invocation("id-1", AT, AT, ())]
    failed, succeeded = (
        console.page(f"/log/{execution_arn('task_retried')}?visit=0&attempt={number}") for number in (1, 3)
    )

    assert "Found by its time" in succeeded
    assert "Found by its time" not in failed


def test_what_is_known_to_be_another_attempts_is_not_looked_for_among_its_log_lines(console_of: ConsoleOf) -> None:
    console = console_of("task_retried")
    known = sorted(recording("task_retried").history.request_ids())

    console.page(f"/log/{execution_arn('task_retried')}?visit=0&attempt=3")

    assert len(known) == 2
    assert f"invocations of attempt 3, not one of {known}" in console.engine.calls


@pytest.mark.parametrize("query", ["", "?visit=0", "?visit=9&attempt=1", "?visit=0&attempt=9", "?visit=x&attempt=y"])
def test_a_log_of_nothing_is_not_found(console_of: ConsoleOf, query: str) -> None:
    assert console_of("task").web.get(f"/log/{execution_arn('task')}{query}").status_code == 404


def test_a_large_input_is_shown_in_part_and_can_be_had_whole(console_of: ConsoleOf) -> None:
    console = console_of("choice")
    console.engine.inputs = {"choice": json.dumps({"text": "x" * 262_000})}

    page = console.execution("choice")
    whole = console.web.get(f"/document/{execution_arn('choice')}?of=input")

    assert len(page) < 120_000
    assert "The beginning of 262,012 characters" in page
    assert len(whole.text) == 262_012
    assert whole.headers["content-type"].startswith("text/plain")


def test_everything_that_came_from_an_input_is_text(console_of: ConsoleOf) -> None:
    console = console_of("markup")

    for page in (console.execution("markup"), console.page(f"/machines/{MACHINE}")):
        assert "<script>alert(1)" not in page
        assert "<b>Pass</b>" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in console.execution("markup")


def test_real_aws_has_a_link_to_its_own_console(console_of: ConsoleOf) -> None:
    link = "https://eu-west-1.console.aws.amazon.com/states/home?region=eu-west-1#/v2/executions/details/"

    assert link in console_of("choice", aws_region="eu-west-1").execution("choice")
    assert "console.aws.amazon.com" not in console_of("choice").execution("choice")


@pytest.mark.parametrize(
    ("arn", "region", "url"),
    [
        (
            "arn:aws:states:eu-west-1:1:express:pizzeria:a:b",
            "eu-west-1",
            (
                "https://eu-west-1.console.aws.amazon.com/states/home?region=eu-west-1"
                "#/express-executions/details/arn:aws:states:eu-west-1:1:express:pizzeria:a:b?startDate=1767225600000"
            ),
        ),
        (
            "arn:aws-cn:states:cn-north-1:1:execution:pizzeria:a",
            "cn-north-1",
            (
                "https://cn-north-1.console.amazonaws.cn/states/home?region=cn-north-1"
                "#/v2/executions/details/arn:aws-cn:states:cn-north-1:1:execution:pizzeria:a"
            ),
        ),
    ],
)
def test_the_link_to_awss_console_fits_the_kind_of_execution_and_the_partition(arn: str, region: str, url: str) -> None:
    execution = Execution(arn, "a", MACHINE, "SUCCEEDED", AT, AT, None, None, None, None)

    assert aws_console_url(execution, region) == url


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


# what goes wrong


def test_a_definition_that_cannot_be_read_leaves_the_events_and_says_so(console_of: ConsoleOf) -> None:
    console = console_of("choice")
    console.engine.definition_error = DefinitionError("goes to 'Nowhere'", "Did you mean 'Here'?", state="A")

    page = console.execution("choice")

    assert "The definition cannot be drawn." in page
    assert "goes to &#39;Nowhere&#39;" in page
    assert "ChoiceStateEntered" in page
    assert "execution-graph" not in page
    assert "Did you mean" in console.page(f"/machines/{MACHINE}")


def test_an_execution_whose_machine_is_gone_is_still_shown(console_of: ConsoleOf) -> None:
    console = console_of("choice")
    console.engine.definition_error = NotFoundError("There is no state machine.")

    assert "The state machine has been removed since" in console.execution("choice")


def test_what_executions_have_reached_is_drawn_with_counts(console_of: ConsoleOf) -> None:
    page = console_of("choice", "choice#2").page(f"/coverage/{MACHINE}")

    graph = _graph(page)
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

    counts = {(edge["source"], edge["target"]): edge["taken"] for edge in _graph(page)["edges"]}
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


def test_an_execution_that_is_not_there_is_said_to_be_missing(console_of: ConsoleOf) -> None:
    response = console_of().web.get(f"/executions/{execution_arn('gone')}")

    assert response.status_code == 404
    assert f"There is no execution {execution_arn('gone')}." in response.text
    assert "was started anew since" in response.text
    assert f'href="/machines/{MACHINE}">Executions of pizzeria</a>' in response.text


def test_an_execution_whose_machine_is_missing_too_has_no_successor(console_of: ConsoleOf) -> None:
    other = execution_arn("gone").replace(":pizzeria:", ":bakery:")

    response = console_of().web.get(f"/executions/{other}")

    assert response.status_code == 404
    assert "It may have been removed." in response.text


@pytest.mark.parametrize(
    "path",
    ["/machines", f"/machines/{MACHINE}", f"/list/{MACHINE}", f"/executions/{execution_arn('choice')}", "/requests"],
)
def test_whatever_page_is_opened_says_within_three_seconds_that_the_engine_is_frozen(
    console_of: ConsoleOf, path: str
) -> None:
    thawed = Event()

    class Frozen:
        """Answers nothing that it is asked, until it is thawed."""

        def __getattr__(self, name: str) -> Callable[..., Any]:
            return lambda *_, **__: thawed.wait()

    frozen = cast(Any, Frozen())
    web = TestClient(
        create_app(replace(console_of().settings, client=frozen, stack=frozen)), base_url="http://127.0.0.1"
    )
    with web:
        began = time.monotonic()
        response = web.get(path)
        seconds = time.monotonic() - began
        thawed.set()

    assert response.status_code == 503
    assert seconds < 3
    assert "has not answered for 2 seconds: it is frozen or very busy" in response.text
    assert "data-retry" in response.text


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


def test_a_page_that_comes_too_late_is_given_to_whoever_asks_for_it_next(console_of: ConsoleOf) -> None:
    console = console_of()
    thawed, machines = Event(), console.engine.state_machines

    def waiting() -> list[StateMachine]:
        thawed.wait()
        return machines()

    console.engine.ping = thawed.wait  # type: ignore[assignment, method-assign]
    console.engine.state_machines = waiting  # type: ignore[method-assign]
    with TestClient(console.web.app, base_url="http://127.0.0.1:8080") as web:
        assert web.get("/machines").status_code == 503
        assert web.get("/machines").status_code == 503
        thawed.set()
        # a page that goes on by itself asks until there is an answer, and is opened anew then
        wait_until(lambda: web.get("/machines").status_code == 200 or None, what="the page", seconds=2)
        assert "pizzeria" in web.get("/machines").text

    assert console.engine.calls.count("state_machines") == 2  # one is the console's own, when it starts


def test_a_page_that_asks_for_nothing_else_learns_whether_the_engine_is_there(console_of: ConsoleOf) -> None:
    console = console_of("choice")
    asks = re.search(r'data-presence="([^"]*)"', console.execution("choice"))
    assert asks
    assert console.web.get(asks[1]).status_code == 204
    assert console.web.get("/presence").status_code == 204

    console.engine.names.clear()
    gone = console.web.get(asks[1], headers={"HX-Request": "true"})

    assert gone.status_code == 404
    assert "It has been deleted" in unquote(gone.headers["X-Problem"])
    assert unquote(gone.headers["X-Way-On"].split(" ")[0]) == f"/machines/{MACHINE}"


def test_a_page_of_a_state_machine_learns_that_this_was_removed(console_of: ConsoleOf) -> None:
    console = console_of("choice")
    asks = re.search(r'data-presence="([^"]*)"', console.page(f"/coverage/{MACHINE}"))
    assert asks
    assert console.web.get(asks[1]).status_code == 204

    gone = console.web.get(f"{asks[1]}-removed", headers={"HX-Request": "true"})

    assert gone.status_code == 404
    assert "There is no state machine" in unquote(gone.headers["X-Problem"])


def test_a_page_that_asks_for_nothing_else_learns_that_the_engine_is_away(console_of: ConsoleOf) -> None:
    console = console_of()

    def away() -> None:
        raise UnansweredError("refused")

    console.engine.ping = away  # type: ignore[method-assign]
    answer = console.web.get("/presence", headers={"HX-Request": "true"})

    assert answer.status_code == 503
    assert "does not answer. Start it with ./scripts/up" in unquote(answer.headers["X-Problem"])


def test_a_page_of_an_account_asks_for_nothing_by_itself(console_of: ConsoleOf) -> None:
    assert "data-presence" not in console_of("choice", aws_region="eu-west-1").execution("choice")


def test_an_execution_that_is_remembered_is_shown_while_the_engine_is_frozen(console_of: ConsoleOf) -> None:
    console = console_of("choice")
    console.execution("choice")
    thawed = Event()
    console.engine.ping = thawed.wait  # type: ignore[assignment, method-assign]

    assert "Succeeded" in console.execution("choice")
    thawed.set()


def test_a_long_string_that_is_cut_off_is_one_string() -> None:
    quotes = json.dumps({"text": '"' * 30_000})

    shown = document(quotes)

    assert shown is not None
    assert shown.is_cut
    assert shown.html.count('class="json-string"') == 1


def test_a_document_of_three_hundred_levels_is_shown(console_of: ConsoleOf) -> None:
    console = console_of("choice")
    console.engine.inputs = {"choice": '{"a":' * 300 + '"<b>"' + "}" * 300}

    page = console.execution("choice")

    assert "&lt;b&gt;" in page or "Show all of it" in page
    assert "<b>" not in page


def test_an_execution_deleted_while_it_is_watched_leaves_the_page_and_says_so(console_of: ConsoleOf) -> None:
    console = console_of("running")
    console.execution("running")
    console.engine.names.clear()

    response = console.web.get(f"/live/{execution_arn('running')}?seen=0", headers={"HX-Request": "true"})

    assert response.status_code == 404
    assert response.headers["HX-Reswap"] == "none"
    assert "There is no execution" in unquote(response.headers["X-Problem"])


@pytest.mark.parametrize("path", ["/machines", f"/machines/{MACHINE}", f"/executions/{execution_arn('choice')}"])
def test_an_engine_that_is_away_is_given_with_the_command_that_starts_it(console_of: ConsoleOf, path: str) -> None:
    console = console_of("choice")
    console.engine.error = EndpointConnectionError(endpoint_url="http://127.0.0.1:4566")

    response = console.web.get(path)

    assert response.status_code == 503
    assert "http://127.0.0.1:4566 does not answer. Start it with ./scripts/up" in response.text
    assert "data-retry" in response.text


def test_an_account_that_cannot_be_reached_is_not_to_be_started(console_of: ConsoleOf) -> None:
    console = console_of("choice", aws_region="eu-west-1")
    console.engine.error = EndpointConnectionError(endpoint_url="https://states.eu-west-1.amazonaws.com")

    response = console.web.get("/machines")

    assert "does not answer. Look at the network and the proxy" in response.text
    assert "scripts/up" not in response.text


def test_an_execution_that_an_account_keeps_no_longer_is_said_to_be_too_old(console_of: ConsoleOf) -> None:
    console = console_of("choice", aws_region="eu-west-1")

    response = console.web.get(f"/executions/{execution_arn('choice')}-long-ago")

    assert response.status_code == 404
    assert "ended more than 90 days ago" in response.text
    assert "started anew" not in response.text


def test_an_engine_that_goes_away_leaves_a_live_page_as_it_is(console_of: ConsoleOf) -> None:
    console = console_of("running")
    console.engine.error = EndpointConnectionError(endpoint_url="http://127.0.0.1:4566")

    response = console.web.get(f"/live/{execution_arn('running')}", headers={"HX-Request": "true"})

    assert response.status_code == 503
    assert response.headers["HX-Reswap"] == "none"
    assert "does not answer" in unquote(response.headers["X-Problem"])


def test_an_error_of_the_engine_is_a_sentence(console_of: ConsoleOf) -> None:
    console = console_of()
    reason = {"Error": {"Code": "AccessDeniedException", "Message": "You may not list state machines."}}
    console.engine.error = ClientError(reason, "ListStateMachines")  # type: ignore[arg-type]

    response = console.web.get("/machines")

    assert response.status_code == 502
    assert "http://127.0.0.1:4566 answered: You may not list state machines." in response.text


@pytest.mark.parametrize(
    "error",
    [
        ClientError({"Error": {"Code": "ExpiredTokenException", "Message": "The token is expired."}}, "ListExecutions"),
        UnauthorizedSSOTokenError(),
        NoCredentialsError(),
    ],
    ids=lambda error: type(error).__name__,
)
def test_an_aws_session_that_has_expired_is_distinguished_from_an_engine_that_is_away(
    console_of: ConsoleOf, error: Exception
) -> None:
    console = console_of("choice")
    console.engine.error = error

    response = console.web.get(f"/executions/{execution_arn('choice')}")

    assert response.status_code == 503
    assert "Sign in again" in response.text
    assert "data-retry" in response.text


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
    console = console_of("choice")
    console.engine.made_up, console.engine.histories["choice"] = long_failure(2_000)
    arn = execution_arn("choice")

    first = console.page(f"/executions/{arn}")

    assert "Reading the 7,009 events before these" in first
    assert "no money is left" in first
    assert next(node for node in _graph(first)["nodes"] if node["is_culprit"])["name"] == "Charge"
    assert 'class="remark"' not in first
    assert f'hx-get="/live/{arn}"' in first
    rest = console.page(f"/live/{arn}")
    assert next(node for node in _graph(rest)["nodes"] if node["name"] == "Price")["visits"] == 2_000
    assert "Reading the" not in console.page(f"/executions/{arn}")


def test_of_a_long_history_that_is_looked_into_the_end_is_shown_first_too(console_of: ConsoleOf) -> None:
    console = console_of("choice")
    console.engine.made_up, console.engine.histories["choice"] = long_failure(2_000)
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
    console = console_of("choice")
    console.engine.made_up, console.engine.histories["choice"] = long_failure(2_000)
    arn = execution_arn("choice")

    first = unescape(console.page(f"/executions/{arn}?{query}"))

    assert 'id="state-title">State<' in first
    assert f'hx-get="/live/{arn}?{query}"' in first


def test_of_a_long_history_whose_end_does_not_say_what_failed_the_outcome_is_shown_and_no_culprit(
    console_of: ConsoleOf,
) -> None:
    console = console_of("choice")
    console.engine.made_up, console.engine.histories["choice"] = long_loop(1_000, catch="Again?")

    first = console.page(f"/executions/{execution_arn('choice')}")

    assert "<strong>TooMany</strong>" in first
    assert "It started in" not in first
    assert "Looking for the state whose error it was" in first
    assert not any(node["is_culprit"] for node in _graph(first)["nodes"])


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
    assert {node["name"]: node["mark"] for node in _graph(first)["nodes"]} == {
        "Each": "running",
        "Accept": "not reached",
    }
    assert _strip(first) == ["…", "Each"]


def test_of_a_long_loop_that_leads_to_a_fail_state_the_end_is_shown_first(console_of: ConsoleOf) -> None:
    console = console_of("choice")
    console.engine.made_up, console.engine.histories["choice"] = long_loop(1_000)

    first = console.page(f"/executions/{execution_arn('choice')}")

    assert "Reading the 5,003 events before these" in first
    assert next(node for node in _graph(first)["nodes"] if node["is_culprit"])["name"] == "Sorry"
    assert _strip(first) == ["…", "Again?", "Poll", "Again?", "Poll", "Again?", "Sorry"]


def test_of_a_long_history_that_succeeded_the_end_is_shown_first_and_no_state(console_of: ConsoleOf) -> None:
    console = console_of("choice")
    console.engine.made_up, console.engine.histories["choice"] = map_of(2_000)

    first = console.page(f"/executions/{execution_arn('choice')}")

    assert "Reading the 7,006 events before these" in first
    assert 'id="state-title">State<' in first
    # what is in a Map may have been caught before
    assert {node["mark"] for node in _graph(first)["nodes"]} == {"not reached"}


def test_of_the_end_of_a_history_no_state_is_drawn_that_may_turn_out_otherwise(console_of: ConsoleOf) -> None:
    console = console_of("choice")
    console.engine.made_up, console.engine.histories["choice"] = long_failure(2_000)

    first = console.page(f"/executions/{execution_arn('choice')}")

    assert {node["name"]: node["mark"] for node in _graph(first)["nodes"]} == {
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


def test_an_address_that_is_none_is_a_page_with_a_way_on(console_of: ConsoleOf) -> None:
    response = console_of().web.get("/nowhere")

    assert response.status_code == 404
    assert "There is nothing at this address." in response.text
    assert "All state machines" in response.text


def test_a_mistake_of_the_consoles_own_is_a_page_too(console_of: ConsoleOf) -> None:
    console = console_of()
    console.engine.error = ZeroDivisionError()
    web = TestClient(console.web.app, base_url="http://127.0.0.1:8080", raise_server_exceptions=False)

    response = web.get("/machines")

    assert response.status_code == 500
    assert "The console made a mistake: ZeroDivisionError." in response.text


def test_a_page_says_what_a_test_has_mocked_and_which_fault_it_injected(console_of: ConsoleOf) -> None:
    history = recording("task_retried").history
    first, second, _ = history.visits[0].attempts
    injected = {first.scheduled: "fault: throttle", second.scheduled: "mocked: return"}
    console = console_of("task_retried")
    console.engine.histories["task_retried"] = replace(history, injected=injected)

    page = unescape(console.execution("task_retried"))

    assert '<span class="pill injected">Fault: throttle, mocked: return</span>' in page
    assert '"injected": "fault: throttle, mocked: return"' in page
    assert '<span class="note">mocked: return</span>' in page
