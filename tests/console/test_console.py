"""The console, as a person with a browser meets it."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from localdev.system.waiting import wait_until
from tests.console.conftest import Kitchen, Relay, Visitor

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from localdev.engines import Engine
    from pizzeria.orders import OrderApi
    from pizzeria.stack import StackOutputs

type Visit = Callable[..., Visitor]
FAILED = "Sorry, We Dont add Pineapple"


def _state(page: Page, name: str, mark: str) -> None:
    """Expect that the graph shows the state as ``mark``."""
    expect(
        page.get_by_role("group", name="States").get_by_role("link", name=re.compile(f"^{re.escape(name)}, .*{mark}"))
    ).to_be_visible()


def _machine(outputs: StackOutputs) -> str:
    return f"/machines/{outputs.state_machine_arn}"


def _started(engine: Engine, machine: str, **given: object) -> str:
    states = engine.clients().client("stepfunctions")
    return states.start_execution(stateMachineArn=machine, input=json.dumps(given))["executionArn"]


def test_an_order_is_placed_and_watched_to_its_end(visit: Visit, outputs: StackOutputs) -> None:
    page = visit().open(_machine(outputs))
    page.get_by_role("button", name="pineapple").click()
    page.get_by_role("button", name="Order a pizza").click()

    page.wait_for_url("**/executions/**")
    expect(page.get_by_label("Outcome").get_by_text("Failed", exact=True)).to_be_visible()
    _state(page, "Order Pizza Job", "succeeded")
    _state(page, "Lets make your pizza", "not reached")
    _state(page, FAILED, "failed, here the execution failed")
    expect(page.get_by_label("Outcome")).to_contain_text("They asked for Pineapple")


def test_a_running_execution_is_shown_step_by_step_without_loading_the_page_again(
    visit: Visit, kitchen: Kitchen
) -> None:
    page = visit().open(f"/executions/{kitchen.start()}")
    page.evaluate("window.stillThere = true")

    _state(page, "Knead", "running")
    kitchen.finish("Knead")
    _state(page, "Knead", "succeeded")
    _state(page, "Bake", "running")
    kitchen.finish("Bake")
    _state(page, "Done", "succeeded")
    expect(page.get_by_label("Outcome").get_by_text("Succeeded", exact=True)).to_be_visible()
    expect(page.locator("#poll")).to_have_count(0)
    assert page.evaluate("window.stillThere")


def test_nothing_jumps_while_an_execution_runs(visit: Visit, kitchen: Kitchen) -> None:
    page = visit(height=1600).open(f"/executions/{kitchen.start()}")
    _state(page, "Knead", "running")
    page.evaluate(
        """() => { window.shift = 0; new PerformanceObserver((list) => {
            for (const entry of list.getEntries()) window.shift += entry.value;
        }).observe({ type: "layout-shift" }); }"""
    )
    before = page.locator("#graph > svg.graph").bounding_box()

    kitchen.finish("Knead")
    _state(page, "Bake", "running")
    kitchen.finish("Bake")
    expect(page.get_by_label("Outcome").get_by_text("Succeeded", exact=True)).to_be_visible()

    assert page.locator("#graph > svg.graph").bounding_box() == before
    assert page.evaluate("window.shift") < 0.02


def test_the_end_of_an_execution_is_announced_and_nothing_else(visit: Visit, kitchen: Kitchen) -> None:
    page = visit().open(f"/executions/{kitchen.start()}")
    page.evaluate(
        """() => { window.heard = []; new MutationObserver(() => {
            window.heard.push(document.getElementById("said").textContent);
        }).observe(document.getElementById("said"), { childList: true, characterData: true, subtree: true }); }"""
    )

    kitchen.finish("Knead")
    _state(page, "Bake", "running")
    kitchen.finish("Bake")

    expect(page.locator("#said")).to_have_text("Succeeded")
    assert page.evaluate("window.heard") == ["Succeeded"]


def test_the_title_says_how_an_execution_stands(visit: Visit, kitchen: Kitchen) -> None:
    page = visit().open(f"/executions/{kitchen.start()}")

    expect(page).to_have_title(re.compile("^… Running · "))
    kitchen.finish("Knead", "Bake")
    expect(page).to_have_title(re.compile("^✓ Succeeded · "))


def test_how_long_an_execution_has_been_running_counts_on(visit: Visit, kitchen: Kitchen) -> None:
    page = visit().open(f"/executions/{kitchen.start()}")
    lasted = page.get_by_label("Outcome").locator("[data-since]")

    first = lasted.inner_text()
    assert re.fullmatch(r"(\d+ min )?\d+ s", first)
    expect(lasted).not_to_have_text(first)
    expect(lasted).to_have_text(re.compile(r"^(\d+ min )?\d+ s$"))


def test_the_list_of_executions_is_live(visit: Visit, outputs: StackOutputs, orders: OrderApi) -> None:
    page = visit().open(_machine(outputs))
    order = orders.wait(orders.place("quattro formaggi")).order

    row = page.get_by_role("row").filter(has=page.get_by_role("link", name=order.order_id))
    expect(row).to_contain_text("Succeeded")
    expect(row).to_contain_text("flavour quattro formaggi")


def test_the_failing_state_is_found_by_its_role_and_name_and_tells_why(visit: Visit, pineapple: str) -> None:
    page = visit().open(f"/executions/{pineapple}")
    page.get_by_role("link", name=re.compile("^With Pineapple.*Choice, succeeded")).click()
    expect(page.get_by_role("region", name="With Pineapple?")).to_be_visible()

    page.get_by_role("link", name=re.compile(f"^{FAILED}, Fail, failed")).click()

    state = page.get_by_role("region", name=FAILED)
    expect(state).to_contain_text("Failed To Make Pizza: They asked for Pineapple")
    expect(page).to_have_url(re.compile(r"\?state=Sorry"))


def test_a_states_log_line_is_two_clicks_away(visit: Visit, pineapple: str) -> None:
    page = visit().open(f"/executions/{pineapple}")

    page.get_by_role("link", name=re.compile("^Order Pizza Job, Task")).click()

    lines = page.get_by_role("list", name="Log lines")
    expect(lines).to_contain_text("Pizza analysed")
    expect(lines).to_contain_text("flavour pineapple")


@pytest.fixture
def slow_function(engine: Engine) -> Iterator[str]:
    """Provide the ARN of a state machine with a function that writes a line, takes its time, and writes another."""
    lambdas, states = engine.clients().client("lambda"), engine.clients().client("stepfunctions")
    code = "import time\ndef handler(event, context):\n    print('so far')\n    time.sleep(8)\n    print('at last')\n"
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w") as files:
        files.writestr("slow.py", code)
    role = "arn:aws:iam::000000000000:role/slow"
    function = lambdas.create_function(
        FunctionName="slow-function", Runtime="python3.13", Handler="slow.handler", Role=role,
        Timeout=30, Code={"ZipFile": package.getvalue()},
    )["FunctionArn"]  # fmt: skip
    lambdas.get_waiter("function_active_v2").wait(FunctionName="slow-function", WaiterConfig={"Delay": 1})
    definition = json.dumps(
        {"StartAt": "Slow", "States": {"Slow": {"Type": "Task", "Resource": function, "End": True}}}
    )
    arn = states.create_state_machine(name="slow-function", definition=definition, roleArn=role)["stateMachineArn"]
    yield arn
    states.delete_state_machine(stateMachineArn=arn)
    lambdas.delete_function(FunctionName="slow-function")


@pytest.fixture
def waiting_machine(engine: Engine) -> Iterator[str]:
    """Provide the ARN of a state machine that sends a token to a queue and waits for it."""
    queues, states = engine.clients().client("sqs"), engine.clients().client("stepfunctions")
    queue = queues.create_queue(QueueName="waiting")["QueueUrl"]
    task = {
        "Type": "Task",
        "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
        "Parameters": {"QueueUrl": queue, "MessageBody": {"token.$": "$$.Task.Token"}},
        "TimeoutSeconds": 600,
        "End": True,
    }
    definition = json.dumps({"StartAt": "Ask", "States": {"Ask": task}})
    role = "arn:aws:iam::000000000000:role/waiting"
    arn = states.create_state_machine(name="waiting", definition=definition, roleArn=role)["stateMachineArn"]
    yield arn
    states.delete_state_machine(stateMachineArn=arn)
    queues.delete_queue(QueueUrl=queue)


def test_a_line_is_shown_while_its_function_still_runs(visit: Visit, engine: Engine, slow_function: str) -> None:
    page = visit().open(f"/executions/{_started(engine, slow_function)}")
    lines = page.get_by_role("list", name="Log lines")

    expect(lines).to_contain_text("so far")

    assert "at last" not in lines.inner_text()
    expect(page.get_by_label("Outcome").get_by_text("Running", exact=True)).to_be_visible()
    expect(lines).to_contain_text("at last", timeout=20_000)


def test_going_back_shows_the_state_that_was_looked_at_before(visit: Visit, pineapple: str) -> None:
    page = visit().open(f"/executions/{pineapple}")
    page.get_by_role("link", name=re.compile("^Order Pizza Job, Task")).click()
    expect(page.get_by_role("region", name="Order Pizza Job")).to_be_visible()

    page.go_back()

    expect(page.get_by_role("region", name=FAILED)).to_be_visible()


@pytest.mark.parametrize("width", [375, 1280])
def test_a_state_that_is_chosen_is_brought_into_view_and_announced(visit: Visit, pineapple: str, width: int) -> None:
    page = visit(width=width, reduced_motion="reduce").open(f"/executions/{pineapple}")
    row = page.locator(".timeline").get_by_role("link", name="Order Pizza Job")
    row.scroll_into_view_if_needed()

    row.click()

    expect(page.get_by_role("heading", name="Order Pizza Job")).to_be_in_viewport()
    expect(page.locator("#said")).to_have_text("Order Pizza Job, succeeded")


def test_everything_can_be_reached_by_keyboard(visit: Visit, pineapple: str) -> None:
    page = visit().open(f"/executions/{pineapple}")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()

    job = page.get_by_role("group", name="States").get_by_role("link", name=re.compile("^Order Pizza Job"))
    states = page.get_by_role("group", name="States")
    for _ in range(20):
        page.keyboard.press("Tab")
        if states.evaluate("(group) => group.contains(document.activeElement)"):
            break
    for _ in range(3):
        if not job.evaluate("(link) => link === document.activeElement"):
            page.keyboard.press("ArrowUp")
    expect(job).to_be_focused()
    page.keyboard.press("Enter")

    expect(page.get_by_role("region", name="Order Pizza Job")).to_be_visible()
    expect(job).to_be_focused()


def test_cause_and_arn_can_be_copied(visit: Visit, pineapple: str) -> None:
    page = visit(permissions=["clipboard-read", "clipboard-write"]).open(f"/executions/{pineapple}")

    for button, copied in (("Copy the cause", "They asked for Pineapple"), ("Copy ARN", pineapple)):
        page.get_by_role("button", name=button).click()
        expect(page.get_by_role("status")).to_have_text("Copied.")
        assert page.evaluate("navigator.clipboard.readText()") == copied
    page.get_by_role("button", name="Copy the execution's input").click()
    wait_until(
        # a promise is true for wait_for_function, whatever comes of it
        lambda: page.evaluate("navigator.clipboard.readText()").startswith("{") or None,
        what="the input to be copied",
        seconds=20,
    )
    assert json.loads(page.evaluate("navigator.clipboard.readText()")) == {"flavour": "pineapple"}


def test_a_flavour_that_is_markup_is_text_everywhere(visit: Visit, outputs: StackOutputs) -> None:
    markup = "<img src=x onerror=alert(1)>"
    page = visit().open(_machine(outputs))
    page.get_by_label("Flavour", exact=True).fill(markup)
    page.get_by_role("button", name="Order a pizza").click()

    page.wait_for_url("**/executions/**")
    expect(page.get_by_label("Outcome")).to_contain_text(f"flavour {markup}")
    assert page.locator("img").count() == 0


def test_the_same_key_never_places_two_orders(visit: Visit, outputs: StackOutputs) -> None:
    visitor = visit()
    shown = set()
    for _ in range(2):
        page = visitor.open(_machine(outputs))
        page.get_by_text("Idempotency key").click()
        page.get_by_label("The same key never starts two").fill("twice")
        page.get_by_role("button", name="Order a pizza").click()
        page.wait_for_url("**/executions/**")
        shown.add(page.url)

    assert len(shown) == 1


def test_what_the_api_does_not_accept_is_said_on_the_page(visit: Visit, outputs: StackOutputs) -> None:
    page = visit().open(_machine(outputs))
    page.get_by_label("Flavour", exact=True).fill("x" * 65)
    page.get_by_role("button", name="Order a pizza").click()

    expect(page.get_by_role("status")).to_contain_text("did not accept")


def test_any_input_can_be_started_and_what_is_no_json_is_refused(
    visit: Visit, engine: Engine, slow_machine: str
) -> None:
    assert engine
    page = visit().open(f"/machines/{slow_machine}")
    page.get_by_text("Start with any input").click()
    page.get_by_label("Input, as JSON").fill("{seconds")
    page.get_by_role("button", name="Start execution").click()
    expect(page.locator(".json-problem")).to_contain_text("Not JSON")

    page.get_by_label("Input, as JSON").fill('{"seconds": 0}')
    page.get_by_role("button", name="Start execution").click()

    page.wait_for_url("**/executions/**")
    expect(page.get_by_role("region", name="the execution's input")).to_contain_text('"seconds": 0')


def test_what_is_wrong_with_an_input_stays_to_be_read_while_the_list_keeps_itself_current(
    visit: Visit, engine: Engine, slow_machine: str
) -> None:
    assert engine
    page = visit().open(f"/machines/{slow_machine}")
    page.get_by_role("heading", name="Start with any input").click()
    page.get_by_label("Input, as JSON").fill("{seconds")
    page.get_by_role("button", name="Start execution").click()
    expect(page.locator(".json-problem")).to_contain_text("Not JSON")

    for _ in range(2):
        page.wait_for_event("requestfinished", lambda request: "/list/" in request.url)

    expect(page.locator(".json-problem")).to_contain_text("Not JSON")


def test_a_running_execution_can_be_stopped(visit: Visit, engine: Engine, slow_machine: str) -> None:
    page = visit().open(f"/executions/{_started(engine, slow_machine, seconds=600)}")
    _state(page, "Serve", "running")

    page.get_by_role("button", name="Stop").click()

    expect(page.get_by_label("Outcome").get_by_text("Aborted", exact=True)).to_be_visible()
    _state(page, "Serve", "aborted")


def test_a_failed_execution_can_be_redriven(visit: Visit, orders: OrderApi) -> None:
    page = visit().open(f"/executions/{orders.wait(orders.place('pineapple')).order.execution_arn}")

    page.get_by_role("button", name="Redrive", exact=True).click()

    expect(page.get_by_label("Outcome")).to_contain_text("Redrives")
    expect(page.get_by_label("Outcome").get_by_text("Failed", exact=True)).to_be_visible()


def test_the_page_survives_the_engine_going_away_and_coming_back(
    relay: tuple[Relay, str], visit: Visit, kitchen: Kitchen
) -> None:
    between, console = relay
    page = visit(at=console).open(f"/executions/{kitchen.start()}")
    _state(page, "Knead", "running")

    between.close()
    expect(page.get_by_role("status")).to_contain_text("does not answer")
    _state(page, "Knead", "running")
    kitchen.finish("Knead", "Bake")
    between.open()

    expect(page.get_by_role("status")).to_be_hidden()
    expect(page.get_by_label("Outcome").get_by_text("Succeeded", exact=True)).to_be_visible()


OPENED = [
    "/machines", "/machines/{machine}", "/machines/{machine}?q=x", "/executions/{running}", "/executions/{failed}",
    "/executions/{failed}?state=With%20Pineapple%3F", "/coverage/{machine}", "/compare/{failed}", "/traces/{failed}",
    "/requests", "/functions", "/functions/{function}", "/queues", "/queues/{queue}", "/rules",
]  # fmt: skip


@pytest.mark.parametrize("path", OPENED)
def test_a_page_that_is_opened_while_the_engine_is_frozen_says_so_within_three_seconds_and_goes_on(
    relay: tuple[Relay, str], visit: Visit, kitchen: Kitchen, stands: Mapping[str, str], path: str
) -> None:
    engine, console = relay
    visitor = visit(at=console)
    path = path.format(machine=kitchen.arn, running=kitchen.start(), **stands)
    visitor.open("/static/icon.svg")

    engine.freeze()
    page = visitor.open(path)
    expect(page.get_by_role("heading", name="The engine does not answer")).to_be_visible()
    # since the browser asked: until it has a tab to ask from takes a second on a busy machine
    waited = page.evaluate("performance.getEntriesByType('navigation')[0].responseStart")
    engine.thaw()

    assert waited < 3_000
    expect(page.get_by_role("heading", name="The engine does not answer")).to_have_count(0)
    expect(page.get_by_role("heading", level=1)).to_be_visible()


@pytest.fixture(scope="session")
def stands(engine: Engine, pineapple: str) -> Mapping[str, str]:
    """Provide what of the stack has a page of its own: an execution that failed, a function and a queue."""
    client = engine.clients().client
    function = client("lambda").list_functions()["Functions"][0]["FunctionName"]
    queue = client("sqs").list_queues()["QueueUrls"][0].rpartition("/")[2]
    return {"failed": pineapple, "function": function, "queue": queue}


@pytest.mark.parametrize(
    "path", ["/executions/{failed}", "/compare/{failed}", "/coverage/{machine}", "/functions/{function}", "/rules"]
)
def test_a_page_that_asks_for_nothing_says_by_itself_that_the_engine_is_frozen_and_that_it_is_not(
    relay: tuple[Relay, str], visit: Visit, kitchen: Kitchen, stands: Mapping[str, str], path: str
) -> None:
    engine, console = relay
    page = visit(at=console).open(path.format(machine=kitchen.arn, **stands))
    expect(page.locator("[id$=poll]")).to_have_count(0)

    engine.freeze()
    # two seconds until it asks at the latest, and three for the answer
    expect(page.locator("#notice")).to_contain_text("frozen", timeout=5_000)
    engine.thaw()

    expect(page.locator("#notice")).to_be_hidden()


def test_what_a_frozen_engine_is_asked_to_change_is_said_to_be_on_its_way_or_not(
    relay: tuple[Relay, str], visit: Visit, kitchen: Kitchen
) -> None:
    engine, console = relay
    page = visit(at=console).open(f"/executions/{kitchen.start()}")
    _state(page, "Knead", "running")
    notice = page.locator("#notice")

    engine.freeze()
    page.get_by_role("button", name="Stop").click()
    expect(notice).to_contain_text("has been sent: it is done when the engine goes on", timeout=4_000)
    page.get_by_role("button", name="Run again").click()
    page.get_by_role("button", name="Start execution").click()
    expect(notice).to_contain_text("has not been sent, and nothing was changed")
    # not behind the dialog
    assert notice.evaluate(
        """box => {
            const { left, top, width, height } = box.getBoundingClientRect();
            return box.contains(document.elementFromPoint(left + width / 2, top + height / 2));
        }"""
    )
    page.get_by_role("button", name="Cancel").click()
    expect(notice).to_be_visible()
    engine.thaw()

    expect(page.get_by_label("Outcome").get_by_text("Aborted", exact=True)).to_be_visible()
    expect(notice).to_contain_text("The engine answers again")


def test_a_page_says_within_seconds_that_the_engine_is_frozen_and_goes_on_when_it_is_not(
    relay: tuple[Relay, str], visit: Visit, kitchen: Kitchen
) -> None:
    engine, console = relay
    page = visit(at=console).open(f"/executions/{kitchen.start()}")
    _state(page, "Knead", "running")

    engine.freeze()
    expect(page.locator("#notice")).to_contain_text("frozen", timeout=3_000)
    engine.thaw()

    kitchen.finish("Knead", "Bake")
    expect(page.get_by_label("Outcome").get_by_text("Succeeded", exact=True)).to_be_visible()
    expect(page.locator("#notice")).to_be_hidden()


def _running_where_the_clock_is_off(visit: Visit, kitchen: Kitchen, minutes: int) -> tuple[Visitor, Page]:
    visitor = visit()
    visitor.context.clock.install(time=datetime.now(UTC) + timedelta(minutes=minutes))
    page = visitor.open(f"/executions/{kitchen.start()}")
    _state(page, "Knead", "running")
    return visitor, page


@pytest.mark.parametrize("minutes", [-1_440, -10, 10, 1_440, 2_000_000])
def test_how_long_something_runs_is_right_where_the_browsers_clock_is_off(
    visit: Visit, kitchen: Kitchen, minutes: int
) -> None:
    visitor, page = _running_where_the_clock_is_off(visit, kitchen, minutes)
    listed = visitor.open(f"/machines/{kitchen.arn}")

    visitor.context.clock.run_for(3_000)

    seconds = re.compile(r"^[1-5]?\d s$")
    expect(page.get_by_label("Outcome").locator("[data-since]")).to_have_text(seconds)
    expect(page.locator("#state [data-since]")).to_have_text(seconds)
    expect(page.locator(".timeline [data-since]")).to_have_text(seconds)
    expect(page.locator(".ticks span").last).to_have_text(re.compile(r"^[1-5]?\d(\.\d+)? s$"))
    expect(listed.locator(".list [data-since]")).to_have_text(seconds)


@pytest.mark.parametrize("minutes", [-1_440, 1_440])
def test_the_axis_of_what_runs_ends_now_where_the_browsers_clock_is_off(
    visit: Visit, kitchen: Kitchen, minutes: int
) -> None:
    visitor, page = _running_where_the_clock_is_off(visit, kitchen, minutes)

    visitor.context.clock.run_for(3_000)

    bars = page.locator(".timeline .bars").first
    ends = bars.evaluate(
        "(each) => [each.viewBox.baseVal.width, ...['x', 'width'].map((name) =>"
        " Number(each.querySelector('.bar-running').getAttribute(name)))]"
    )
    assert ends[1] >= 0
    assert ends[1] + ends[2] == pytest.approx(ends[0], rel=0.01)


def test_a_task_that_waits_for_its_token_is_answered_on_its_page(
    visit: Visit, engine: Engine, waiting_machine: str
) -> None:
    page = visit().open(f"/executions/{_started(engine, waiting_machine)}")
    waiting = page.get_by_role("region", name="The answer that is waited for")
    expect(waiting).to_contain_text("Task token")

    waiting.get_by_label("Output, as JSON").fill('{"approved": true}')
    waiting.get_by_role("button", name="Send success").click()

    expect(page.get_by_label("Outcome").get_by_text("Succeeded", exact=True)).to_be_visible()
    expect(page.locator("[data-document=output]")).to_contain_text("approved")


def test_a_state_is_run_alone_from_its_panel(visit: Visit, pineapple: str) -> None:
    page = visit().open(f"/executions/{pineapple}?state=With%20Pineapple%3F")
    page.get_by_text("Run this state alone").click()

    page.get_by_role("button", name="Run the state").click()

    expect(page.locator("#state")).to_contain_text(re.compile("next would be (Sorry|Lets)"))


def test_a_page_opened_while_the_engine_is_away_goes_on_by_itself(relay: tuple[Relay, str], visit: Visit) -> None:
    between, console = relay
    between.close()
    page = visit(at=console).open("/machines")
    expect(page.get_by_role("heading", name="The engine is away")).to_be_visible()
    expect(page.get_by_role("main")).to_contain_text("./scripts/up")

    between.open()

    expect(page.get_by_role("heading", name="State machines")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_follow_the_systems_theme_until_another_is_chosen(visit: Visit, pineapple: str, scheme: str) -> None:
    visitor = visit(color_scheme=scheme)
    page = visitor.open(f"/executions/{pineapple}")
    assert _is_dark(page) is (scheme == "dark")

    page.get_by_role("button", name="Light or dark").click()
    assert _is_dark(page) is (scheme == "light")
    page.reload()
    assert _is_dark(page) is (scheme == "light")


def test_on_a_phone_the_form_comes_first_and_the_graph_can_be_read(visit: Visit, outputs: StackOutputs) -> None:
    page = visit(width=375, height=812).open(_machine(outputs))

    expect(page.get_by_role("button", name="Order a pizza")).to_be_in_viewport()
    form, executions = (
        page.get_by_role("region", name=name).bounding_box() for name in ("Order a pizza", "Executions")
    )
    assert form is not None
    assert executions is not None
    assert form["y"] + form["height"] < executions["y"]
    percent = page.locator("execution-graph [data-percent]").inner_text()
    assert int(percent.removesuffix(" %")) > 80


def test_a_page_on_paper_is_light_whole_and_without_buttons(visit: Visit, pineapple: str) -> None:
    page = visit(color_scheme="dark").open(f"/executions/{pineapple}")
    page.emulate_media(media="print")

    assert not _is_dark(page)
    expect(page.get_by_role("button", name="Copy ARN")).to_be_hidden()
    expect(page.locator("#graph > svg.graph")).to_be_visible()


def _is_dark(page: Page) -> bool:
    background = page.evaluate("getComputedStyle(document.querySelector('.panel, .empty, .card')).backgroundColor")
    return sum(int(part) for part in re.findall(r"\d+", background)[:3]) < 3 * 128


@pytest.mark.parametrize("width", [375, 768, 1280, 2560])
def test_pages_fit_any_width(visit: Visit, outputs: StackOutputs, pineapple: str, width: int) -> None:
    visitor = visit(width=width)

    for path in ("/machines", _machine(outputs), f"/executions/{pineapple}"):
        page = visitor.open(path)
        page.wait_for_load_state()
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
