"""The items of a Map and the panel of a state, as a person with a browser meets them."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.console.conftest import Visitor
from tests.console.made_up import console_over
from tests.unit.console.conftest import MACHINE
from tests.unit.executions.conftest import recording
from tests.unit.executions.made_up import long_cause, long_failure, map_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import FloatRect, Page, Response, Route

type Visit = Callable[..., Visitor]
MANY = 10_000
FAILING = {17, 9_000}
RING = 3
"""Pixels that the outline of what is looked at reaches beyond it."""
LONGEST_FRAME_MS = 500
"""On a machine at work a frame takes long; a stall takes longer."""

_IN_TURKISH = """
    String.prototype.toLocaleLowerCase = function () { return this.replaceAll("I", "\\u0131").toLowerCase(); };
"""
"""What a browser does whose language is Turkish."""


@pytest.fixture
def visit(visitors_of: Callable[..., Visitor]) -> Visit:
    """Makes visitors, who open a page by its whole address."""
    return partial(visitors_of, "")


@pytest.fixture(scope="module")
def forty() -> Iterator[str]:
    """Provide the page of a Map of forty items, of which number 17 failed."""
    with console_over(*map_of(40, failing={17}, not_started=8)) as url:
        yield url


@pytest.fixture(scope="module")
def many() -> Iterator[str]:
    """Provide the page of a Map of ten thousand items."""
    with console_over(*map_of(MANY, failing=FAILING)) as url:
        yield url


@pytest.fixture(scope="module")
def variables() -> Iterator[str]:
    """Provide the page of an execution with variables and a Choice in JSONata."""
    recorded = recording("jsonata_evaluated")
    with console_over(recorded.definition, recorded.history) as url:
        yield url


def _grid(page: Page) -> None:
    page.get_by_role("listbox").focus()


def test_an_item_that_is_chosen_narrows_graph_timeline_and_events(visit: Visit, forty: str) -> None:
    page = visit().open(f"{forty}?state=Each")
    _grid(page)
    page.keyboard.press("Home")
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")

    expect(page.get_by_role("navigation", name="The item that is looked at")).to_contain_text("Item 3 of Each")
    expect(page.get_by_role("link", name=re.compile("^Accept, Task, succeeded$"))).to_be_visible()
    expect(page.get_by_role("heading", name="Timeline of item 3")).to_be_visible()
    expect(page.locator(".events tbody tr")).to_have_count(4)
    page.get_by_role("link", name="All items").click()
    expect(page.get_by_role("heading", name="Timeline", exact=True)).to_be_visible()


def test_a_click_on_a_cell_opens_its_item(visit: Visit, forty: str) -> None:
    page = visit().open(f"{forty}?state=Each")

    page.get_by_role("listbox").click(position={"x": 20, "y": 16})

    expect(page.get_by_role("navigation", name="The item that is looked at")).to_contain_text("Item 0 of Each")


def test_items_are_filtered_by_their_status(visit: Visit, forty: str) -> None:
    page = visit().open(f"{forty}?state=Each")

    page.get_by_role("button", name="1 failed").click()

    expect(page.get_by_text("1 of 48 are shown.")).to_be_visible()
    expect(page.get_by_role("option")).to_have_text("Item 17, failed")


def test_items_are_filtered_by_a_text(visit: Visit, forty: str) -> None:
    page = visit().open(f"{forty}?state=Each")

    page.get_by_placeholder("Input, output or error contains").fill("file-3")

    expect(page.get_by_text("11 of 48 are shown.")).to_be_visible()


def test_ten_thousand_items_scroll_without_a_stall(visit: Visit, many: str) -> None:
    page = visit(width=1440).open(f"{many}?state=Each")
    grid = page.get_by_role("listbox")
    expect(grid).to_be_visible()

    longest = grid.evaluate(
        """async (grid) => {
            const frame = () => new Promise((done) => requestAnimationFrame(done));
            await frame();
            let longest = 0;
            const step = grid.scrollHeight / 40;
            for (let at = 0; at < 40; at += 1) {
                const before = performance.now();
                grid.scrollTop += step;
                await frame();
                await frame();
                longest = Math.max(longest, performance.now() - before);
            }
            return longest;
        }"""
    )

    assert grid.evaluate("(grid) => grid.scrollTop > 0 && grid.drawn > 0 && grid.drawn < 1000")
    assert longest < LONGEST_FRAME_MS


def test_the_last_of_ten_thousand_items_is_two_keys_away(visit: Visit, many: str) -> None:
    page = visit(width=1440).open(f"{many}?state=Each")
    _grid(page)

    page.keyboard.press("End")
    page.keyboard.press("Enter")

    expect(page.get_by_role("navigation", name="The item that is looked at")).to_contain_text("Item 9999 of Each")


def test_a_timeline_has_a_row_for_each_state_however_many_items_there_are(visit: Visit, many: str) -> None:
    page = visit().open(many)

    expect(page.locator(".timeline li")).to_have_count(2)
    expect(page.locator(".timeline")).to_contain_text("×10,000")


def test_any_visit_of_very_many_is_reached_by_its_number(visit: Visit, many: str) -> None:
    page = visit().open(f"{many}?state=Accept")

    page.get_by_role("spinbutton", name=re.compile("^Visit")).fill("201")
    page.get_by_role("button", name="Go to it").click()

    expect(page.locator("[data-document=state-input]")).to_contain_text("file-200")


def _visit_and_frame(page: Page) -> tuple[FloatRect, FloatRect]:
    """Return where the visit is that is looked at, and the box with all visits of the state."""
    chip = page.locator(".visits [aria-current]")
    expect(chip).to_have_count(1)
    box, frame = chip.bounding_box(), page.locator(".visits").bounding_box()
    assert box
    assert frame
    return box, frame


def test_of_very_many_visits_the_one_that_is_looked_at_is_in_view(visit: Visit, many: str) -> None:
    box, frame = _visit_and_frame(visit().open(f"{many}?state=Accept&nth=201"))

    assert frame["y"] <= box["y"]
    assert box["y"] + box["height"] <= frame["y"] + frame["height"]


def test_the_ring_around_the_visit_that_is_looked_at_is_not_cut(visit: Visit, many: str) -> None:
    box, frame = _visit_and_frame(visit().open(f"{many}?state=Accept&nth=201"))

    assert box["y"] + box["height"] + RING <= frame["y"] + frame["height"] + 0.5


def test_of_an_item_that_is_looked_at_no_visit_of_another_is_offered(visit: Visit, forty: str) -> None:
    page = visit().open(forty)
    page.get_by_role("navigation", name="Visits of this state").get_by_role("link", name="Each 17").click()

    page.locator(".facts").get_by_role("link", name="Each 17").click()

    expect(page.get_by_role("navigation", name="The item that is looked at")).to_contain_text("Item 17 of Each")
    expect(page.get_by_role("navigation", name="Visits of this state")).to_have_count(0)


def test_a_grid_begins_with_the_first_item_that_failed_in_view(visit: Visit) -> None:
    with console_over(*map_of(900, failing={777})) as url:
        page = visit(width=1440).open(f"{url}?state=Each")
        expect(page.get_by_role("option")).to_have_text("Item 777, failed")

        assert page.get_by_role("listbox").evaluate("(each) => each.scrollTop") > 0


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (1280, 800)])
def test_a_long_cause_leaves_the_tabs_in_the_window(visit: Visit, width: int, height: int) -> None:
    with console_over(*long_cause()) as url:
        page = visit(width=width, height=height).open(url)
        tab = page.get_by_role("tab").first
        expect(tab).to_be_visible()

        box = tab.bounding_box()
        assert box
        assert box["y"] + box["height"] < height


def test_an_input_that_was_used_last_is_said_to_be_one(visit: Visit, console: str, pineapple: str) -> None:
    page = visit().open(f"{console}/executions/{pineapple}")
    page.evaluate("machine => localStorage.setItem(`inputs ${machine}`, '[\"{}\"]')", _machine_of(pineapple))

    page.get_by_role("button", name="Run again").click()
    page.get_by_role("dialog").get_by_role("textbox").focus()

    expect(page.get_by_role("dialog").get_by_text("Used last")).to_be_visible()


def _machine_of(execution: str) -> str:
    return execution.replace(":execution:", ":stateMachine:").rpartition(":")[0]


def test_a_tab_stays_open_when_another_state_is_looked_at(visit: Visit, variables: str) -> None:
    page = visit().open(f"{variables}?state=Take")
    page.get_by_role("tab", name="Definition").click()
    expect(page.get_by_role("tabpanel", name="Definition")).to_contain_text("Assign")

    page.get_by_role("link", name=re.compile(r"^Big\?, Choice")).click()

    expect(page.get_by_role("tabpanel", name="Definition")).to_contain_text("Choices")


def test_tabs_are_walked_by_arrow_keys(visit: Visit, variables: str) -> None:
    page = visit().open(f"{variables}?state=Take")
    page.get_by_role("tab", selected=True).focus()

    page.keyboard.press("ArrowRight")

    expect(page.get_by_role("tab", name="Output")).to_be_focused()
    expect(page.get_by_role("tabpanel", name="Output")).to_be_visible()


def test_a_choice_says_which_of_its_rules_matched_and_what_they_looked_at(visit: Visit, variables: str) -> None:
    page = visit().open(f"{variables}?state=Big%3F")

    expect(page.get_by_role("tabpanel", name="Rules").locator(".verdict-matched")).to_have_count(1)
    expect(page.get_by_role("tabpanel", name="Rules")).to_contain_text("$n is")


def test_a_part_of_a_document_folds_and_a_word_in_it_is_found(visit: Visit, forty: str) -> None:
    page = visit().open(f"{forty}?state=Each")
    page.get_by_role("tab", name="Definition").click()
    panel = page.get_by_role("tabpanel", name="Definition")
    word = panel.get_by_text('"Resource"')
    expect(word).to_be_visible()

    panel.locator("button.fold").first.click()
    expect(word).to_be_hidden()
    panel.get_by_label("Search the state's definition").fill("sendMessage")

    expect(panel.get_by_text("1 of 1")).to_be_visible()
    expect(word).to_be_visible()


def test_a_word_is_found_whatever_the_persons_language(visit: Visit, forty: str) -> None:
    visitor = visit()
    visitor.context.add_init_script(_IN_TURKISH)
    page = visitor.open(f"{forty}?state=Each")
    assert page.evaluate("'ID'.toLocaleLowerCase()") == "\u0131d"
    page.get_by_role("tab", name="Definition").click()
    panel = page.get_by_role("tabpanel", name="Definition")

    panel.get_by_label("Search the state's definition").fill("itemprocessor")

    expect(panel.get_by_text("1 of 1")).to_be_visible()


def test_a_document_is_shown_raw_on_request(visit: Visit, forty: str) -> None:
    page = visit().open(f"{forty}?state=Each")
    page.get_by_role("tab", name="Definition").click()
    panel = page.get_by_role("tabpanel", name="Definition")

    panel.get_by_role("button", name="the state's definition: raw").click()

    expect(panel.locator("pre")).to_have_text(re.compile(r'^\{"Type":"Map",'))


def test_dragging_over_the_timeline_shows_a_part_of_it(visit: Visit, forty: str) -> None:
    page = visit(width=1440).open(forty)
    bars = page.locator(".timeline .bars").first
    bars.scroll_into_view_if_needed()
    box = bars.bounding_box()
    assert box
    y = box["y"] + box["height"] / 2

    page.mouse.move(box["x"] + box["width"] * 0.25, y)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.5, y, steps=3)
    page.mouse.up()

    reset = page.get_by_role("button", name="Show all of it")
    expect(reset).to_be_visible()
    assert float(bars.get_attribute("viewBox").split()[2]) == pytest.approx(250, abs=15)  # type: ignore[union-attr]
    reset.click()
    expect(bars).to_have_attribute("viewBox", "0 0 1000 14")
    expect(reset).to_be_hidden()


def test_the_failures_among_the_events_stay_when_another_state_is_looked_at(visit: Visit, forty: str) -> None:
    page = visit().open(forty)
    page.get_by_role("button", name="Failures").click()
    failures = page.get_by_role("region", name="Failures").get_by_role("row")
    expect(failures.filter(has_text="ExecutionFailed")).to_have_count(1)
    before = failures.count()

    page.locator(".timeline").get_by_role("link", name="Each").click()

    expect(page.get_by_role("heading", name="Each", exact=True)).to_be_visible()
    expect(failures).to_have_count(before)


def test_an_event_is_shown_in_full_in_its_place(visit: Visit, forty: str) -> None:
    page = visit().open(forty)
    row = page.locator(".events tr").filter(has_text="TaskFailed").filter(has_text="17 is refused").last
    page.get_by_role("button", name="Failures").click()

    row.locator("summary").click()

    expect(row.locator("pre")).to_contain_text('"error": "Refused"')


def test_the_events_of_an_attempt_open_in_place(visit: Visit, forty: str) -> None:
    page = visit().open(f"{forty}?item=0.17")
    button = page.get_by_role("button", name="Attempt 1")

    button.click()

    expect(button).to_have_attribute("aria-expanded", "true")
    expect(page.locator(".events tr.member:visible")).to_have_count(2)


@pytest.fixture(scope="module")
def chosen() -> Iterator[str]:
    """Provide the page of an execution that took one of two ways."""
    recorded = recording("choice")
    with console_over(recorded.definition, recorded.history) as url:
        yield url


@pytest.mark.parametrize("width", [375, 1280])
def test_what_no_execution_has_reached_is_dashed_and_what_was_taken_has_its_count(
    visit: Visit, chosen: str, width: int
) -> None:
    base = chosen.partition("/executions/")[0]
    page = visit(width=width).open(f"{base}/coverage/{MACHINE}")

    styles = page.locator("#graph .edge").evaluate_all(
        "(edges) => edges.map((edge) => [edge.classList.contains('taken'), getComputedStyle(edge).strokeDasharray])"
    )

    assert {dashes != "none" for is_taken, dashes in styles if not is_taken} == {True}
    assert {dashes for is_taken, dashes in styles if is_taken} == {"none"}
    expect(page.locator("#graph .edge-label.taken").first).to_contain_text("1")
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_first_visit_is_less_than_two_hundred_kilobytes(visit: Visit, forty: str) -> None:
    page = visit().context.new_page()
    found: list[Response] = []
    page.on("response", lambda response: found.append(response))  # noqa: PLW0108 - a method of C is refused

    page.goto(forty, wait_until="load")

    sizes = [response.request.sizes()["responseBodySize"] for response in found]
    assert len(sizes) > 10
    assert sum(sizes) < 200_000


@pytest.fixture(scope="module")
def long() -> Iterator[str]:
    """Provide the page of an execution that failed after more than 24,000 events."""
    with console_over(*long_failure(6_000)) as url:
        yield url


def test_of_a_long_history_the_failure_is_shown_before_the_rest_is_read(visit: Visit, long: str) -> None:
    visitor = visit()
    held: list[Route] = []
    visitor.context.route("**/live/**", lambda route: held.append(route))  # noqa: PLW0108 - playwright writes to what it is given
    page = visitor.open(long)

    expect(page.get_by_role("link", name=re.compile("^Charge, Task.*failed"))).to_be_visible()
    expect(page.locator("#state")).to_contain_text("no money is left")
    expect(page.locator("#state")).to_contain_text("Reading the 23,009 events before these")
    drawn = page.locator("svg.graph").bounding_box()
    held[0].continue_()

    expect(page.locator("svg.graph")).to_contain_text("×6,000")
    expect(page.get_by_role("tab", name="Input")).to_be_visible()
    # nothing moves when the rest is there
    assert page.locator("svg.graph").bounding_box() == drawn


def test_a_link_to_a_state_of_a_long_history_opens_before_the_rest_is_read(visit: Visit) -> None:
    with console_over(*long_failure(6_000)) as url:
        visitor = visit(width=375, height=812)
        held: list[Route] = []
        visitor.context.route("**/live/**", lambda route: held.append(route))  # noqa: PLW0108 - playwright writes to what it is given
        page = visitor.open(f"{url}?state=Price")

        expect(page.locator("#state-title")).to_have_text("Price")
        expect(page.locator("#state")).to_contain_text("Reading the 23,009 events before these")
        expect(page.locator("#graph a[aria-current] .face, #graph .selected").first).to_be_visible()
        held[0].continue_()

        expect(page.get_by_role("tab", name="Input")).to_be_visible()
        expect(page.locator("#state-title")).to_have_text("Price")
        # what comes by itself does not take a person elsewhere
        assert page.evaluate("scrollY") == 0
        page.close()
