"""Test what axe-core, the accessibility checker, finds: nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from localdev.system.project import NODE_MODULES
from tests.console.made_up import console_over
from tests.unit.executions.made_up import long_cause

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

    from localdev.engines import Engine
    from pizzeria.stack import StackOutputs
    from tests.console.conftest import Visitor

AXE = NODE_MODULES / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
OF_COLOURS = ["color-contrast", "link-in-text-block"]
"""Those that look at colours. What the others look at, the document and its layout, is the same in both schemes."""


def _violations(page: Page, rules: list[str]) -> list[str]:
    # of what passes one node each: to describe them all takes as long as to check them
    found = page.evaluate("(rules) => axe.run({ runOnly: rules, resultTypes: ['violations'] })", rules)
    return [
        f"{each['id']}: {each['help']}: {node['target']}: {node['failureSummary']}"
        for each in found["violations"]
        for node in each["nodes"]
    ] + ["nothing was looked at"] * (not found["passes"])


def _in_both_schemes(page: Page) -> dict[str, list[str]]:
    page.wait_for_load_state("load")
    page.evaluate(AXE.read_text())
    light = _violations(page, RULES)
    page.emulate_media(color_scheme="dark")
    return {"light": light, "dark": _violations(page, OF_COLOURS)}


@pytest.mark.parametrize("width", [375, 1280])
def test_no_page_has_a_violation(
    visit: Callable[..., Visitor],
    engine: Engine,
    outputs: StackOutputs,
    pineapple: str,
    slow_machine: str,
    map_of_many: str,
    width: int,
) -> None:
    visitor = visit(color_scheme="light", width=width)
    states = engine.clients().client("stepfunctions")
    running = states.start_execution(stateMachineArn=slow_machine, input='{"seconds": 600}')["executionArn"]
    with visitor.open("/functions") as functions:
        function = functions.locator("a.card", has_text="OrderPizza").first.get_attribute("href")
    assert function
    paths = [
        "/machines",
        f"/machines/{outputs.state_machine_arn}",
        f"/machines/{outputs.state_machine_arn}?q=nothing-matches",
        f"/executions/{pineapple}",
        f"/executions/{pineapple}?state=Order%20Pizza%20Job",
        f"/executions/{running}",
        f"/executions/{map_of_many}?state=Each",
        f"/executions/{map_of_many}?item=0.3",
        f"/coverage/{outputs.state_machine_arn}",
        f"/compare/{pineapple}",
        f"/compare/{pineapple}?with={running}",
        "/requests",
        f"/traces/{pineapple}",
        "/functions",
        function,
        "/queues",
        "/rules",
        "/nowhere",
    ]

    found = {}
    for path in paths:
        with visitor.open(path) as page:
            found[path] = _in_both_schemes(page)
    states.stop_execution(executionArn=running)

    assert found == {path: {"light": [], "dark": []} for path in paths}


@pytest.mark.parametrize("width", [375, 1280])
def test_a_long_cause_and_an_event_that_is_open_have_no_violation(
    visitors_of: Callable[..., Visitor], width: int
) -> None:
    with console_over(*long_cause()) as url:
        page = visitors_of(url, width=width).open(url)
        page.locator(".event summary").first.click()
        expect(page.locator(".event[open] pre").first).to_be_visible()

        assert _in_both_schemes(page) == {"light": [], "dark": []}
