"""What stands around state machines, in a browser: from a request to its execution, its functions and the queue."""

from __future__ import annotations

import http.client
from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from localdev.deployment.stack import reachable_api_url
from localdev.system.waiting import wait_until
from tests.console.conftest import Visitor

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from localdev.engines import Engine
    from pizzeria.stack import StackOutputs

type Visit = Callable[..., Visitor]


def _parts(page: Page) -> list[str]:
    return page.locator(".trace .trace-kind").all_inner_texts()


@pytest.fixture
def trace(visit: Visit, pineapple: str) -> Page:
    """The trace of an order that failed."""
    page = visit(width=1440).open(f"/executions/{pineapple}")
    page.get_by_role("link", name="Trace", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("POST /?flavour=pineapple")
    return page


def test_an_order_is_a_trace_from_its_request_to_the_queue(trace: Page) -> None:
    assert _parts(trace) == ["request", "function", "call", "execution", "task", "function", "rule", "queue"]


def test_a_part_of_a_trace_shows_payload_result_and_log_lines(trace: Page) -> None:
    function = trace.locator(".trace > li", has_text="OrderPizza")
    function.locator("summary").click()

    expect(function).to_contain_text('"pineapple"')
    expect(function).to_contain_text('"containsPineapple": true')
    expect(function.get_by_role("list", name="Log lines")).to_contain_text("Pizza analysed")


def test_a_trace_leads_back_to_its_execution(trace: Page, pineapple: str) -> None:
    execution = trace.locator(".trace > li.kind-execution")
    execution.locator("summary").click()
    execution.get_by_role("link", name="Open the execution").click()

    trace.wait_for_url(f"**/executions/{pineapple}")


def test_a_request_is_found_by_its_trace_id(visit: Visit, trace: Page) -> None:
    page = visit(width=1440).open("/requests")
    page.get_by_role("link", name="POST /?flavour=pineapple").last.click()
    number = page.locator("#trace-id").inner_text()
    page.goto(page.url.partition("/traces/")[0] + "/requests")

    page.get_by_label("A trace id").fill(number)
    page.keyboard.press("Enter")

    page.wait_for_url(f"**/traces/{number}")
    assert _parts(page) == _parts(trace)


def test_looking_at_a_queue_takes_no_message_away(
    visit: Visit, engine: Engine, outputs: StackOutputs, pineapple: str
) -> None:
    queues = engine.clients().client("sqs")
    url = queues.list_queues()["QueueUrls"][0]

    def is_there() -> bool | None:
        return url if visible() else None  # type: ignore[return-value]

    def visible() -> int:
        said = queues.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
        return int(said["ApproximateNumberOfMessages"])

    wait_until(is_there, what="the message", seconds=20)
    before = visible()
    page = visit(width=1440).open("/queues")
    page.get_by_role("link", name=url.rpartition("/")[2]).click()

    # the newest is first, also while the browser has not read the page to its end
    message = page.locator("details", has_text="received 0 times").first
    message.locator("summary").click()

    expect(message.get_by_role("link", name="Execution")).to_be_visible()
    assert visible() == before
    assert outputs.state_machine_arn.rpartition(":")[2] in pineapple


def test_a_state_leads_to_its_function_and_its_last_invocations(visit: Visit, pineapple: str) -> None:
    page = visit(width=1440).open(f"/executions/{pineapple}?state=Order%20Pizza%20Job")
    page.locator("#state .state-head").get_by_role("link").click()

    invocation = page.locator("details", has_text="pineapple").first
    invocation.locator("summary").click()

    expect(invocation).to_contain_text("Pizza analysed")
    expect(invocation.get_by_role("link", name="Trace")).to_be_visible()


def test_a_rule_shows_the_events_that_it_matched(visit: Visit, pineapple: str) -> None:
    page = visit(width=1440).open("/rules")
    page.locator(".card").first.click()

    event = page.locator("details.attempt").first
    event.locator("summary").click()

    expect(event).to_contain_text('"status": "FAILED"')
    expect(page.get_by_role("link", name="FailedOrdersQueue").first).to_be_visible()
    assert pineapple


def test_that_an_api_was_asked_whether_it_is_there_is_no_request(
    visit: Visit, engine: Engine, outputs: StackOutputs, pineapple: str
) -> None:
    assert pineapple
    api = urlsplit(reachable_api_url(outputs.api_url, engine.endpoint_url))
    connection = http.client.HTTPConnection(api.netloc, timeout=20)
    connection.request("TRACE", f"{api.path.rstrip('/')}/")
    assert connection.getresponse().status == 403
    connection.close()

    page = visit().open("/requests")
    expect(page.locator(".list tbody tr").first).to_be_visible()

    assert page.locator(".list tbody tr", has_text="TRACE").count() == 0


@pytest.mark.parametrize("path", ["/requests", "/functions", "/queues", "/rules"])
def test_no_page_of_the_stack_scrolls_sideways_on_a_phone(visit: Visit, pineapple: str, path: str) -> None:
    assert pineapple
    page = visit(width=375, height=812).open(path)

    assert page.evaluate("document.documentElement.scrollWidth") <= 375
