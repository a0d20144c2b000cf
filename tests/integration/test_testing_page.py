"""The examples of docs/testing.md, each run on the deployed stack."""

from __future__ import annotations

import inspect
import re
from typing import Any

import pytest

from localdev.executions.coverage_points import Kind
from localdev.system.project import ROOT

PAGE = ROOT / "docs" / "testing.md"


def examples() -> dict[str, Any]:
    """Return the page's tests by name."""
    found: dict[str, Any] = {}
    for block in re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL):
        exec(compile(block, str(PAGE), "exec"), found)  # noqa: S102 - our own page
    return {name: each for name, each in found.items() if name.startswith("test_")}


EXAMPLES = examples()


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_holds(name: str, localdev_engine: Any, request: pytest.FixtureRequest) -> None:
    assert localdev_engine
    example = EXAMPLES[name]
    example(**{fixture: request.getfixturevalue(fixture) for fixture in inspect.signature(example).parameters})


def test_every_kind_of_part_is_defined() -> None:
    page = PAGE.read_text()
    assert [kind for kind in Kind if kind not in page] == []


def test_every_option_that_the_page_names_is_there(pytestconfig: pytest.Config) -> None:
    for option in set(re.findall(r"--[a-z][a-z-]+", PAGE.read_text())) - {"--as-test"}:
        pytestconfig.getoption(option)  # raises where there is no such option
