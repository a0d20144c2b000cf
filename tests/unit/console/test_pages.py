"""Test what the page of an execution says, and pages of every kind."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from html import unescape

import pytest
from starlette.testclient import TestClient

from localdev.console.shown import document
from localdev.console.views import aws_console_url
from localdev.executions.errors import DefinitionError, NotFoundError
from localdev.executions.logs import Invocation, LogLine
from localdev.executions.records import Execution
from tests.unit.console.conftest import MACHINE, ConsoleOf, execution_arn
from tests.unit.console.parts import graph_of
from tests.unit.executions.conftest import NAMES, recording

AT = datetime(2026, 1, 1, tzinfo=UTC)


def test_the_only_state_machine_is_the_home_page(console_of: ConsoleOf) -> None:
    assert console_of().web.get("/").headers["location"] == f"/machines/{MACHINE}"


def test_an_execution_can_be_run_again_with_its_own_input(console_of: ConsoleOf) -> None:
    console = console_of("choice")
    console.engine.inputs = {"choice": '{"flavour": "margherita"}'}

    page = console.execution("choice")

    assert f'action="/start/{MACHINE}"' in page
    assert "&#34;flavour&#34;: &#34;margherita&#34;" in page


def test_a_console_that_is_read_only_offers_no_run(console_of: ConsoleOf) -> None:
    assert "Run again" not in console_of("choice", read_only=True).execution("choice").replace("data-open", "")


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

    assert graph_of(page)["nodes"]
    assert "Timeline" in page


def test_a_failed_executions_page_tells_where_and_why(console_of: ConsoleOf) -> None:
    page = console_of("map_failed").execution("map_failed")

    assert "Burnt" in page
    assert "The oven was too hot" in page
    assert [node["name"] for node in graph_of(page)["nodes"] if node["is_culprit"]] == ["Large"]
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
