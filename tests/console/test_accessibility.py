"""Test what axe-core, the accessibility checker, finds: nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from localdev.system.project import NODE_MODULES

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

    from localdev.engines import Engine
    from pizzeria.stack import StackOutputs
    from tests.console.conftest import Visitor

AXE = NODE_MODULES / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def _violations(page: Page) -> list[str]:
    page.wait_for_load_state("load")
    page.evaluate(AXE.read_text())
    # of what passes one node each: to describe them all takes as long as to check them
    found = page.evaluate("(rules) => axe.run({ runOnly: rules, resultTypes: ['violations'] })", RULES)
    assert found["passes"]
    return [
        f"{each['id']}: {each['help']}: {node['target']}: {node['failureSummary']}"
        for each in found["violations"]
        for node in each["nodes"]
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [375, 1280])
def test_no_page_has_a_violation(
    visit: Callable[..., Visitor],
    engine: Engine,
    outputs: StackOutputs,
    pineapple: str,
    slow_machine: str,
    map_of_many: str,
    scheme: str,
    width: int,
) -> None:
    visitor = visit(color_scheme=scheme, width=width)
    states = engine.clients().client("stepfunctions")
    running = states.start_execution(stateMachineArn=slow_machine, input='{"seconds": 600}')["executionArn"]
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
        f"/functions/{engine.stack_name}-OrderPizza",
        "/queues",
        "/rules",
        "/nowhere",
    ]

    found = {path: _violations(visitor.open(path)) for path in paths}
    states.stop_execution(executionArn=running)

    assert found == {path: [] for path in paths}
