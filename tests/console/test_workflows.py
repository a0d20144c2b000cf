"""Workflows of the size of real ones, as a person with a browser meets them."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.console import workflows
from tests.console.conftest import Visitor

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

    from localdev.engines import Engine

type Visit = Callable[..., Visitor]
LEAST_PIXELS = 11
ROUNDING = 0.05


@pytest.fixture(scope="session")
def booking(engine: Engine) -> str:
    """Provide the ARN of a saga's execution, which failed in *Charge customer* and ended in *Booking failed*."""
    return workflows.booking().run(engine.clients())


@pytest.fixture(scope="session")
def large(engine: Engine) -> str:
    """Provide the ARN of an execution of two hundred states."""
    return workflows.pipeline(200, "TwoHundredStates").run(engine.clients())


@pytest.fixture(scope="session")
def nested(engine: Engine) -> str:
    """Provide the ARN of an execution with a Map in a Parallel."""
    return workflows.etl().run(engine.clients())


@pytest.fixture(scope="session")
def delivery(engine: Engine) -> str:
    """Provide the ARN of an execution that failed with the error that a state before it was refused with."""
    return workflows.delivery().run(engine.clients())


@pytest.fixture(scope="session")
def restock(engine: Engine) -> str:
    """Provide the ARN of an execution whose three attempts each failed, the next being the Catch of the one before."""
    return workflows.restock().run(engine.clients())


@pytest.fixture(scope="session")
def long_names(engine: Engine) -> str:
    """Provide the ARN of an execution whose states have names of 80 characters."""
    return workflows.long_names().run(engine.clients())


def _state(page: Page, name: str) -> Locator:
    return page.locator(f'#graph a[data-state="{name}"] .face')


def _is_in_the_window(page: Page, shown: Locator) -> bool:
    box, frame = shown.bounding_box(), page.locator("#graph > svg.graph").bounding_box()
    size = page.viewport_size
    assert box
    assert frame
    assert size
    inside = box["x"] >= frame["x"] and box["x"] + box["width"] <= frame["x"] + frame["width"]
    return (
        inside
        and box["y"] >= frame["y"]
        and box["y"] + box["height"] <= min(frame["y"] + frame["height"], size["height"])
    )


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (375, 812)])
def test_a_page_opens_with_the_state_that_failed_in_the_window(
    visit: Visit, booking: str, width: int, height: int
) -> None:
    page = visit(width=width, height=height).open(f"/executions/{booking}")

    expect(page.locator("#state-title")).to_have_text("Charge customer")
    assert _is_in_the_window(page, _state(page, "Charge customer"))


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (375, 812)])
def test_after_a_chain_of_catches_the_first_state_that_failed_is_named_and_in_the_window(
    visit: Visit, restock: str, width: int, height: int
) -> None:
    page = visit(width=width, height=height).open(f"/executions/{restock}")

    expect(page.get_by_role("region", name="Outcome")).to_contain_text("It started in Ask primary warehouse")
    expect(page.locator("#state-title")).to_have_text("Ask primary warehouse")
    assert _is_in_the_window(page, _state(page, "Ask primary warehouse"))


def test_the_graphs_tools_stay_in_the_window_when_more_is_said_above_it(visit: Visit, booking: str) -> None:
    page = visit(width=1440, height=900).open(f"/executions/{booking}")
    tools = page.locator("execution-graph").first.get_by_role("button", name="Zoom in")
    expect(tools).to_be_in_viewport(ratio=1)

    page.get_by_label("Outcome").evaluate("outcome => { outcome.style.paddingBottom = '120px'; }")
    # as it is drawn again with each change of an execution that runs
    page.locator("execution-graph").first.evaluate("graph => graph.setAttribute('data-graph', graph.dataset.graph)")

    expect(tools).to_be_in_viewport(ratio=1)


@pytest.fixture(scope="session")
def wide(engine: Engine) -> dict[str, str]:
    """Provide the ARNs of executions of wide graphs by the state whose error made them fail."""
    clients = engine.clients()
    found = {f"Reserve at supplier {at}": workflows.suppliers(at).run(clients) for at in (0, 12, 23)}
    return {**found, "Step 7": workflows.compensations().run(clients)}


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (1280, 720), (375, 812), (375, 667)])
def test_the_state_that_failed_is_in_the_window_wherever_it_is_in_a_wide_graph(
    visit: Visit, wide: dict[str, str], width: int, height: int
) -> None:
    visitor = visit(width=width, height=height)
    for name, arn in wide.items():
        page = visitor.open(f"/executions/{arn}")
        expect(page.locator("#state-title")).to_have_text(name)
        assert _is_in_the_window(page, _state(page, name)), name


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (375, 812)])
def test_a_graph_that_begins_at_its_last_state_fills_its_frame(
    visit: Visit, nested: str, width: int, height: int
) -> None:
    page = visit(width=width, height=height).open(f"/executions/{nested}")
    expect(page.locator("#state-title")).to_have_text("Done")

    end = page.locator("#graph svg.graph").get_by_text("end", exact=True).bounding_box()
    frame = page.locator("#graph > svg.graph").bounding_box()
    assert end
    assert frame
    assert 0 < frame["y"] + frame["height"] - (end["y"] + end["height"]) < 40


@pytest.fixture(scope="session")
def last_row(engine: Engine) -> list[str]:
    """Provide the ARNs of executions of a long machine that failed in each of the states at its end."""
    return [workflows.last_row(way).run(engine.clients()) for way in range(6)]


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (1280, 720)])
def test_the_overview_does_not_lie_on_the_state_that_failed(
    visit: Visit, last_row: list[str], width: int, height: int
) -> None:
    visitor = visit(width=width, height=height)
    for way in range(6):
        name = f"Refused for reason {way}"
        page = visitor.open(f"/executions/{last_row[way]}")
        expect(page.locator("#state-title")).to_have_text(name)
        state, overview = _state(page, name).bounding_box(), page.locator(".graph-overview").bounding_box()
        assert state
        assert overview
        is_beside = state["x"] + state["width"] <= overview["x"]
        assert is_beside or state["y"] + state["height"] <= overview["y"], name
        assert _is_in_the_window(page, _state(page, name)), name


@pytest.mark.parametrize("width", [1081, 1280, 1440])
def test_a_generated_name_takes_one_line_of_a_list_and_is_whole_where_it_is_looked_at(
    visit: Visit, booking: str, width: int
) -> None:
    name = booking.rpartition(":")[2]
    page = visit(width=width).open(f"/machines/{_machine_of(booking)}")
    link = page.get_by_role("link", name=name, exact=True)
    height, line = link.evaluate("link => [link.clientHeight, parseFloat(getComputedStyle(link).lineHeight)]")
    assert height < 1.5 * line

    page.keyboard.press("j")

    shown = link.locator(".whole").bounding_box()
    assert shown
    assert shown["width"] > 200
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.keyboard.press("Control+c")
    assert page.evaluate("navigator.clipboard.readText()") == name


def test_the_outcome_names_the_state_whose_error_started_it(visit: Visit, booking: str) -> None:
    page = visit().open(f"/executions/{booking}")

    expect(page.get_by_label("Outcome")).to_contain_text("It started in Charge customer")


def test_the_key_f_goes_back_to_the_failure(visit: Visit, booking: str) -> None:
    page = visit(reduced_motion="reduce").open(f"/executions/{booking}?state=Validate%20booking%20request")
    expect(page.locator("#state-title")).to_have_text("Validate booking request")

    page.keyboard.press("f")

    expect(page.locator("#state-title")).to_have_text("Charge customer")
    assert _is_in_the_window(page, _state(page, "Charge customer"))


@pytest.mark.parametrize("width", [375, 1440])
def test_no_text_of_a_graph_is_too_small_to_read_at_full_size(visit: Visit, booking: str, width: int) -> None:
    page = visit(width=width).open(f"/executions/{booking}")
    page.locator("#graph").press("1")

    sizes = page.locator("#graph > svg.graph text").evaluate_all(
        """(texts) => texts.filter((text) => text.textContent && text.getClientRects().length)
            .map((text) => parseFloat(getComputedStyle(text).fontSize) * text.getScreenCTM().a)"""
    )

    assert min(sizes) >= LEAST_PIXELS - ROUNDING


@pytest.mark.parametrize("width", [375, 1440])
def test_no_name_of_a_state_is_cut_and_none_leaves_its_card(
    visit: Visit, booking: str, long_names: str, width: int
) -> None:
    visitor = visit(width=width)

    assert _names_outside_their_cards(visitor.open(f"/executions/{booking}")) == []
    assert _names_outside_their_cards(visitor.open(f"/executions/{long_names}")) == []


def _names_outside_their_cards(page: Page) -> list[str]:
    found: list[str] = page.evaluate(
        """() => [...document.querySelectorAll("#graph .node")].filter((node) => {
            const card = node.querySelector(".face").getBoundingClientRect();
            return [...node.querySelectorAll(".name")].some((name) => {
                const box = name.getBoundingClientRect();
                return name.textContent.includes("…") || box.left < card.left || box.right > card.right;
            });
        }).map((node) => node.textContent)"""
    )
    return found


@pytest.mark.parametrize("width", [375, 1440])
def test_a_name_in_capitals_is_broken_where_a_word_begins(visit: Visit, long_names: str, width: int) -> None:
    page = visit(width=width).open(f"/executions/{long_names}")

    card = page.locator("#graph .node", has=page.locator("a[data-state^=ValidateCustomer]"))
    expect(card).to_be_visible()
    lines = card.locator(".name").all_text_contents()

    assert len(lines) > 1
    assert [line for line in lines if not line[0].isupper()] == []


def test_what_a_card_says_ends_before_its_sign(visit: Visit, nested: str) -> None:
    page = visit(width=375, height=812).open(f"/executions/{nested}")

    covered = page.evaluate(
        """() => [...document.querySelectorAll("#graph .written")].filter((card) => {
            const [text, sign] = [".subtitle", ".badge circle"]
                .map((each) => card.querySelector(each).getBoundingClientRect());
            return sign.width && text.right > sign.left;
        }).map((card) => card.textContent)"""
    )

    assert covered == []


@pytest.mark.parametrize("width", [375, 768, 1440])
def test_nothing_in_the_bar_lies_on_another(visit: Visit, nested: str, width: int) -> None:
    page = visit(width=width).open(f"/executions/{nested}")

    covered = page.evaluate(
        """() => {
            const parts = [...document.querySelectorAll(".brand, .crumbs li, .rooms a, .bar-end > *")]
                .map((each) => [each.textContent.trim(), each.getBoundingClientRect()]);
            const touch = (a, b) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1
                && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 1;
            return parts.flatMap(([name, box], index) => [
                ...(box.right > innerWidth ? [`${name} is outside`] : []),
                ...parts.slice(index + 1).filter(([, other]) => touch(box, other)).map(([it]) => `${name} on ${it}`),
            ]);
        }"""
    )

    assert covered == []


def test_no_label_lies_on_a_state(visit: Visit, booking: str) -> None:
    page = visit(width=1440).open(f"/executions/{booking}")

    covered = page.evaluate(
        """() => {
            const places = (selector) => [...document.querySelectorAll(selector)]
                .map((each) => [each, each.getBoundingClientRect()]);
            const states = places("#graph .node:not(.container) .face");
            const touch = (a, b) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1
                && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 1;
            return places("#graph .edge-label")
                .filter(([, label]) => states.some(([, state]) => touch(label, state)))
                .map(([label]) => label.textContent);
        }"""
    )

    assert covered == []


def test_the_name_of_a_lane_lies_on_no_arrow_that_crosses_it(visit: Visit, large: str) -> None:
    page = visit(width=1440).open(f"/executions/{large}")
    label = page.locator("#graph .edge-label", has_text="States.ALL").last.bounding_box()
    spine = _state(page, "Everything is done").bounding_box()

    assert label
    assert spine
    middle = spine["x"] + spine["width"] / 2
    assert not label["x"] < middle < label["x"] + label["width"]


def test_the_overview_says_where_a_dragged_graph_is_and_makes_a_layer_of_no_state(visit: Visit, large: str) -> None:
    page = visit(width=1440).open(f"/executions/{large}")
    frame = page.locator("#graph > svg.graph").bounding_box()
    window = page.locator(".graph-overview .window")
    before, style = window.bounding_box(), window.get_attribute("style") or ""
    assert frame
    assert before
    x, y = frame["x"] + frame["width"] / 2, frame["y"] + frame["height"] / 2

    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x, y - 400, steps=4)
    page.mouse.up()

    expect(window).not_to_have_attribute("style", style)
    after = window.bounding_box()
    assert after
    assert after["y"] > before["y"]
    opacities = page.locator(".graph-overview rect").evaluate_all(
        "all => all.map(each => getComputedStyle(each).opacity)"
    )
    assert set(opacities) == {"1"}


def test_the_overview_of_a_long_graph_is_wide_enough_to_point_at(visit: Visit, large: str) -> None:
    page = visit(width=1440).open(f"/executions/{large}")
    overview = page.locator(".graph-overview")
    box = overview.bounding_box()

    assert box
    assert box["width"] >= 32
    overview.click(position={"x": 16, "y": 0})
    expect(_state(page, "Prepare batch section 1")).to_be_in_viewport()


def test_no_label_lies_on_another(visit: Visit, delivery: str) -> None:
    page = visit(width=1440).open(f"/coverage/{_machine_of(delivery)}")
    expect(page.locator("#graph svg.graph")).to_be_visible()

    boxes = page.locator("#graph .edge-label rect").evaluate_all(
        "(all) => all.map((each) => each.getBoundingClientRect().toJSON())"
    )

    assert len(boxes) > 10
    over = [
        (one, other)
        for index, one in enumerate(boxes)
        for other in boxes[index + 1 :]
        if one["left"] < other["right"] and other["left"] < one["right"]
        if one["top"] < other["bottom"] and other["top"] < one["bottom"]
    ]
    assert over == []


def test_an_error_that_a_fail_state_hands_on_is_said_once(visit: Visit, delivery: str) -> None:
    page = visit().open(f"/executions/{delivery}")
    outcome = page.get_by_role("region", name="Outcome")

    expect(outcome).to_contain_text("It started in Book courier")
    expect(outcome.locator(".cause:visible")).to_have_count(1)


@pytest.mark.parametrize("width", [375, 1280, 1440])
def test_a_time_of_today_takes_one_line_of_a_list(visit: Visit, pineapple: str, width: int) -> None:
    page = visit(width=width).open(f"/machines/{_machine_of(pineapple)}")
    time = page.get_by_role("row").filter(has_text="pineapple").first.locator("time")

    expect(time).to_have_text(re.compile(r"^\d\d:\d\d:\d\d$"))
    lines = time.evaluate("(each) => each.getClientRects().length")
    assert lines == 1


def test_the_tab_that_is_open_is_seen_on_a_phone(visit: Visit, pineapple: str) -> None:
    page = visit(width=375, height=812).open(f"/executions/{pineapple}?state=Order%20Pizza%20Job")
    tab = page.get_by_role("tab", name="Logs")
    expect(tab).to_have_attribute("aria-selected", "true")

    box, frame = tab.bounding_box(), page.get_by_role("tablist").bounding_box()

    assert box
    assert frame
    assert box["x"] + box["width"] <= frame["x"] + frame["width"]


@pytest.mark.parametrize("width", [1000, 1280, 1360, 1440])
def test_no_column_of_a_list_is_cut_off(visit: Visit, pineapple: str, width: int) -> None:
    machine = pineapple.replace(":execution:", ":stateMachine:").rpartition(":")[0]
    page = visit(width=width).open(f"/machines/{machine}")
    # as wide as they can be, in whatever order the tests have run
    for part, text in (
        (".status .pill", "Timed out"),
        (".started time", "2026-09-30 20:50:50"),
        (".duration", "59 min 59 s"),
    ):
        page.locator(f".list {part}").evaluate_all(
            "(all, text) => all.forEach((each) => { each.textContent = text })", text
        )

    assert page.locator(".list").evaluate("(each) => each.scrollWidth - each.parentElement.clientWidth") <= 0


def test_an_error_of_a_list_is_not_broken_within_a_word(visit: Visit, restock: str) -> None:
    machine = restock.replace(":execution:", ":stateMachine:").rpartition(":")[0]
    page = visit(width=1280).open(f"/machines/{machine}")

    error = page.locator(".list .why strong").first
    expect(error).to_have_text("SQS.QueueDoesNotExistException")

    words = error.evaluate(
        """each => [...each.childNodes].filter(node => node.nodeType === Node.TEXT_NODE).map(node => {
            const range = document.createRange();
            range.selectNodeContents(node);
            return [node.data, range.getClientRects().length];
        })"""
    )
    assert words == [[word, 1] for word in ("SQS.", "Queue", "Does", "Not", "Exist", "Exception")]


def test_the_fields_of_a_filter_stand_in_one_line(visit: Visit, restock: str) -> None:
    machine = restock.replace(":execution:", ":stateMachine:").rpartition(":")[0]
    page = visit(width=1440).open(f"/machines/{machine}")

    fields = page.locator("form.filters :is(input, select, button)")
    expect(fields.last).to_be_visible()
    places = fields.evaluate_all("(all) => all.map((each) => [each.getBoundingClientRect().y, each.offsetHeight])")

    assert len(places) > 3
    assert len({tuple(place) for place in places}) == 1


def test_the_first_page_says_that_it_is_the_one_of_machines(visit: Visit) -> None:
    page = visit().open("/")

    expect(page.get_by_role("link", name="Machines", exact=True)).to_have_attribute("aria-current", "true")


@pytest.mark.parametrize("path", ["/machines/", "/executions/", "/coverage/", "/compare/"])
def test_an_address_without_a_name_is_not_taken_for_an_engine_that_is_away(visit: Visit, path: str) -> None:
    page = visit().open(path)

    expect(page.get_by_role("main")).to_contain_text("There is nothing at this address.")


def test_a_word_in_the_way_to_a_page_is_read_in_full(visit: Visit, pineapple: str) -> None:
    page = visit(width=1440).open(f"/compare/{pineapple}")
    crumb = page.locator(".crumbs li").last

    assert crumb.evaluate("(each) => each.scrollWidth - each.clientWidth") <= 0


def test_the_happy_path_is_one_straight_line(visit: Visit, booking: str) -> None:
    page = visit(width=1440).open(f"/executions/{booking}")
    path = (
        "Validate booking request",
        "Authorise card",
        "Reserve hotel",
        "Reserve flight",
        "Charge customer",
        "Booking complete",
    )

    middles = [box["x"] + box["width"] / 2 for name in path if (box := _state(page, name).bounding_box())]

    assert len(middles) == len(path)
    assert max(middles) - min(middles) < 1


def test_a_chain_of_catches_stays_on_its_side_of_the_happy_path(visit: Visit, restock: str) -> None:
    page = visit(width=1440).open(f"/executions/{restock}")

    sides = page.evaluate(
        """() => {
            const box = document.querySelector('[data-state="Reserve"] .face').getBoundingClientRect();
            const spine = box.x + box.width / 2;
            return [...document.querySelectorAll("#graph path.edge.catch")].map((path) => {
                const matrix = path.getScreenCTM();
                const length = path.getTotalLength();
                const places = [.2, .4, .6, .8, 1].map((part) => path.getPointAtLength(length * part));
                const sides = places.map((place) => Math.sign(place.matrixTransform(matrix).x - spine));
                return new Set(sides).size;
            });
        }"""
    )

    assert len(sides) == 3
    assert sides == [1, 1, 1]


def test_the_wheel_zooms_a_graph_that_is_larger_than_its_frame(visit: Visit, large: str) -> None:
    page = visit(width=1440).open(f"/executions/{large}")
    percent = page.locator("#graph [data-percent]")
    expect(percent).to_have_text("100 %")
    page.locator("#graph > svg.graph").hover()

    page.mouse.wheel(0, -240)

    expect(percent).not_to_have_text("100 %")


def test_dragging_moves_the_drawing_and_chooses_no_state(visit: Visit, large: str) -> None:
    page = visit(width=1440).open(f"/executions/{large}")
    chosen = page.locator("#state-title").inner_text()
    last = _state(page, "Everything is done")
    before = last.bounding_box()
    assert before
    x, y = before["x"] + before["width"] / 2, before["y"] + before["height"] / 2

    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 20, y + 60, steps=4)
    page.mouse.up()

    after = last.bounding_box()
    assert after
    assert after["y"] > before["y"] + 30
    expect(page.locator("#state-title")).to_have_text(chosen)


def test_the_whole_graph_fits_its_frame_on_request(visit: Visit, large: str) -> None:
    page = visit(width=1440, reduced_motion="reduce").open(f"/executions/{large}")
    page.get_by_role("button", name="Fit (0)").click()

    world, frame = page.locator("#graph .world").bounding_box(), page.locator("#graph > svg.graph").bounding_box()

    assert world
    assert frame
    assert world["height"] <= frame["height"] + 2
    assert world["width"] <= frame["width"] + 2


def test_arrow_keys_go_from_state_to_state(visit: Visit, booking: str) -> None:
    page = visit(width=1440).open(f"/executions/{booking}?state=Reserve%20hotel")
    page.locator('#graph a[data-state="Reserve hotel"]').focus()

    page.keyboard.press("ArrowDown")

    expect(page.locator('#graph a[data-state="Reserve flight"]')).to_be_focused()


def test_a_graph_is_one_stop_for_the_tabulator_key(visit: Visit, large: str) -> None:
    page = visit(width=1440).open(f"/executions/{large}")

    expect(page.locator('#graph a[tabindex="0"]')).to_have_count(1)


def test_a_map_can_be_closed_and_opened(visit: Visit, nested: str) -> None:
    page = visit(width=1440, reduced_motion="reduce").open(f"/executions/{nested}?state=Each%20file")
    expect(page.locator('#graph a[data-state="Read file"]')).to_have_count(1)
    page.locator('#graph a[data-state="Each file"]').focus()

    page.keyboard.press("Space")

    expect(page.locator('#graph a[data-state="Read file"]')).to_have_count(0)
    page.keyboard.press("Space")
    expect(page.locator('#graph a[data-state="Read file"]')).to_have_count(1)


@pytest.mark.parametrize("path", ["booking", "nested", "large"])
def test_no_page_scrolls_sideways_on_a_phone(visit: Visit, request: pytest.FixtureRequest, path: str) -> None:
    page = visit(width=375, height=812).open(f"/executions/{request.getfixturevalue(path)}")

    assert page.evaluate("document.documentElement.scrollWidth") <= 375


def test_run_again_starts_an_execution_with_the_changed_input(visit: Visit, booking: str) -> None:
    page = visit(width=1440).open(f"/executions/{booking}")
    page.get_by_role("button", name="Run again").click()
    field = page.get_by_label("Input, as JSON")
    expect(field).to_have_value(re.compile("card"))

    field.fill('{"payment": "barter"}')
    page.get_by_role("button", name="Start execution").click()

    page.wait_for_url(lambda url: booking not in url)
    expect(page.get_by_label("Outcome")).to_contain_text("UnknownPaymentMethod")
    expect(page.locator("[data-document=input]")).to_contain_text("barter")


def test_an_input_that_is_not_json_is_refused_while_it_is_typed(visit: Visit, booking: str) -> None:
    page = visit(width=1440).open(f"/executions/{booking}")
    page.get_by_role("button", name="Run again").click()

    page.get_by_label("Input, as JSON").fill('{"payment": ')

    expect(page.get_by_role("dialog")).to_contain_text("Not JSON")


def test_the_panel_of_the_state_is_three_tabs_away(visit: Visit, booking: str) -> None:
    page = visit(width=1440).open(f"/executions/{booking}")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the state")).to_be_focused()

    page.keyboard.press("Enter")
    page.keyboard.press("Tab")

    assert page.evaluate("document.activeElement.closest('#state') !== null")


def _machine_of(execution: str) -> str:
    return execution.replace(":execution:", ":stateMachine:").rpartition(":")[0]


@pytest.mark.parametrize("width", [375, 1440])
def test_a_definition_on_its_own_begins_with_its_first_state(visit: Visit, nested: str, width: int) -> None:
    page = visit(width=width).open(f"/machines/{_machine_of(nested)}")
    frame = page.locator("execution-graph > svg.graph").bounding_box()
    first = page.locator("execution-graph .node .face").first.bounding_box()

    assert frame
    assert first
    assert frame["x"] <= first["x"]
    assert first["x"] + first["width"] <= frame["x"] + frame["width"]


def test_on_a_phone_the_executions_come_before_the_definition(visit: Visit, nested: str) -> None:
    page = visit(width=375, height=812).open(f"/machines/{_machine_of(nested)}")
    executions = page.get_by_role("region", name="Executions").bounding_box()
    definition = page.get_by_role("region", name="Definition", exact=True).bounding_box()

    assert executions
    assert definition
    assert executions["y"] < definition["y"]


def test_a_list_names_the_state_whose_error_was_caught(visit: Visit, booking: str) -> None:
    page = visit().open(f"/machines/{_machine_of(booking)}")

    expect(page.get_by_role("row").filter(has_text="BookingFailed")).to_contain_text("Charge customer")


@pytest.fixture(scope="module")
def parent(engine: Engine) -> str:
    """Provide the ARN of an execution whose child failed."""
    child = workflows.Workflow("ChildThatFails", {"Charge": workflows.fails(None)}).run(engine.clients())
    machine = child.replace(":execution:", ":stateMachine:").rpartition(":")[0]
    start = {
        "Type": "Task",
        "Resource": "arn:aws:states:::states:startExecution.sync:2",
        "Parameters": {"StateMachineArn": machine, "Input": {"order": "o-7"}},
        "End": True,
    }
    return workflows.Workflow("ParentOfOne", {"Start child": start}).run(engine.clients())


@pytest.fixture(scope="module")
def distributed(engine: Engine) -> str:
    """Provide the ARN of an execution with a distributed Map, one of whose items fails."""
    choice = {"Variable": "$.n", "NumericEquals": 7, "Next": "Convert badly"}
    states = {
        "Is it good?": {"Type": "Choice", "Choices": [choice], "Default": "Convert"},
        "Convert": {"Type": "Pass", "End": True},
        "Convert badly": workflows.fails(None),
    }
    processor = {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}}
    each = {
        "Type": "Map",
        "ItemsPath": "$.files",
        "MaxConcurrency": 1,
        "ItemProcessor": {**processor, "StartAt": "Is it good?", "States": states},
        "End": True,
    }
    files = [{"n": number, "file": f"scan-{number}.pdf"} for number in range(8)]
    return workflows.Workflow("ConvertScans", {"Each file": each}, {"files": files}).run(engine.clients())


def test_a_failed_child_is_said_in_a_sentence_and_is_a_link_away(visit: Visit, parent: str) -> None:
    page = visit().open(f"/executions/{parent}")
    outcome = page.get_by_role("region", name="Outcome")

    expect(outcome).to_contain_text("in execution")
    expect(outcome.locator(".cause")).not_to_contain_text("StateMachineArn")
    outcome.get_by_role("link", name="the execution that Start child started").click()
    expect(page.locator("#state-title")).to_have_text("Charge")


def test_why_a_distributed_map_failed_is_said_and_its_item_is_a_link_away(visit: Visit, distributed: str) -> None:
    page = visit().open(f"/executions/{distributed}")
    outcome = page.get_by_role("region", name="Outcome")

    expect(outcome).to_contain_text("Item 7 failed in Convert badly")
    outcome.get_by_role("link", name="item 7").click()
    expect(page.locator("#state-title")).to_have_text("Convert badly")


def test_the_items_of_a_distributed_map_are_filtered_by_text(visit: Visit, distributed: str) -> None:
    page = visit().open(f"/executions/{distributed}")

    page.get_by_role("searchbox", name="Name, input, output or error contains").fill("scan-7")

    expect(page.locator("[data-item-said]")).to_have_text("1 of 8 are shown.")


def test_states_within_a_distributed_map_are_not_called_unreached(visit: Visit, distributed: str) -> None:
    page = visit().open(f"/executions/{distributed}")
    link = page.get_by_role("link", name="Convert, Pass, in executions of their own")

    expect(link).to_be_visible()
    assert _state(page, "Convert").evaluate("(face) => getComputedStyle(face).strokeDasharray") == "none"
    link.click()
    page.locator("#state").get_by_role("link", name="Each file", exact=True).click()
    expect(page.locator("#state-title")).to_have_text("Each file")


def test_what_items_of_a_distributed_map_reached_is_covered(visit: Visit, distributed: str) -> None:
    page = visit().open(f"/coverage/{_machine_of(distributed)}")

    expect(page.locator(".head")).to_contain_text("and by 8 items of their distributed Maps")
    missed = page.get_by_role("region", name="Not reached")
    expect(missed).to_contain_text("State4 of 4")
    expect(missed).to_contain_text("with no items")
    expect(missed).not_to_contain_text("several items")
