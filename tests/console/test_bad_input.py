"""What nobody would send on purpose, as a person with a browser meets it."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any, cast

import pytest
from botocore.exceptions import ClientError
from playwright.sync_api import expect

from localdev.console.settings import Settings
from localdev.executions.definition import read_definition
from localdev.executions.logs import Invocation, LogLine
from localdev.system.waiting import wait_until
from tests.console.conftest import Visitor, served
from tests.console.made_up import NAME
from tests.unit.console.conftest import RecordedClient, RecordingControl, execution_arn
from tests.unit.executions.conftest import recording
from tests.unit.executions.made_up import Writer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Page

    from localdev.executions.client import ExecutionsClient
    from localdev.executions.control import ExecutionsControl
    from tests.console.conftest import Kitchen

type Visit = Callable[..., Visitor]
MARKUP = '<img src=x onerror="alert(1)"><script>alert(2)</script>&lt;'
LEVELS = 300
DEEP = f"{'{"a":' * LEVELS}1{'}' * LEVELS}"
LONGEST = 262_144
AT = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def watched_of() -> Iterator[Callable[..., Watched]]:
    """Make consoles, each over one made-up execution; they are there until the test has ended."""
    with ExitStack() as consoles:
        yield lambda *arguments, **options: consoles.enter_context(_watched(*arguments, **options))


@pytest.fixture
def open_page(watched_of: object, visitors_of: Callable[..., Visitor]) -> Callable[..., Page]:
    """Open a page by its whole address; it closes before the console does that it may still ask."""
    del watched_of
    return partial(_open, visitors_of)


def _open(visitors_of: Callable[..., Visitor], url: str, **options: Any) -> Page:
    return visitors_of("", **options).open(url)


@dataclass
class Watched:
    """A console over one made-up execution."""

    url: str
    engine: RecordedClient
    control: RecordingControl


@contextmanager
def _watched(name: str = NAME, given: str | None = None, **fields: Any) -> Iterator[Watched]:
    inputs = {} if given is None else {name: given}
    client, control = RecordedClient([name], inputs=inputs, **fields), RecordingControl()
    settings = Settings(
        client=cast("ExecutionsClient", client),
        control=cast("ExecutionsControl", control),
        where="a made-up engine",
        how_to_start="./scripts/up",
    )
    with served(settings) as url:
        yield Watched(f"{url}/executions/{execution_arn(name)}", client, control)


def _failed(text: str, state: str = "Ask") -> dict[str, Any]:
    """Return definition and history of an execution that has the text in every field that a person can fill."""
    writer = Writer()
    document = json.dumps({text[:80]: text})
    writer.write("ExecutionStarted", input=document, roleArn="arn:aws:iam::000000000000:role/r")
    writer.write("ChoiceStateEntered", name=f"Is it {state}?", input=document)
    writer.write(
        "ChoiceStateExited", name=f"Is it {state}?", output=document, assignedVariables={"note": json.dumps(text)}
    )
    writer.write("TaskStateEntered", name=state, input=document)
    writer.write("LambdaFunctionScheduled", resource="arn:aws:lambda:us-east-1:000000000000:function:f", input=document)
    writer.write("LambdaFunctionStarted")
    writer.write("LambdaFunctionFailed", error=text[:200], cause=text)
    writer.write("ExecutionFailed", error=text[:200], cause=text)
    definition = {
        "Comment": text,
        "StartAt": f"Is it {state}?",
        "States": {
            f"Is it {state}?": {
                "Type": "Choice",
                "Comment": text,
                "Choices": [{"Variable": "$.a", "StringEquals": text, "Next": state}],
                "Default": state,
            },
            state: {"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:000000000000:function:f", "End": True},
        },
    }
    return {"made_up": read_definition(definition), "histories": {NAME: writer.history()}}


def _every_tab(page: Page) -> None:
    for tab in page.get_by_role("tab").all():
        tab.click()
        expect(tab).to_have_attribute("aria-selected", "true")


def _started(watched: Watched) -> str:
    """Return the input that an execution was started with."""
    done = wait_until(lambda: watched.control.done or None, what="the execution to be started", seconds=20)
    return done[0][2]


def test_markup_in_every_field_is_text(watched_of: Callable[..., Watched], open_page: Callable[..., Page]) -> None:
    watched = watched_of(given=json.dumps({MARKUP: MARKUP}), **_failed(MARKUP, "<b>Ask</b>"))
    watched.engine.found = [Invocation("id-1", AT, AT, (LogLine(AT, "a", MARKUP), LogLine(AT, "a", DEEP)))]
    for query in ("", "?state=Is%20it%20%3Cb%3EAsk%3C%2Fb%3E%3F"):
        page = open_page(f"{watched.url}{query}")
        _every_tab(page)
        page.get_by_role("button", name="Failures").click()
        expect(page.locator("#events .tail, #events tbody").first).to_be_visible()
        assert page.locator("img, main script, main b").count() == 0
    expect(page.get_by_label("Outcome")).to_contain_text(MARKUP[:200])
    page.goto(watched.url.replace("/executions/", "/compare/"))
    assert page.locator("img, main script").count() == 0


def test_json_of_three_hundred_levels_is_shown_and_run_again(
    watched_of: Callable[..., Watched], open_page: Callable[..., Page]
) -> None:
    watched = watched_of(given=DEEP, **_failed(DEEP))
    page = open_page(watched.url)
    _every_tab(page)
    page.get_by_role("button", name="Run again").click()
    page.get_by_role("button", name="Start execution").click()

    assert json.loads(_started(watched)) == json.loads(DEEP)


def test_an_input_of_256_kilobytes_is_shown_in_part_and_run_again_whole(
    watched_of: Callable[..., Watched], open_page: Callable[..., Page]
) -> None:
    given = json.dumps({"text": 'ü"<' * 30_000, "numbers": [1] * 1_000}, ensure_ascii=False).ljust(LONGEST)
    watched = watched_of(given=given, **_failed("Refused"))
    page = open_page(watched.url)
    expect(page.get_by_text("The beginning of").first).to_be_visible()
    page.get_by_role("button", name="Run again").click()
    expect(page.get_by_label("Input, as JSON")).to_have_value(given)
    page.get_by_role("button", name="Start execution").click()

    assert json.loads(_started(watched)) == json.loads(given)


def test_an_execution_that_is_deleted_while_it_is_watched_says_so_and_leads_on(
    watched_of: Callable[..., Watched], open_page: Callable[..., Page]
) -> None:
    watched = watched_of("running")
    page = open_page(watched.url)
    expect(page.locator("#poll")).to_have_count(1)

    watched.engine.names.clear()

    expect(page.locator("#notice")).to_contain_text("It has been deleted")
    expect(page.locator("#poll")).to_have_count(0)
    page.locator("#notice").get_by_role("link", name="Executions of pizzeria").click()
    expect(page.get_by_role("heading", name="pizzeria")).to_be_visible()


@pytest.mark.parametrize(
    "line", ['{"level": "INFO", "message": ', "[1, 2", '{"message": {"level": []}}', "{} {}", DEEP]
)
def test_a_log_line_that_is_almost_json_is_shown_as_it_is(
    watched_of: Callable[..., Watched], open_page: Callable[..., Page], line: str
) -> None:
    watched = watched_of(**_failed("Refused"))
    watched.engine.found = [Invocation("id-1", AT, AT, (LogLine(AT, "a", line),))]
    page = open_page(watched.url)
    page.get_by_role("tab", name="Logs").click()

    expect(page.get_by_label("Log lines")).to_contain_text(line)


def test_a_definition_with_unknown_fields_and_types_is_drawn(
    watched_of: Callable[..., Watched], open_page: Callable[..., Page]
) -> None:
    definition = {
        "StartAt": "Ask",
        "Wobble": {"a": [MARKUP]},
        "States": {
            "Ask": {"Type": "Task", "Resource": "arn:aws:states:::quantum:leap", "Wobble": 1, "Next": "Think"},
            "Think": {"Type": "Ponder", "For": "long", "Next": "Done"},
            "Done": {"Type": "Succeed", "Wobble": None},
        },
    }
    watched = watched_of(made_up=read_definition(definition), histories={NAME: _failed("Refused")["histories"][NAME]})
    page = open_page(f"{watched.url}?state=Think")

    expect(page.get_by_role("region", name="Think")).to_contain_text("Ponder")
    expect(page.locator("#graph a[data-state]")).to_have_count(3)
    page.get_by_role("tab", name="Definition").click()
    expect(page.get_by_role("region", name="Think").get_by_text('"For"')).to_be_visible()


def test_an_aws_session_that_expires_is_said_and_the_page_goes_on_after_it(
    watched_of: Callable[..., Watched], open_page: Callable[..., Page]
) -> None:
    watched = watched_of("running")
    page = open_page(watched.url)

    watched.engine.error = ClientError({"Error": {"Code": "ExpiredTokenException"}}, "DescribeExecution")
    expect(page.locator("#notice")).to_contain_text("Sign in again")
    watched.engine.error = None

    expect(page.locator("#notice")).to_be_hidden()
    page.close()


def test_a_page_opened_with_an_expired_session_goes_on_by_itself(
    watched_of: Callable[..., Watched], open_page: Callable[..., Page]
) -> None:
    watched = watched_of()
    watched.engine.error = ClientError(
        {"Error": {"Code": "ExpiredToken", "Message": "It has expired."}}, "DescribeExecution"
    )
    page = open_page(watched.url)
    expect(page.get_by_role("heading", name="The AWS session has expired")).to_be_visible()

    watched.engine.error = None

    expect(page.get_by_label("Outcome")).to_be_visible()


def test_two_tabs_look_at_different_states_of_one_execution_and_both_follow_it(visit: Visit, kitchen: Kitchen) -> None:
    arn = kitchen.start()
    visitor = visit()
    one, other = visitor.open(f"/executions/{arn}?state=Bake"), visitor.open(f"/executions/{arn}")
    expect(other.locator("#state-title")).to_have_text("Knead")

    one.get_by_role("button", name="Stop").click()

    for page in (one, other):
        expect(page.get_by_label("Outcome").get_by_text("Aborted", exact=True)).to_be_visible()
    expect(one.locator("#state-title")).to_have_text("Bake")
    expect(other.locator("#state-title")).to_have_text("Knead")


def test_back_and_forward_go_through_the_states_that_were_looked_at(
    watched_of: Callable[..., Watched], open_page: Callable[..., Page]
) -> None:
    recorded = recording("task_caught")
    watched = watched_of(made_up=recorded.definition, histories={NAME: recorded.history})
    page = open_page(watched.url)
    title = page.locator("#state-title")
    first = title.inner_text()
    others = [visit.state for visit in recorded.history.visits if visit.state != first]
    page.locator(f'#graph a[data-state="{others[0]}"]').click()
    expect(title).to_have_text(others[0])

    page.go_back()
    expect(title).to_have_text(first)
    page.go_forward()

    expect(title).to_have_text(others[0])
